package io.sparkhood.cpu;

import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.Port;
import java.util.List;
import java.util.stream.IntStream;

/** One tensor seen as {@code [row][token][elements of a token]}, element by element, of any type. */
record TokenRows(HostTensor tensor, long tokensPerRow, long tokenStride) {
    static List<TokenRows> of(List<Tensor> tensors, List<Port> ports) {
        return IntStream.range(0, ports.size())
                .mapToObj(i -> {
                    Port port = ports.get(i);
                    long stride = tensors.get(i).tokenStride();
                    long dense = port.elements() / port.tokens();
                    return new TokenRows((HostTensor) tensors.get(i), port.tokens(), stride != 0 ? stride : dense);
                })
                .toList();
    }

    double get(long row, long token, long element) {
        return tensor.get((row * tokensPerRow + token) * tokenStride + element);
    }

    void set(long row, long token, long element, double value) {
        tensor.set((row * tokensPerRow + token) * tokenStride + element, value);
    }
}
