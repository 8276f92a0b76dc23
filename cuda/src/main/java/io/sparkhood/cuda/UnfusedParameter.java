package io.sparkhood.cuda;

import io.sparkhood.operator.NeighborhoodOperator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes the struct {@code UnfusedParameter} of {@code unfused_parameter.cuh}, field by field in its order. */
record UnfusedParameter(NeighborhoodOperator operator, Halves halves, List<GridAxis> axes, GemmBoxes boxes) {
    /** Size of the struct. */
    static final int BYTES = 320;

    /** Writes at the buffer's position, little-endian, and moves it behind the struct. */
    void write(ByteBuffer target, RunAddresses addresses) {
        int end = target.position() + BYTES;
        target.order(ByteOrder.LITTLE_ENDIAN);
        long tokens = operator.tokens();
        long additional = operator.additionalTokens();
        writeRows(target, addresses.query(), tokens);
        writeRows(target, addresses.key(), tokens);
        writeRows(target, addresses.value(), tokens);
        writeRows(target, addresses.additionalKeys(), additional);
        writeRows(target, addresses.additionalValues(), additional);
        writeRows(target, addresses.slots(), tokens);
        writeRows(target, addresses.output(), tokens);
        writeRows(target, addresses.logSumExp(), tokens);
        target.putLong(addresses.relativePositionBias());
        target.putLong(addresses.tables());
        axes.forEach(axis -> target.putInt(axis.extent()));
        axes.forEach(axis -> target.putInt(axis.dilation()));
        axes.forEach(axis -> target.putInt(axis.kernelSize()));
        axes.forEach(axis -> target.putInt(axis.biasWidth()));
        writeNumbers(target);
        if (target.position() != end) {
            throw new IllegalStateException(
                    "the struct has " + BYTES + " bytes, not " + (target.position() - end + BYTES));
        }
    }

    private static void writeRows(ByteBuffer target, TensorAddress tensor, long tokens) {
        target.putLong(tensor.address());
        target.putLong(Math.multiplyExact(tokens, tensor.tokenStride()));
        target.putLong(tensor.tokenStride());
    }

    private void writeNumbers(ByteBuffer target) {
        target.putInt(Math.toIntExact(operator.tokens()));
        target.putInt(operator.heads());
        target.putInt(operator.heads() / operator.keyValueHeads());
        target.putInt(halves.headDim());
        target.putInt(halves.valueDim());
        target.putInt(operator.additionalTokens());
        target.putInt(Math.toIntExact(operator.slots()));
        target.putInt(halves.mixNormalizes() ? 1 : 0);
        target.putFloat(halves.scale());
        target.putInt((int) axes.get(0).tiles(boxes.query().z()));
        target.putInt((int) axes.get(1).tiles(boxes.query().y()));
        target.putInt((int) axes.get(2).tiles(boxes.query().x()));
        target.putInt(boxes.query().log2Y()).putInt(boxes.query().log2X());
        target.putInt(boxes.key().log2Y()).putInt(boxes.key().log2X());
    }
}
