package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.Test;

/** Runs in two JVMs, with the module of the Vector API and without it. */
class CpuBackendProviderTest {
    private final CpuBackendProvider provider = new CpuBackendProvider();

    @Test
    void isFoundAndRanksAboveTheReference() {
        assertThat(Backends.providers()).extracting(BackendProvider::name).contains("cpu", "reference");
        assertThat(provider.name()).isEqualTo("cpu");
        assertThat(provider.rank()).isEqualTo(100);
    }

    @Test
    void saysWhatItWouldUse() {
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        assertThat(provider.probe().usable()).isTrue();
        if (module) {
            assertThat(provider.probe().detail())
                    .matches("(4|8|16) float lanes|plain Java, this JVM has no vectors of 128 bits or more");
        } else {
            assertThat(provider.probe().detail())
                    .isEqualTo(
                            "plain Java, no Vector API (add --add-modules=jdk.incubator.vector to the JVM options for speed)");
        }
    }

    @Test
    void auto_takesIt() {
        var operator = NeighborhoodAttentionOperator.on(8, 8).kernelSize(3).build();
        var chosen = Backends.choose("auto", operator, BackendOptions.DEFAULT);
        try (Backends.Handle handle = chosen.handle()) {
            assertThat(handle.backend().name()).isEqualTo("cpu");
        }
    }

    @Test
    void refusesAScaleBeyondFloat32() {
        var operator = NeighborhoodAttentionOperator.on(8, 8).kernelSize(3).scale(1e39);
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            assertThat(backend.refuses(operator.build()))
                    .contains("scale 1.0E39 is beyond float32; use backend=reference");
        }
    }

    @Test
    void refusesDimsThatTheScratchDoesNotHold() {
        var operator = NeighborhoodAttentionOperator.on(2)
                .kernelSize(2)
                .headDim(20_000_000)
                .valueDim(1)
                .build();
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            assertThat(backend.refuses(operator))
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .matches("headDim 20000000, valueDim 1 and 1 heads per key need \\d+ bytes of scratch per"
                                    + " thread, more than the limit of 8388608; raise scratchBytes"));
        }
    }

    @Test
    void keepsToTheScratchThatItIsGiven() {
        var wide = NeighborhoodAttentionOperator.on(96, 96)
                .kernelSize(31)
                .heads(8)
                .headDim(128)
                .build();
        long last = Long.MAX_VALUE;
        for (long bytes : new long[] {8 << 20, 1 << 20, 512 << 10, 256 << 10}) {
            try (Backend backend = provider.open(BackendOptions.DEFAULT.withScratchBytes(bytes));
                    Plan plan = backend.plan(wide, 1, Parameters.NONE)) {
                assertThat(plan.scratchBytes()).isLessThanOrEqualTo(Math.min(bytes, last));
                last = plan.scratchBytes();
            }
        }
        try (Backend backend = provider.open(BackendOptions.DEFAULT.withScratchBytes(100_000))) {
            assertThat(backend.refuses(wide))
                    .hasValueSatisfying(
                            sentence -> assertThat(sentence).endsWith(" the limit of 100000; raise scratchBytes"));
        }
    }

    @Test
    void computesTheSameWithLittleScratch() {
        for (int seed = 0; seed < 40; seed++) {
            var problem = new RandomAttention(new java.util.Random(seed));
            try (Backend backend = provider.open(BackendOptions.DEFAULT.withScratchBytes(400_000))) {
                if (backend.refuses(problem.operator).isEmpty()) {
                    assertThat(problem.firstDifference(backend, 2))
                            .as(problem.toString())
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void computesWithWhatThisJvmHas() {
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            var problem = new RandomAttention(new java.util.Random(11));
            assertThat(problem.firstDifference(backend, 2)).isEmpty();
        }
    }
}
