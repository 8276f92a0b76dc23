package io.sparkhood.cpu;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.contract.BackendContract;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.List;

class CpuNaiveTest extends BackendContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected BackendOptions options() {
        return BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE);
    }

    @Override
    protected List<DType> dtypes() {
        return List.of(DType.values());
    }

    /** The usual one, with attention weights that fit the heap of the tests. */
    @Override
    protected NamedCase longCase() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(64, 64)
                .kernelSize(31)
                .headDim(512)
                .heads(2)
                .build();
        return new NamedCase("seconds of work", operator, 4);
    }
}
