package io.sparkhood.cpu;

import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.List;

/**
 * A float32 tensor of a run, seen as {@code [row][token][head][dim]}.
 *
 * @param array where it lies
 * @param offset its first element
 * @param tokenStride elements from one token to the next
 * @param tokens tokens of a row
 * @param dims elements of one head
 */
record HeadRows(float[] array, int offset, int tokenStride, int tokens, int dims) {
    static List<HeadRows> of(List<Tensor> tensors, List<Port> ports) {
        List<HeadRows> rows = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            rows.add(of((HostTensor.Floats) tensors.get(i), ports.get(i)));
        }
        return rows;
    }

    private static HeadRows of(HostTensor.Floats tensor, Port port) {
        int dense = (int) (port.elements() / port.tokens());
        // a single token may have any stride: it is never used then
        int stride = tensor.tokenStride() == 0 ? dense : (int) tensor.tokenStride();
        boolean scalar = port.shape().size() == port.tokenAxes() + 1;
        int dims = scalar ? 1 : port.shape().get(port.shape().size() - 1);
        return new HeadRows(tensor.array, tensor.offset, stride, (int) port.tokens(), dims);
    }

    /** Place of token 0 of a row for a head. */
    int base(long row, int head) {
        return offset + (int) row * tokens * tokenStride + head * dims;
    }
}
