package io.sparkhood.cpu;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Implementation;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Compares random problems with the reference; a program, because one JVM has one width of vectors. */
public final class WidthCheck {
    private static final List<Implementation> IMPLEMENTATIONS =
            List.of(Implementation.FUSED, Implementation.GEMM, Implementation.NAIVE);

    private WidthCheck() {}

    /** Arguments: first seed, number of problems. Prints the arithmetic, or what differs. */
    public static void main(String[] args) {
        TileMath math = VectorSupport.detected().math();
        System.out.println(firstDifference(math, Long.parseLong(args[0]), Integer.parseInt(args[1]))
                .orElse(math.describe()));
    }

    static Optional<String> firstDifference(TileMath math, long seed, int problems) {
        for (int i = 0; i < problems; i++) {
            RandomAttention problem = new RandomAttention(new Random(seed + i));
            for (Implementation implementation : IMPLEMENTATIONS) {
                BackendOptions options = BackendOptions.DEFAULT.withImplementation(implementation);
                if (i % 2 == 1) {
                    options = options.withScratchBytes(littleScratch(math, options, problem));
                }
                try (Backend backend = new CpuBackend(math, options)) {
                    Optional<String> difference = problem.firstDifference(backend, 1 + i / 2 % 2);
                    if (difference.isPresent()) {
                        return Optional.of("-Dsparkhood.testSeed=" + (seed + i) + ": " + difference.get() + " with "
                                + math.describe() + ", " + options + ": " + problem);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** As little as is accepted, or less than twice as much: for many small tiles. */
    private static long littleScratch(TileMath math, BackendOptions options, RandomAttention problem) {
        for (long bytes = 32 << 10; ; bytes *= 2) {
            try (Backend backend = new CpuBackend(math, options.withScratchBytes(bytes))) {
                if (backend.refuses(problem.operator).isEmpty()) {
                    return bytes;
                }
            }
        }
    }
}
