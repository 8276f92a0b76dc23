package io.sparkhood.jobs;

import io.sparkhood.backend.BackendChoice;
import io.sparkhood.backend.BackendChoice.Candidate;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Probe;
import java.io.PrintWriter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one JVM has to compute with.
 *
 * @param java its version and vendor
 * @param processors it may use
 * @param heapBytes it may grow to
 * @param backends one line each, name first, after it the addresses of its devices if it has any, then what auto takes
 */
record JvmReport(String java, int processors, long heapBytes, List<String> backends) implements Serializable {
    JvmReport {
        backends = List.copyOf(backends);
    }

    static JvmReport here() {
        List<String> lines = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        for (BackendProvider provider : Backends.providers()) {
            Probe probe = provider.probe();
            lines.add(provider.name() + ": " + probe);
            if (!provider.devices().isEmpty()) {
                lines.add(provider.name() + " devices: " + String.join(", ", provider.devices()));
            }
            candidates.add(new Candidate(provider.name(), provider.rank(), probe, Optional.empty()));
        }
        lines.add("auto: " + auto(candidates));
        return new JvmReport(
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory(),
                lines);
    }

    private static String auto(List<Candidate> candidates) {
        try {
            return BackendChoice.of(BackendChoice.AUTO, candidates).name();
        } catch (IllegalArgumentException nothingFits) {
            return "none";
        }
    }

    void print(PrintWriter out, String where) {
        out.println(where + ": Java " + java + ", " + processors + " processors, heap " + (heapBytes >> 20) + " MB");
        backends.forEach(out::println);
    }
}
