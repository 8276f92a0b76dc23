package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products of tf32 against their definition, and what the instruction set leaves open. */
final class TensorFloatInstructionsTest {
    private static final int ROWS = 16;
    private static final int DEPTH = 8;
    private static final int COLUMNS = 8;

    @Test
    void multipliesTiles() {
        Random random = new Random(11);
        float[] left = drawn(random, ROWS * DEPTH); // [row][k]
        float[] right = drawn(random, DEPTH * COLUMNS); // [k][column]
        for (int register = 0; register < 4; register++) {
            int[] results = LaneProgram.words(program("0f3F400000", register)).runWords(fragments(left, right));
            for (int lane = 0; lane < 32; lane++) {
                int row = lane / 4 + register / 2 * 8;
                int column = lane % 4 * 2 + register % 2;
                float sum = 0.75f;
                for (int k = 0; k < DEPTH; k++) {
                    sum += left[row * DEPTH + k] * right[k * COLUMNS + column];
                }
                assertThat(Float.intBitsToFloat(results[lane]))
                        .as("row %d, column %d", row, column)
                        .isEqualTo(sum);
            }
        }
    }

    /** Whole numbers of 5 digits over 16, whose sums are exact. */
    private static float[] drawn(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (random.nextInt(63) - 31) / 16f;
        }
        return numbers;
    }

    /** The registers of a and b of each lane: a0 a1, a2 a3, b0 b1. */
    private static long[][] fragments(float[] left, float[] right) {
        long[][] in = new long[3][32];
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4; i++) {
                int row = lane / 4 + i % 2 * 8;
                in[i / 2][lane] |= bits(left[row * DEPTH + lane % 4 + i / 2 * 4]) << i % 2 * 32;
            }
            for (int i = 0; i < 2; i++) {
                in[2][lane] |= bits(right[(lane % 4 + i * 4) * COLUMNS + lane / 4]) << i * 32;
            }
        }
        return in;
    }

    private static long bits(float number) {
        return Integer.toUnsignedLong(Float.floatToRawIntBits(number));
    }

    private static String program(String addend, int register) {
        return """
                mov.b64 {%h0, %h1}, %la;
                mov.b64 {%h2, %h3}, %lb;
                mov.b64 {%h4, %h5}, %lc;
                mov.f32 %e, ADDEND;
                mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
                    {%a, %b, %c, %g}, {%h0, %h1, %h2, %h3}, {%h4, %h5}, {%e, %e, %e, %e};
                mov.b32 %d, RESULT;
                """.replace("ADDEND", addend).replace("RESULT", new String[] {"%a", "%b", "%c", "%g"}[register]);
    }

    /** The element of row 0 and column 0, of a first row and a first column with zeros behind. */
    private static float corner(String addend, float[] row, float[] column) {
        float[] left = new float[ROWS * DEPTH];
        float[] right = new float[DEPTH * COLUMNS];
        for (int k = 0; k < row.length; k++) {
            left[k] = row[k];
            right[k * COLUMNS] = column[k];
        }
        return Float.intBitsToFloat(LaneProgram.words(program(addend, 0)).runWords(fragments(left, right))[0]);
    }

    @Test
    void sumsAreCutOffTowardsZero() {
        float[] small = {0x1.8p-24f};
        assertThat(corner("0f3F800000", new float[] {1}, small)).isEqualTo(1);
        assertThat(corner("0fBF800000", new float[] {-1}, small)).isEqualTo(-1);
        assertThat(corner("0f3F800000", new float[] {1, 1}, new float[] {0x1p-24f, 0x1p-24f}))
                .as("a bit below the last is kept until the end")
                .isEqualTo(Math.nextUp(1f));
        assertThat(corner("0f3F800000", new float[] {1, 1, 1, 1}, new float[] {0x1p-25f, 0x1p-25f, 0x1p-25f, 0x1p-25f}))
                .as("more is not")
                .isEqualTo(1);
        assertThat(corner("0f3F800000", new float[] {-1}, small)).isEqualTo(Math.nextDown(1f));
    }

    @Test
    void subnormalFactorsAreZero() {
        assertThat(corner("0f00000000", new float[] {0x1p-127f}, new float[] {0x1p127f}))
                .isZero();
        assertThat(corner("0f00000000", new float[] {0x1p-126f}, new float[] {0x1p126f}))
                .isEqualTo(1);
    }

    @Test
    void whatIsNotFiniteStaysSo() {
        float infinity = Float.POSITIVE_INFINITY;
        assertThat(corner("0f00000000", new float[] {infinity}, new float[] {-2}))
                .isEqualTo(-infinity);
        assertThat(corner("0f00000000", new float[] {infinity}, new float[] {0}))
                .isNaN();
        assertThat(corner("0f7F800000", new float[] {infinity}, new float[] {-1}))
                .isNaN();
        assertThat(corner("0f00000000", new float[] {Float.NaN}, new float[] {0}))
                .isNaN();
        assertThat(corner("0f00000000", new float[] {0x1p100f}, new float[] {0x1p100f}))
                .isEqualTo(infinity);
    }

    @Test
    void bitsThatTf32HasNotFault() {
        assertThatThrownBy(() -> corner("0f00000000", new float[] {Float.intBitsToFloat(0x3f801000)}, new float[] {1}))
                .isInstanceOfSatisfying(
                        EmulatorFault.class, fault -> assertThat(fault.kind()).isEqualTo(EmulatorFault.Kind.LOOSE_BITS))
                .hasMessageStartingWith("LOOSE_BITS: 0x3f801000 is not a tf32 [block 0, warp 0, lane 0, ");
    }
}
