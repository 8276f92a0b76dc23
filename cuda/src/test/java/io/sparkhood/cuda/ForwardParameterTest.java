package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ForwardParameterTest {
    private static final NeighborhoodAttentionOperator OPERATOR = NeighborhoodAttentionOperator.on(9, 20)
            .kernelSize(3, 5)
            .dilation(2, 3)
            .heads(6)
            .keyValueHeads(2)
            .headDim(24)
            .valueDim(20)
            .scale(-0.5)
            .additionalTokens(7)
            .relativePositionBias(true)
            .logSumExp(true)
            .dtype(DType.FLOAT16)
            .build();

    private static ByteBuffer written(RunAddresses addresses) {
        ByteBuffer target = ByteBuffer.allocate(3 + ForwardParameter.BYTES).position(3);
        LaunchPlan.of(OPERATOR, EmulatedRun.DEVICE).writeParameter(target, 5, addresses);
        assertThat(target.hasRemaining()).isFalse();
        return target.slice(3, ForwardParameter.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static RunAddresses addresses(TensorAddress query, TensorAddress key) {
        return new RunAddresses(
                query,
                key,
                new TensorAddress(0x3000, 40),
                new TensorAddress(0x4000, 48),
                new TensorAddress(0x5000, 40),
                new TensorAddress(0x6000, 120),
                new TensorAddress(0x7000, 6),
                TensorAddress.ABSENT,
                0x8000,
                0x9000);
    }

    @Test
    void everyEntryPointTakesAStructOfThisSize() {
        for (EntryPointShape shape : EntryPointShape.all()) {
            NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(9)
                    .kernelSize(3)
                    .headDim(shape.dim())
                    .dtype(shape.dtype())
                    .relativePositionBias(shape.bias())
                    .build();
            LaunchPlan plan = EmulatedRun.plan(operator, shape);
            assertThat(EmulatedRun.entryPoint(plan).name()).isEqualTo(shape.entryPoint());
            assertThat(EmulatedRun.entryPoint(plan).parameterBytes()).isEqualTo(plan.parameterBytes());
            assertThat(EmulatedRun.entryPoint(plan).maxThreads()).isEqualTo(shape.threads());
        }
    }

    @Test
    void tensorsComeFirst() {
        ByteBuffer struct = written(addresses(new TensorAddress(0x1000, 200), new TensorAddress(0x2000, 48)));
        assertThat(struct.getLong(0)).isEqualTo(0x1000);
        assertThat(struct.getLong(8)).isEqualTo(180 * 200);
        assertThat(struct.getInt(16)).isEqualTo(200);
        assertThat(struct.getLong(24)).isEqualTo(0x2000);
        assertThat(struct.getLong(3 * 24 + 8)).as("a row of additional keys").isEqualTo(7 * 48);
        assertThat(struct.getLong(7 * 24)).as("bias").isEqualTo(0x8000);
        assertThat(struct.getLong(7 * 24 + 8)).as("windows").isEqualTo(0x9000);
    }

    @Test
    void numbersFollow() {
        ByteBuffer struct = written(addresses(new TensorAddress(0x1000, 144), new TensorAddress(0x2000, 48)));
        int at = 7 * 24 + 16;
        assertThat(ints(struct, at, 3)).as("extents").containsExactly(1, 9, 20);
        assertThat(ints(struct, at + 12, 3)).as("dilation").containsExactly(1, 2, 3);
        LaunchPlan plan = LaunchPlan.of(OPERATOR, EmulatedRun.DEVICE);
        Box query = plan.boxes().query();
        assertThat(ints(struct, at + 24, 3))
                .as("tiles of the longest group")
                .containsExactly(1, (5 + query.y() - 1) / query.y(), (7 + query.x() - 1) / query.x());
        assertThat(ints(struct, at + 36, 2)).containsExactly(query.log2Y(), query.log2X());
        assertThat(ints(struct, at + 60, 3)).as("bias widths").containsExactly(1, 5, 9);
        assertThat(ints(struct, at + 72, 4)).as("group, dims, tokens").containsExactly(3, 24, 20, 7);
        assertThat(struct.getInt(at + 88)).as("negative scale").isEqualTo(0x80008000);
        assertThat(struct.getFloat(at + 92)).isEqualTo((float) (0.5 * 1.4426950408889634));
        assertThat(struct.getInt(at + 96)).isEqualTo(plan.boxes().haloRows()).isPositive();
        assertThat(struct.getInt(at + 100)).as("batch").isEqualTo(5);
    }

    @Test
    void wholeChunksNeedAnAlignedStartOfEveryTokenAndHead() {
        assertThat(wholeQueryChunks(0x1000, 144)).isEqualTo(1);
        assertThat(wholeQueryChunks(0x1008, 144)).isZero();
        assertThat(wholeQueryChunks(0x1000, 148)).isZero();
        ByteBuffer struct = written(addresses(new TensorAddress(0x1000, 144), new TensorAddress(0x2000, 48)));
        assertThat(struct.getInt(24 + 20)).as("two heads of 24").isEqualTo(1);
        assertThat(struct.getInt(2 * 24 + 20)).as("two heads of 20").isZero();
    }

    private static int wholeQueryChunks(long address, long tokenStride) {
        return written(addresses(new TensorAddress(address, tokenStride), new TensorAddress(0x2000, 48)))
                .getInt(20);
    }

    @Test
    void aViewThatReachesTooFarIsRefused() {
        RunAddresses far = addresses(new TensorAddress(0x1000, 20_000_000), new TensorAddress(0x2000, 48));
        assertThatThrownBy(() -> written(far))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("one row of a view reaches over 3600000000 elements, more than the 2147483647 of 32-bit"
                        + " offsets (tokens=180, tokenStride=20000000)");
    }

    @Test
    void theFactorIsNeverZeroOrInfinite() {
        assertThat(ForwardParameter.factor(0)).isEqualTo(Float.MIN_NORMAL);
        assertThat(ForwardParameter.factor(-1)).isEqualTo(1.442695f);
        assertThat(ForwardParameter.factor(1e300)).isEqualTo(Float.MAX_VALUE);
    }

    @Test
    void patternsRepeatOverEightBits() {
        assertThat(ForwardParameter.repeat(1)).isEqualTo(0b11111111);
        assertThat(ForwardParameter.repeat(2)).isEqualTo(0b01010101);
        assertThat(ForwardParameter.repeat(4)).isEqualTo(0b00010001);
        assertThat(ForwardParameter.repeat(8)).isEqualTo(1);
    }

    private static int[] ints(ByteBuffer struct, int at, int count) {
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = struct.getInt(at + 4 * i);
        }
        return ints;
    }
}
