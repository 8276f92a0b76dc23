package io.sparkhood.cuda.emulator;

import java.util.List;

/**
 * {@code mma.sync} of a 16 x k tile of 16-bit floats with a k x 8 one, accumulated in float32, k = 8 or 16. The products are
 * exact in float32; they are added in the order of k, then to the accumulator.
 */
final class MatrixInstructions {
    private static final int LANES = RegisterFile.LANES;

    private MatrixInstructions() {}

    static Instruction decode(Binding binding) {
        if (binding.opcode().text().equals(TensorFloatInstructions.OPCODE)) {
            return tensorFloat(binding);
        }
        ScalarType type = binding.opcode().has("bf16") ? ScalarType.BF16 : ScalarType.F16;
        int depth = binding.opcode().has("m16n8k8") ? 8 : 16;
        String expected =
                "mma.sync.aligned.m16n8k" + depth + ".row.col.f32." + type.text() + "." + type.text() + ".f32";
        if (!binding.opcode().text().equals(expected)) {
            throw binding.unknown();
        }
        int[] d = slots(binding, 0, 4, true);
        int[] a = slots(binding, 1, depth / 4, false);
        int[] b = slots(binding, 2, depth / 8, false);
        int[] c = slots(binding, 3, 4, false);
        return binding.instruction((warp, mask) -> {
            warp.requireAll(mask);
            warp.block.counters.mma++;
            multiply(warp, type, new int[][] {d, a, b, c});
        });
    }

    private static Instruction tensorFloat(Binding binding) {
        int[][] operands = {
            slots(binding, 0, 4, true),
            slots(binding, 1, 4, false),
            slots(binding, 2, 2, false),
            slots(binding, 3, 4, false)
        };
        return binding.instruction((warp, mask) -> {
            warp.requireAll(mask);
            warp.block.counters.mma++;
            TensorFloatInstructions.multiply(warp, operands);
        });
    }

    private static int[] slots(Binding binding, int operand, int count, boolean written) {
        List<Operand> elements = binding.elements(operand);
        if (elements.size() != count) {
            throw binding.unsupported("operand " + operand + " must have " + count + " registers");
        }
        return elements.stream()
                .mapToInt(element -> written ? binding.writeWord(element) : binding.readWord(element))
                .toArray();
    }

    private static void multiply(Warp warp, ScalarType type, int[][] operands) {
        int[][] words = warp.registers.words;
        int[] a = operands[1];
        int[] b = operands[2];
        int depth = 4 * a.length;
        float[] left = warp.block.left; // [16][depth]
        float[] right = warp.block.right; // [8 columns][depth]
        for (int i = 0; i < a.length; i++) {
            // Register i holds rows 0-7 or 8-15 of columns 0-7 or 8-15, in the order of the instruction set.
            unpack(type, words[a[i]], left, i % 2 * 8 * depth + i / 2 * 8, depth);
        }
        for (int i = 0; i < b.length; i++) {
            unpack(type, words[b[i]], right, i * 8, depth);
        }
        for (int half = 0; half < 2; half++) {
            products(left, half * 8 * depth, right, depth, warp.block.sums);
            accumulate(warp.block.sums, words, operands, 2 * half);
        }
    }

    /** Lane l holds two neighbours of row l / 4, from column 2 (l mod 4) on. */
    private static void unpack(ScalarType type, int[] register, float[] tile, int from, int depth) {
        for (int lane = 0; lane < LANES; lane++) {
            int at = from + lane / 4 * depth + lane % 4 * 2;
            if (type == ScalarType.BF16) {
                tile[at] = Float.intBitsToFloat(register[lane] << 16);
                tile[at + 1] = Float.intBitsToFloat(register[lane] & 0xffff0000);
            } else {
                tile[at] = Halves.fromHalf(register[lane] & 0xffff);
                tile[at + 1] = Halves.fromHalf(register[lane] >>> 16);
            }
        }
    }

    /** Eight rows times eight columns. */
    private static void products(float[] left, int from, float[] right, int depth, float[] sums) {
        for (int row = 0; row < 8; row++) {
            int x = from + row * depth;
            for (int column = 0; column < 8; column += 4) {
                int y = column * depth;
                // Four sums at once hide the latency of an addition.
                float s0 = 0;
                float s1 = 0;
                float s2 = 0;
                float s3 = 0;
                for (int k = 0; k < depth; k++) {
                    float value = left[x + k];
                    s0 += value * right[y + k];
                    s1 += value * right[y + depth + k];
                    s2 += value * right[y + 2 * depth + k];
                    s3 += value * right[y + 3 * depth + k];
                }
                sums[row * 8 + column] = s0;
                sums[row * 8 + column + 1] = s1;
                sums[row * 8 + column + 2] = s2;
                sums[row * 8 + column + 3] = s3;
            }
        }
    }

    private static void accumulate(float[] sums, int[][] words, int[][] operands, int first) {
        for (int i = 0; i < 2; i++) {
            int[] d = words[operands[0][first + i]];
            int[] c = words[operands[3][first + i]];
            for (int lane = 0; lane < LANES; lane++) {
                d[lane] = Float.floatToRawIntBits(Float.intBitsToFloat(c[lane]) + sums[lane * 2 + i]);
            }
        }
    }
}
