package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Probe;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A backend that was asked for, open if it is usable here.
 *
 * @param byName whether it was asked for by its name
 */
record Contender(String name, Probe probe, boolean byName, Optional<Backends.Handle> handle) implements AutoCloseable {
    private static final String REFERENCE = "reference";

    /** The reference backend computes about 1e9 of these a second on a core, and is timed a dozen times. */
    private static final double MOST_REFERENCE_FLOP = 2e8;

    /** Those that the settings ask for, best first. */
    static List<Contender> of(ProfileSettings settings) {
        return Backends.providers().stream()
                .filter(provider -> isWanted(provider, settings))
                .map(provider -> of(provider, settings, settings.backendOptions()))
                .toList();
    }

    /** Whether the settings ask for a backend. */
    static boolean isWanted(BackendProvider provider, ProfileSettings settings) {
        return settings.backend().equals(ProfileSettings.ALL)
                || settings.backend().equals(provider.name());
    }

    /** One that the settings ask for, opened with other options. */
    static Contender of(BackendProvider provider, ProfileSettings settings, BackendOptions options) {
        Probe probe = provider.probe();
        Optional<Backends.Handle> handle =
                probe.usable() ? Optional.of(Backends.open(provider.name(), options)) : Optional.empty();
        return new Contender(provider.name(), probe, !settings.backend().equals(ProfileSettings.ALL), handle);
    }

    /** Only where {@link #whyNot} has nothing to say. */
    Backend backend() {
        return handle.orElseThrow().backend();
    }

    /** Why it does not compute a problem, as a sentence, or nothing if it does. */
    Optional<String> whyNot(Problem problem) {
        if (handle.isEmpty()) {
            return Optional.of(probe.toString());
        }
        return refusal(problem).or(() -> tooSlow(problem));
    }

    private Optional<String> refusal(Problem problem) {
        Optional<String> sentence = backend().refuses(problem.operator());
        if (sentence.isPresent()) {
            return sentence.map("refuses: "::concat);
        }
        long most = backend().maxBatch(problem.operator(), Long.MAX_VALUE);
        return problem.batch() <= most
                ? Optional.empty()
                : Optional.of("refuses: it takes at most " + most + " rows of this problem at once, but --batch is "
                        + problem.batch());
    }

    private Optional<String> tooSlow(Problem problem) {
        boolean slow = name.equals(REFERENCE) && !byName && problem.flop() > MOST_REFERENCE_FLOP;
        return slow
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "left out: %.3g GFLOP would take it long; --backend reference asks for it",
                        problem.flop() * 1e-9))
                : Optional.empty();
    }

    @Override
    public void close() {
        handle.ifPresent(Backends.Handle::close);
    }
}
