package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.emulator.PtxModule;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodOperator;
import io.sparkhood.operator.Normalization;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class UnfusedParameterTest {
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
            .dtype(DType.FLOAT16)
            .build();
    private static final int NUMBERS_AT = 8 * 24 + 16;

    private static ByteBuffer written(NeighborhoodOperator operator) {
        ByteBuffer target = ByteBuffer.allocate(3 + UnfusedParameter.BYTES).position(3);
        RunAddresses addresses = new RunAddresses(
                new TensorAddress(0x1000, 200),
                new TensorAddress(0x2000, 48),
                new TensorAddress(0x3000, 40),
                new TensorAddress(0x4000, 48),
                new TensorAddress(0x5000, 40),
                new TensorAddress(0x6000, 120),
                TensorAddress.ABSENT,
                new TensorAddress(0x7000, 20_000_000),
                0x8000,
                0x9000);
        UnfusedLaunches.naive(operator).writeParameter(target, 1, addresses);
        assertThat(target.hasRemaining()).isFalse();
        return target.slice(3, UnfusedParameter.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void everyEntryPointTakesAStructOfThisSize() {
        for (UnfusedEntryPoint code : UnfusedEntryPoint.all()) {
            var compiled = PtxModule.parse(EmulatedRun.text(code.module())).entryPoint(code.entryPoint());
            assertThat(compiled.parameterBytes()).isEqualTo(UnfusedParameter.BYTES);
            assertThat(compiled.maxThreads()).isEqualTo(UnfusedEntryPoint.THREADS);
        }
    }

    @Test
    void tensorsComeFirstWithStridesOf64Bits() {
        ByteBuffer struct = written(OPERATOR);
        assertThat(longs(struct, 0, 3)).as("query").containsExactly(0x1000, 180 * 200, 200);
        assertThat(longs(struct, 3 * 24, 3)).as("additionalKeys").containsExactly(0x4000, 7 * 48, 48);
        assertThat(longs(struct, 5 * 24, 3)).as("slots").containsExactly(0x7000, 3_600_000_000L, 20_000_000);
        assertThat(longs(struct, 6 * 24, 3)).as("output").containsExactly(0x6000, 180 * 120, 120);
        assertThat(longs(struct, 7 * 24, 3)).as("logSumExp").containsExactly(0, 0, 0);
        assertThat(longs(struct, 8 * 24, 2)).as("bias, windows").containsExactly(0x8000, 0x9000);
    }

    @Test
    void numbersFollow() {
        ByteBuffer struct = written(OPERATOR);
        assertThat(ints(struct, NUMBERS_AT, 3)).as("extents").containsExactly(1, 9, 20);
        assertThat(ints(struct, NUMBERS_AT + 12, 3)).as("dilation").containsExactly(1, 2, 3);
        assertThat(ints(struct, NUMBERS_AT + 24, 3)).as("kernelSize").containsExactly(1, 3, 5);
        assertThat(ints(struct, NUMBERS_AT + 36, 3)).as("bias widths").containsExactly(1, 5, 9);
        assertThat(ints(struct, NUMBERS_AT + 48, 8))
                .as("tokens, heads, heads per key head, dims, additional tokens, slots, softmax")
                .containsExactly(180, 6, 3, 24, 20, 7, 22, 0);
        assertThat(struct.getFloat(NUMBERS_AT + 80)).isEqualTo(-0.5f);
    }

    @Test
    void aHalfHasTheNumbersThatItNeeds() {
        ByteBuffer scores = written(OPERATOR.scores());
        assertThat(ints(scores, NUMBERS_AT + 60, 2)).as("dims").containsExactly(24, 0);
        ByteBuffer aggregate = written(OPERATOR.aggregate(Normalization.SOFTMAX));
        assertThat(ints(aggregate, NUMBERS_AT + 60, 5))
                .as("dims, additional tokens, slots, softmax")
                .containsExactly(0, 20, 7, 22, 1);
    }

    private static int[] ints(ByteBuffer struct, int at, int count) {
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = struct.getInt(at + 4 * i);
        }
        return ints;
    }

    private static long[] longs(ByteBuffer struct, int at, int count) {
        long[] longs = new long[count];
        for (int i = 0; i < count; i++) {
            longs[i] = struct.getLong(at + 8 * i);
        }
        return longs;
    }
}
