package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whether fresh JVMs compile the kernels as they should: a kernel whose vectors are boxed is slower than this by far. Compares
 * two speeds of one run, so a slow or busy machine does not matter.
 */
class CompiledPathTest {
    /**
     * Usual are 0.17 to 0.4, of matrix products through memory 0.15 to 0.36; with the least important kernel uncompiled 0.08,
     * with any other 0.05 at most.
     */
    static final double LEAST_SHARE_OF_PEAK = 0.1;

    @ParameterizedTest
    @CsvSource({"512, 1", "512, 2", "256, 1", "128, 1"})
    void noJvmFallsOffTheCompiledPath(int bits, int run) throws Exception {
        assumeTrue(VectorSupport.detected().lanes() > 0, "this JVM has no vectors");
        String[] shares = CpuPlanTest.inFreshJvm(bits, CompiledPathCheck.class).split("\\s+");
        assertThat(shares).hasSize(4);
        for (String share : shares) {
            assertThat(Double.parseDouble(share)).as("run " + run).isGreaterThan(LEAST_SHARE_OF_PEAK);
        }
    }
}
