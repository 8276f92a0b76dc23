package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
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
}
