package io.sparkhood.backend;

import io.sparkhood.backend.BackendChoice.Candidate;
import io.sparkhood.operator.Operator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The backends of this JVM: finds providers, opens one backend per name and options, closes it after its last user. */
public final class Backends {
    private static final Map<Key, Shared> OPEN = new HashMap<>(); // guarded by itself

    private Backends() {}

    private record Key(String name, BackendOptions options) {}

    private static final class Shared {
        final Backend backend;
        int users;

        Shared(Backend backend) {
            this.backend = backend;
        }
    }

    /**
     * One use of a shared backend. Closing it twice is closing it once.
     *
     * @see Backends#open
     */
    public static final class Handle implements AutoCloseable {
        private final Key key;
        private final Backend backend;
        private boolean closed; // guarded by OPEN

        private Handle(Key key, Backend backend) {
            this.key = key;
            this.backend = backend;
        }

        /** The backend, open until this handle is closed. */
        public Backend backend() {
            return backend;
        }

        @Override
        public void close() {
            synchronized (OPEN) {
                if (closed) {
                    return;
                }
                closed = true;
                @Nullable Shared shared = OPEN.get(key);
                if (shared != null && --shared.users == 0) {
                    OPEN.remove(key);
                    shared.backend.close();
                }
            }
        }
    }

    /**
     * A backend chosen for an operator.
     *
     * @param explanation see {@link BackendChoice#explanation()}
     */
    public record Chosen(Handle handle, String explanation) {}

    /**
     * Providers by name, highest rank first. Those of the thread's context class loader come before those of this class's
     * own, because with {@code --jars} the modules may sit in different loaders.
     */
    public static List<BackendProvider> providers() {
        Map<String, BackendProvider> byName = new TreeMap<>();
        @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            collect(ServiceLoader.load(BackendProvider.class, context), byName);
        }
        collect(ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()), byName);
        List<BackendProvider> ranked = new ArrayList<>(byName.values());
        ranked.sort(Comparator.comparingInt(BackendProvider::rank).reversed());
        return ranked;
    }

    private static void collect(Iterable<BackendProvider> found, Map<String, BackendProvider> byName) {
        found.forEach(provider -> byName.putIfAbsent(provider.name(), provider));
    }

    /**
     * Opens a backend by name, or shares the open one.
     *
     * @throws IllegalArgumentException if there is none of this name or it is not usable here
     */
    public static Handle open(String name, BackendOptions options) {
        List<BackendProvider> providers = providers();
        BackendChoice.of(name, candidates(providers, provider -> Optional.empty()));
        return providers.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .map(provider -> share(provider, options))
                .orElseThrow();
    }

    /**
     * Chooses the backend for an operator by {@link BackendChoice} and opens it.
     *
     * @param requested {@code auto} or a name
     * @throws IllegalArgumentException if none can run it, with one line per candidate
     */
    public static Chosen choose(String requested, Operator operator, BackendOptions options) {
        List<BackendProvider> providers = providers();
        Map<String, Handle> asked = new HashMap<>();
        try {
            BackendChoice choice = BackendChoice.of(requested, candidates(providers, provider -> {
                boolean eligible = requested.equals(BackendChoice.AUTO)
                        ? provider.rank() >= 0
                        : provider.name().equals(requested);
                if (!eligible) {
                    return Optional.empty();
                }
                Handle handle = share(provider, options);
                asked.put(provider.name(), handle);
                return handle.backend().refuses(operator);
            }));
            @Nullable Handle taken = asked.remove(choice.name());
            if (taken == null) {
                throw new IllegalStateException("backend " + choice.name() + " was chosen without being asked");
            }
            return new Chosen(taken, choice.explanation());
        } finally {
            asked.values().forEach(Handle::close);
        }
    }

    private interface Refusal {
        Optional<String> of(BackendProvider provider);
    }

    private static List<Candidate> candidates(List<BackendProvider> providers, Refusal refusal) {
        List<Candidate> candidates = new ArrayList<>();
        for (BackendProvider provider : providers) {
            Probe probe = provider.probe();
            Optional<String> sentence = probe.usable() ? refusal.of(provider) : Optional.empty();
            candidates.add(new Candidate(provider.name(), provider.rank(), probe, sentence));
        }
        return candidates;
    }

    private static Handle share(BackendProvider provider, BackendOptions options) {
        Key key = new Key(provider.name(), options);
        synchronized (OPEN) {
            Shared shared = OPEN.computeIfAbsent(key, absent -> new Shared(provider.open(options)));
            shared.users++;
            return new Handle(key, shared.backend);
        }
    }
}
