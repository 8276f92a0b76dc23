package io.sparkhood.jobs.profile;

import io.sparkhood.backend.Plan;
import java.util.OptionalDouble;

/**
 * What one backend did with one problem.
 *
 * @param plan the way that the backend chose, in its words
 * @param visitedPairs see {@link Plan#visitedPairs()}
 * @param scratchBytes see {@link Plan#scratchBytes()}
 * @param weightsBytes see {@link Plan#weightsBytes()}
 * @param peakFlops FLOP/s of multiply-adds just before and after, the higher
 * @param full full self attention by the same backend
 */
record Measurement(
        Problem problem,
        String backend,
        String plan,
        long visitedPairs,
        long scratchBytes,
        long weightsBytes,
        Times times,
        OptionalDouble peakFlops,
        Full full) {
    /**
     * Time of full self attention.
     *
     * @param seconds of one run, or nothing where the backend refuses it
     * @param scaled whether that was scaled from a part
     */
    record Full(OptionalDouble seconds, boolean scaled) {}

    /** FLOP/s that the definition asked for. */
    double usefulFlops() {
        return problem.flop() / times.medianSeconds();
    }

    OptionalDouble peakFraction() {
        return peakFlops.isPresent()
                ? OptionalDouble.of(usefulFlops() / peakFlops.getAsDouble())
                : OptionalDouble.empty();
    }

    double bytesPerSecond() {
        return problem.bytesMoved() / times.medianSeconds();
    }

    double tileBound() {
        return problem.tileBound(visitedPairs);
    }

    OptionalDouble speedUpOverFull() {
        return full.seconds.isPresent()
                ? OptionalDouble.of(full.seconds.getAsDouble() / times.medianSeconds())
                : OptionalDouble.empty();
    }
}
