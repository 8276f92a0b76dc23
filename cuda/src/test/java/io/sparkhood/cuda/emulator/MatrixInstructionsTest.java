package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products and matrix loads against their definitions. */
final class MatrixInstructionsTest {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;

    /** The row or column of element {@code i} of a fragment register that a lane holds. */
    private static int group(int lane) {
        return lane / 4;
    }

    @ParameterizedTest
    @CsvSource({"f16, 16", "bf16, 16", "f16, 8", "bf16, 8"})
    void multipliesTiles(String type, int depth) {
        ScalarType format = ScalarType.of(type).orElseThrow();
        Random random = new Random(7);
        int[] left = drawn(random, format, ROWS * depth); // [row][k]
        int[] right = drawn(random, format, depth * COLUMNS); // [k][column]
        float accumulator = 0.75f;
        for (int register = 0; register < 4; register++) {
            int[] results = LaneProgram.words(program(type, depth, register)).runWords(fragments(left, right, depth));
            for (int lane = 0; lane < 32; lane++) {
                int row = group(lane) + register / 2 * 8;
                int column = lane % 4 * 2 + register % 2;
                float sum = 0;
                for (int k = 0; k < depth; k++) {
                    sum += Halves.from(format, left[row * depth + k])
                            * Halves.from(format, right[k * COLUMNS + column]);
                }
                assertThat(Float.intBitsToFloat(results[lane]))
                        .as("row %d, column %d", row, column)
                        .isEqualTo(accumulator + sum);
            }
        }
    }

    private static int[] drawn(Random random, ScalarType format, int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Halves.to(format, (float) random.nextGaussian());
        }
        return numbers;
    }

    /** The registers of a and b of each lane: a0 a1, a2 a3, b0 b1. */
    private static long[][] fragments(int[] left, int[] right, int depth) {
        long[][] in = new long[3][32];
        for (int lane = 0; lane < 32; lane++) {
            int k = lane % 4 * 2;
            for (int i = 0; i < depth / 4; i++) {
                int at = (group(lane) + i % 2 * 8) * depth + k + i / 2 * 8;
                in[i / 2][lane] |= (left[at] | (long) left[at + 1] << 16) << i % 2 * 32;
            }
            for (int i = 0; i < depth / 8; i++) {
                int low = right[(k + i * 8) * COLUMNS + group(lane)];
                int high = right[(k + i * 8 + 1) * COLUMNS + group(lane)];
                in[2][lane] |= (low | (long) high << 16) << i * 32;
            }
        }
        return in;
    }

    private static String program(String type, int depth, int register) {
        String[] left = {"{%h0, %h1}", "{%h0, %h1, %h2, %h3}"};
        String[] right = {"{%h4}", "{%h4, %h5}"};
        return """
                mov.b64 {%h0, %h1}, %la;
                mov.b64 {%h2, %h3}, %lb;
                mov.b64 {%h4, %h5}, %lc;
                mov.f32 %e, 0f3F400000;
                mma.sync.aligned.m16n8kDEPTH.row.col.f32.TYPE.TYPE.f32
                    {%a, %b, %c, %g}, LEFT, RIGHT, {%e, %e, %e, %e};
                mov.b32 %d, RESULT;
                """.replace("DEPTH", Integer.toString(depth))
                .replace("TYPE", type)
                .replace("LEFT", left[depth / 8 - 1])
                .replace("RIGHT", right[depth / 8 - 1])
                .replace("RESULT", new String[] {"%a", "%b", "%c", "%g"}[register]);
    }

    @Test
    void loadsMatrices() {
        // Row r of matrix q holds the elements 100 q + 10 r + column, every row 16 bytes, the rows in reverse order.
        String fill = """
                shr.u32 %e, %t, 3;
                and.b32 %f, %t, 7;
                mul.lo.s32 %g, %e, 100;
                mad.lo.s32 %g, %f, 10, %g;
                mad.lo.s32 %g, 65537, %g, 65536;
                sub.s32 %f, 31, %t;
                mul.lo.s32 %f, %f, 16;
                mov.u32 %h0, tile;
                add.s32 %f, %f, %h0;
                add.s32 %h1, %g, 0x00020002;
                add.s32 %h2, %g, 0x00040004;
                add.s32 %h3, %g, 0x00060006;
                st.shared.v4.u32 [%f], {%g, %h1, %h2, %h3};
                bar.sync 0;
                ldmatrix.sync.aligned.m8n8.x4MODE.shared.b16 {%a, %b, %c, %e}, [%f];
                mov.b32 %d, RESULT;
                """;
        String declaration = ".shared .align 16 .b8 tile[512];";
        String[] registers = {"%a", "%b", "%c", "%e"};
        for (int matrix = 0; matrix < 4; matrix++) {
            String body = fill.replace("RESULT", registers[matrix]);
            int[] plain = LaneProgram.shared(declaration, body.replace("MODE", ""), 32)
                    .runWords();
            int[] transposed = LaneProgram.shared(declaration, body.replace("MODE", ".trans"), 32)
                    .runWords();
            for (int lane = 0; lane < 32; lane++) {
                int first = 100 * matrix + 10 * (lane / 4) + lane % 4 * 2;
                assertThat(plain[lane]).isEqualTo(first | first + 1 << 16);
                int above = 100 * matrix + 10 * (lane % 4 * 2) + lane / 4;
                assertThat(transposed[lane]).isEqualTo(above | above + 10 << 16);
            }
        }
    }

    @Test
    void countsMatrixInstructions() {
        LaneProgram program = LaneProgram.words(program("bf16", 16, 0));
        program.run(new long[3][64]);
        assertThat(program.report().mma()).isEqualTo(2);
    }
}
