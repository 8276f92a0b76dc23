package io.sparkhood.cuda;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.UnfusedContract;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** Attention in several launches and its halves on the GPU of this machine, if there is one: see {@link CudaHardwareTest}. */
@EnabledIf(
        value = "io.sparkhood.cuda.CudaHardwareTest#isWanted",
        disabledReason = "there is no usable GPU here, see doctor --local")
class UnfusedHardwareTest {
    /** Attention in three launches. */
    abstract static class Attention extends BackendContract {
        private final Implementation implementation;

        Attention(Implementation implementation) {
            this.implementation = implementation;
        }

        @Override
        protected BackendProvider provider() {
            return new CudaBackendProvider();
        }

        @Override
        protected Implementation implementation() {
            return implementation;
        }

        @Override
        protected boolean cancelsWithinARun() {
            return false;
        }

        @Override
        protected NamedCase longCase() {
            NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(160, 160)
                    .kernelSize(81)
                    .headDim(64)
                    .build(); // 672 MB of attention weights per row
            return new NamedCase("0.3 TFLOP in float32", operator, 8);
        }
    }

    @Nested
    class NaiveAttention extends Attention {
        NaiveAttention() {
            super(Implementation.NAIVE);
        }
    }

    @Nested
    class GemmAttention extends Attention {
        GemmAttention() {
            super(Implementation.GEMM);
        }

        @Override
        protected DType weightType(DType dtype) {
            return dtype;
        }
    }

    /** Scores, and aggregate. */
    abstract static class BothHalves extends UnfusedContract {
        private final Implementation implementation;

        BothHalves(Implementation implementation) {
            this.implementation = implementation;
        }

        @Override
        protected BackendProvider provider() {
            return new CudaBackendProvider();
        }

        @Override
        protected Implementation implementation() {
            return implementation;
        }
    }

    @Nested
    class NaiveHalves extends BothHalves {
        NaiveHalves() {
            super(Implementation.NAIVE);
        }
    }

    @Nested
    class GemmHalves extends BothHalves {
        GemmHalves() {
            super(Implementation.GEMM);
        }
    }
}
