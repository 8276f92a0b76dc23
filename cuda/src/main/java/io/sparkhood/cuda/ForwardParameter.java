package io.sparkhood.cuda;

import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes the struct {@code ForwardParameter} of {@code parameter.cuh}, field by field in its order. */
record ForwardParameter(NeighborhoodAttentionOperator operator, List<GridAxis> axes, TileBoxes boxes) {
    /** Size of the struct. */
    static final int BYTES = 288;

    private static final int CHUNK_BYTES = 16;
    private static final double LOG2_E = 1.4426950408889634;

    /** Writes at the buffer's position, little-endian, and moves it behind the struct. */
    void write(ByteBuffer target, long batch, RunAddresses addresses) {
        int end = target.position() + BYTES;
        target.order(ByteOrder.LITTLE_ENDIAN);
        long tokens = operator.tokens();
        int additional = operator.additionalTokens();
        int heads = operator.heads();
        int keyHeads = operator.keyValueHeads();
        int headDim = operator.headDim();
        int valueDim = operator.valueDim();
        writeTensor(target, addresses.query(), tokens, heads, headDim);
        writeTensor(target, addresses.key(), tokens, keyHeads, headDim);
        writeTensor(target, addresses.value(), tokens, keyHeads, valueDim);
        writeTensor(target, addresses.additionalKeys(), additional, keyHeads, headDim);
        writeTensor(target, addresses.additionalValues(), additional, keyHeads, valueDim);
        writeTensor(target, addresses.output(), tokens, heads, valueDim);
        writeTensor(target, addresses.logSumExp(), tokens, heads, 1);
        target.putLong(addresses.relativePositionBias());
        target.putLong(addresses.tables());
        axes.forEach(axis -> target.putInt(axis.extent()));
        axes.forEach(axis -> target.putInt(axis.dilation()));
        writeBoxes(target);
        axes.forEach(axis -> target.putInt(axis.biasWidth()));
        target.putInt(heads / keyHeads);
        target.putInt(headDim);
        target.putInt(valueDim);
        target.putInt(additional);
        target.putInt(operator.scale() < 0 ? 0x80008000 : 0);
        target.putFloat(factor(operator.scale()));
        target.putInt(boxes.haloRows());
        target.putInt(Math.toIntExact(batch));
        if (target.position() != end) {
            throw new IllegalStateException(
                    "the struct has " + BYTES + " bytes, not " + (target.position() - end + BYTES));
        }
    }

    private void writeTensor(ByteBuffer target, TensorAddress tensor, long tokens, int heads, int dim) {
        long stride = tensor.tokenStride();
        long row = Math.multiplyExact(tokens, stride);
        if (row > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("one row of a view reaches over " + row + " elements, more than the "
                    + Integer.MAX_VALUE + " of 32-bit offsets (tokens=" + tokens + ", tokenStride=" + stride + ")");
        }
        int bytes = operator.dtype().bytes();
        boolean wholeChunks = tensor.address() % CHUNK_BYTES == 0
                && stride * bytes % CHUNK_BYTES == 0
                && (heads == 1 || dim * bytes % CHUNK_BYTES == 0);
        target.putLong(tensor.address());
        target.putLong(row);
        target.putInt((int) stride);
        target.putInt(wholeChunks ? 1 : 0);
    }

    private void writeBoxes(ByteBuffer target) {
        Box query = boxes.query();
        Box key = boxes.key();
        target.putInt((int) axes.get(0).tiles(query.z()));
        target.putInt((int) axes.get(1).tiles(query.y()));
        target.putInt((int) axes.get(2).tiles(query.x()));
        target.putInt(query.log2Y()).putInt(query.log2X());
        target.putInt(key.log2Y()).putInt(key.log2X());
        int bitsOfLine = key.x() / 8; // a bit stands for 8 keys that lie side by side
        target.putInt(repeat(bitsOfLine * key.y())).putInt(repeat(bitsOfLine));
    }

    /** The factor that repeats a pattern of so many bits, 1, 2, 4 or 8, over 8 bits. */
    static int repeat(int bits) {
        return 0xff / ((1 << bits) - 1);
    }

    /** Never 0, so that masked scores stay -infinity when multiplied, and never infinite, so that scores of 0 stay 0. */
    static float factor(double scale) {
        double factor = Math.abs(scale) * LOG2_E;
        return (float) Math.min(Math.max(factor, Float.MIN_NORMAL), Float.MAX_VALUE);
    }
}
