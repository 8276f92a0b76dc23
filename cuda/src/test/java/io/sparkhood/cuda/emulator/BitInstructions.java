package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.WordTernary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;

/** Bit fields, funnel shifts, byte permutations, three-input logic, counts of bits. */
final class BitInstructions {
    private static final int LANES = RegisterFile.LANES;

    private BitInstructions() {}

    static Instruction bitCount(Binding binding) {
        return counted(binding, WordArithmetic::bitCount, Long::bitCount);
    }

    static Instruction leadingZeros(Binding binding) {
        return counted(binding, WordArithmetic::leadingZeros, Long::numberOfLeadingZeros);
    }

    static Instruction reverse(Binding binding) {
        return Elementwise.words(only32(binding), WordArithmetic::reverse);
    }

    private interface Count {
        int of(long value);
    }

    private static Instruction counted(Binding binding, WordUnary words, Count longs) {
        if (binding.type().bits() == 32) {
            return Elementwise.words(binding, words);
        }
        int d = binding.writeWord(0);
        int a = binding.readLong(1);
        return binding.instruction((warp, mask) -> {
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = longs.of(warp.registers.longs[a][l]);
            }
            warp.keep(d, mask);
        });
    }

    /** {@code shf.l} and {@code shf.r}, clamped or wrapped. */
    static Instruction funnelShift(Binding binding) {
        boolean left = binding.opcode().modifier(0).equals("l");
        boolean wrap = binding.opcode().has("wrap");
        return Elementwise.words(only32(binding), (WordTernary) (d, a, b, c) -> {
            for (int l = 0; l < LANES; l++) {
                long both = (long) b[l] << 32 | a[l] & 0xffffffffL;
                int count = wrap ? c[l] & 31 : (int) Math.min(c[l] & 0xffffffffL, 32);
                d[l] = (int) (left ? both << count >>> 32 : both >>> count);
            }
        });
    }

    static Instruction extract(Binding binding) {
        boolean signed = only32(binding).type().isSigned();
        return Elementwise.words(binding, (WordTernary) (d, a, b, c) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = extracted(a[l], b[l] & 0xff, c[l] & 0xff, signed);
            }
        });
    }

    private static int extracted(int value, int position, int length, boolean signed) {
        if (length == 0) {
            return 0;
        }
        long wide = signed ? value : value & 0xffffffffL;
        long shifted = wide >> Math.min(position, 63);
        int drop = 64 - Math.min(length, 64);
        // A signed field that reaches past the value is filled with the value's sign.
        return (int) (signed ? shifted << drop >> drop : shifted << drop >>> drop);
    }

    static Instruction insert(Binding binding) {
        only32(binding);
        int d = binding.writeWord(0);
        int[] from = {
            binding.readWord(1), binding.readWord(2), binding.readWord(3), binding.readWord(4),
        };
        return binding.instruction((warp, mask) -> {
            int[][] words = warp.registers.words;
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                int position = words[from[2]][l] & 0xff;
                int length = Math.min(words[from[3]][l] & 0xff, 32);
                int field = position > 31 ? 0 : (int) (((1L << length) - 1) << position);
                target[l] = words[from[1]][l] & ~field | (int) ((long) words[from[0]][l] << position) & field;
            }
            warp.keep(d, mask);
        });
    }

    static Instruction permute(Binding binding) {
        if (!binding.opcode().text().equals("prmt.b32")) {
            throw binding.unknown();
        }
        return Elementwise.words(binding, (WordTernary) (d, a, b, c) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = permuted((long) b[l] << 32 | a[l] & 0xffffffffL, c[l]);
            }
        });
    }

    private static int permuted(long bytes, int selector) {
        int result = 0;
        for (int i = 0; i < 4; i++) {
            int select = selector >>> 4 * i;
            int value = (int) (bytes >>> 8 * (select & 7)) & 0xff;
            if ((select & 8) != 0) {
                value = (byte) value >> 7 & 0xff; // the sign alone
            }
            result |= value << 8 * i;
        }
        return result;
    }

    static Instruction logic3(Binding binding) {
        int table = (int) binding.literal(4);
        return Elementwise.words(only32(binding), (WordTernary) (d, a, b, c) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = looked(table, a[l], b[l], c[l]);
            }
        });
    }

    /** Bit {@code 4 a + 2 b + c} of the table, for each bit. */
    private static int looked(int table, int a, int b, int c) {
        int result = 0;
        for (int row = 0; row < 8; row++) {
            if ((table >>> row & 1) != 0) {
                result |= ((row & 4) != 0 ? a : ~a) & ((row & 2) != 0 ? b : ~b) & ((row & 1) != 0 ? c : ~c);
            }
        }
        return result;
    }

    private static Binding only32(Binding binding) {
        if (binding.type().bits() != 32) {
            throw binding.unknown();
        }
        return binding;
    }
}
