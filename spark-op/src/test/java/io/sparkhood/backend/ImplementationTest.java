package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import org.junit.jupiter.api.Test;

class ImplementationTest {
    @Test
    void hasNamesInLowerCase() {
        assertThat(Implementation.names()).containsExactly("auto", "fused", "gemm", "naive");
        for (Implementation implementation : Implementation.values()) {
            assertThat(Implementation.of(implementation.toString())).isEqualTo(implementation);
        }
        assertThatThrownBy(() -> Implementation.of("Gemm"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("implementation must be one of auto, fused, gemm, naive, but is 'Gemm'");
    }

    @Test
    void theDefaultIsTheBackendsChoice() {
        assertThat(BackendOptions.DEFAULT.implementation()).isEqualTo(Implementation.AUTO);
        BackendOptions gemm = BackendOptions.DEFAULT.withImplementation(Implementation.GEMM);
        assertThat(gemm.withDevice("1")
                        .withMemoryBudgetBytes(2)
                        .withScratchBytes(3)
                        .withTurns(new TaskTurns(4, 5)))
                .isEqualTo(new BackendOptions("1", 2, 3, new TaskTurns(4, 5), Implementation.GEMM));
    }

    @Test
    void theReferenceHasOnlyTheDefinition() {
        var operator = NeighborhoodAttentionOperator.on(8).kernelSize(3).build();
        for (Implementation implementation : Implementation.values()) {
            BackendOptions options = BackendOptions.DEFAULT.withImplementation(implementation);
            try (Backends.Handle handle = Backends.open("reference", options)) {
                if (implementation == Implementation.AUTO) {
                    assertThat(handle.backend().refuses(operator)).isEmpty();
                } else {
                    assertThat(handle.backend().refuses(operator))
                            .contains("it has only the definition, not the " + implementation
                                    + " implementation; choose implementation=auto, or backend=cpu");
                }
            }
        }
    }

    @Test
    void attentionWeightsMustFitAnArray() {
        var operator = NeighborhoodAttentionOperator.on(65536)
                .headDim(1)
                .kernelSize(40000)
                .build();
        for (Implementation implementation : Implementation.values()) {
            BackendOptions options = BackendOptions.DEFAULT.withImplementation(implementation);
            try (Backends.Handle handle = Backends.open("cpu", options)) {
                if (implementation.keepsWeights()) {
                    assertThat(handle.backend().refuses(operator))
                            .contains(
                                    "the attention weights of one row have 2621440000 elements, more than the 2147483639"
                                            + " of a Java array; choose implementation=auto or fused, which keep none");
                } else {
                    assertThat(handle.backend().refuses(operator)).isEmpty();
                }
            }
        }
    }

    @Test
    void theCpuHasNoFusedHalves() {
        var operator = NeighborhoodAttentionOperator.on(8).kernelSize(3).build();
        BackendOptions options = BackendOptions.DEFAULT.withImplementation(Implementation.FUSED);
        try (Backends.Handle handle = Backends.open("cpu", options)) {
            assertThat(handle.backend().refuses(operator)).isEmpty();
            assertThat(handle.backend().refuses(operator.scores()))
                    .contains(
                            "it has no fused implementation of NeighborhoodScoresOperator: fused attention keeps neither"
                                    + " scores nor weights; choose implementation=auto, gemm or naive");
            assertThat(handle.backend().refuses(operator.aggregate(Normalization.NONE)))
                    .contains("it has no fused implementation of NeighborhoodAggregateOperator: fused attention keeps"
                            + " neither scores nor weights; choose implementation=auto, gemm or naive");
        }
    }

    @Test
    void naiveKeepsToTheScratchAsWell() {
        var operator = NeighborhoodAttentionOperator.on(100)
                .kernelSize(90)
                .headDim(20_000)
                .valueDim(1)
                .build();
        BackendOptions naive =
                BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE).withScratchBytes(100_000);
        try (Backends.Handle handle = Backends.open("cpu", naive)) {
            assertThat(handle.backend().refuses(operator))
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .matches(
                                    "headDim 20000, valueDim 1 and 90 keys per query need 16\\d{4} bytes of scratch per"
                                            + " thread, more than the limit of 100000; raise scratchBytes"));
            assertThat(handle.backend().refuses(operator.aggregate(Normalization.SOFTMAX)))
                    .isEmpty();
        }
    }

    @Test
    void gemmSharesTheScratchAmongItsPasses() {
        var operator = NeighborhoodAttentionOperator.on(96, 96)
                .kernelSize(31)
                .heads(8)
                .headDim(128)
                .build();
        long last = Long.MAX_VALUE;
        for (long bytes : new long[] {8 << 20, 1 << 20}) {
            BackendOptions options = BackendOptions.DEFAULT
                    .withImplementation(Implementation.GEMM)
                    .withScratchBytes(bytes);
            try (Backends.Handle handle = Backends.open("cpu", options);
                    Plan plan = handle.backend().plan(operator, 1, Parameters.NONE)) {
                assertThat(plan.scratchBytes()).isLessThanOrEqualTo(Math.min(last, bytes));
                assertThat(plan.weightsBytes()).isEqualTo(4L * 96 * 96 * 8 * 31 * 31);
                last = plan.scratchBytes();
            }
        }
        BackendOptions little =
                BackendOptions.DEFAULT.withImplementation(Implementation.GEMM).withScratchBytes(100_000);
        try (Backends.Handle handle = Backends.open("cpu", little)) {
            assertThat(handle.backend().refuses(operator))
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .matches(
                                    "headDim 128, valueDim 1 and 1 heads per key need \\d+ bytes of scratch per thread,"
                                            + " more than the limit of 100000; raise scratchBytes"));
        }
    }
}
