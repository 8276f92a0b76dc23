package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.operator.DType;
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
    void refusesOtherDtypesWithTheCure() {
        var builder = NeighborhoodAttentionOperator.on(8, 8).kernelSize(3);
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            assertThat(backend.refuses(builder.build())).isEmpty();
            assertThat(backend.refuses(builder.dtype(DType.FLOAT16).build()))
                    .contains("float16 is not supported by the cpu backend yet; cast the columns to float32, or use"
                            + " backend=reference");
            assertThat(backend.refuses(builder.dtype(DType.BFLOAT16).build()))
                    .contains("bfloat16 is not supported by the cpu backend yet; cast the columns to float32, or use"
                            + " backend=reference");
        }
    }

    @Test
    void refusesDimsThatNoScratchHolds() {
        var operator = NeighborhoodAttentionOperator.on(2)
                .kernelSize(2)
                .headDim(20_000_000)
                .valueDim(1)
                .build();
        try (Backend backend = provider.open(BackendOptions.DEFAULT)) {
            assertThat(backend.refuses(operator))
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .startsWith("headDim 20000000 and valueDim 1 need ")
                            .endsWith(" floats of scratch, more than the 2147483639 of a Java array"));
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
