package io.sparkhood.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which backend runs an operator: a pure function of the request and what is known of each candidate.
 *
 * @param name the backend taken
 * @param explanation one line that names it and says why every other candidate was not taken
 */
public record BackendChoice(String name, String explanation) {
    /** Request for the highest-ranked backend that is usable and does not refuse. */
    public static final String AUTO = "auto";

    /**
     * What is known of one backend.
     *
     * @param refusal why it cannot run the operator, if it was asked
     */
    public record Candidate(String name, int rank, Probe probe, Optional<String> refusal) {
        boolean fits() {
            return probe.usable() && refusal.isEmpty();
        }

        String reason() {
            if (!probe.usable()) {
                return "not usable: " + probe.detail();
            }
            return refusal.map(sentence -> "refuses: " + sentence).orElse("usable: " + probe.detail());
        }
    }

    /**
     * Chooses.
     *
     * @param requested {@code auto} or the name of a backend, which is then taken or an error, never replaced
     * @throws IllegalArgumentException if nothing fits, with one line per candidate
     */
    public static BackendChoice of(String requested, List<Candidate> candidates) {
        List<Candidate> ranked = new ArrayList<>(candidates);
        ranked.sort(Comparator.comparingInt(Candidate::rank).reversed().thenComparing(Candidate::name));
        boolean auto = requested.equals(AUTO);
        List<Candidate> eligible = ranked.stream()
                .filter(candidate ->
                        auto ? candidate.rank() >= 0 : candidate.name().equals(requested))
                .toList();
        if (!auto && eligible.isEmpty()) {
            throw new IllegalArgumentException("there is no backend '" + requested + "'; known are "
                    + String.join(", ", ranked.stream().map(Candidate::name).toList()) + " and auto");
        }
        return eligible.stream()
                .filter(Candidate::fits)
                .findFirst()
                .map(taken -> new BackendChoice(taken.name(), explain(requested, taken, eligible)))
                .orElseThrow(() -> new IllegalArgumentException(nothingFits(requested, eligible)));
    }

    private static String explain(String requested, Candidate taken, List<Candidate> eligible) {
        StringBuilder line = new StringBuilder(
                "attention backend: " + taken.name() + " (" + taken.probe().detail() + ")");
        if (!requested.equals(AUTO)) {
            return line.append(", as asked").toString();
        }
        for (Candidate other : eligible) {
            if (other.equals(taken)) {
                break; // the rest ranks lower and was not asked
            }
            line.append("; ").append(other.name()).append(' ').append(other.reason());
        }
        return line.toString();
    }

    private static String nothingFits(String requested, List<Candidate> eligible) {
        StringBuilder lines = new StringBuilder("no backend can run this (backend=" + requested + "):");
        for (Candidate candidate : eligible) {
            lines.append("\n  ").append(candidate.name()).append(": ").append(candidate.reason());
        }
        return lines.toString();
    }
}
