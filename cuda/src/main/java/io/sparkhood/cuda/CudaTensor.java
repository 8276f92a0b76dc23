package io.sparkhood.cuda;

import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.util.Objects;

/**
 * Device memory of a lane, or a view of it.
 *
 * @param offset element of the block at which it starts
 * @param isView whether closing it frees nothing
 */
record CudaTensor(
        LaneResources lane,
        DeviceBlock block,
        DType dtype,
        long offset,
        long elements,
        long tokenStride,
        boolean isView)
        implements Tensor {
    @Override
    public CudaTensor view(long from, long stride) {
        Objects.checkIndex(from, elements);
        return new CudaTensor(lane, block, dtype, offset + from, elements - from, stride, true);
    }

    /** Where it lies, as the tensor of a port. */
    TensorAddress address(Port port) {
        long sideBySide = port.elements() / port.tokens();
        return new TensorAddress(block.address() + offset * dtype.bytes(), tokenStride == 0 ? sideBySide : tokenStride);
    }

    @Override
    public void close() {
        if (!isView) {
            lane.free(block);
        }
    }
}
