package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.WordBinary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;
import java.util.List;

/** Conversions between types. */
final class ConversionInstructions {
    private static final int LANES = RegisterFile.LANES;

    private ConversionInstructions() {}

    static Instruction convert(Binding binding) {
        List<String> modifiers = binding.opcode().modifiers();
        if (modifiers.size() < 2 || binding.opcode().has("relu")) {
            throw binding.unknown();
        }
        ScalarType to = binding.type(modifiers.get(modifiers.size() - 2));
        ScalarType from = binding.type();
        if (to.isInteger() && from.isInteger()) {
            return integers(binding, to, from);
        }
        if (to.isInteger() || from.isInteger()) {
            return to.isInteger() ? FloatToInteger.decode(binding, to, from) : integerToFloat(binding, to, from);
        }
        return floats(binding, to, from);
    }

    private static Instruction integers(Binding binding, ScalarType to, ScalarType from) {
        if (binding.opcode().has("sat")) {
            throw binding.unknown();
        }
        boolean toLong = binding.bits(binding.operand(0)) == 64;
        boolean fromLong = binding.operand(1) instanceof Operand.Name && binding.bits(binding.operand(1)) == 64;
        if (fromLong) {
            return toLong ? longToLong(binding, to, from) : longToWord(binding, to, from);
        }
        if (toLong) {
            return wordToLong(binding, to, from);
        }
        int keep = binding.bits(binding.operand(0));
        return Elementwise.words(binding, (WordUnary) (d, a) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = (int) extended(extended(extended(a[l], from), to), keep, false);
            }
        });
    }

    private static Instruction longToLong(Binding binding, ScalarType to, ScalarType from) {
        return Elementwise.longs(binding, (Elementwise.LongUnary) (d, a) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = extended(extended(a[l], from), to);
            }
        });
    }

    private static Instruction longToWord(Binding binding, ScalarType to, ScalarType from) {
        int keep = binding.bits(binding.operand(0));
        int d = binding.writeWord(0);
        int a = binding.readLong(1);
        return binding.instruction((warp, mask) -> {
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = (int) extended(extended(extended(warp.registers.longs[a][l], from), to), keep, false);
            }
            warp.keep(d, mask);
        });
    }

    private static Instruction wordToLong(Binding binding, ScalarType to, ScalarType from) {
        int d = binding.writeLong(0);
        int a = binding.readWord(1);
        return binding.instruction((warp, mask) -> {
            int[] words = warp.registers.words[a];
            long[] target = warp.longTarget(d, mask);
            for (int l = 0; l < LANES; l++) {
                target[l] = extended(extended(words[l], from), to);
            }
            warp.keepLong(d, mask);
        });
    }

    /** The value that the lower bits mean in a type. */
    static long extended(long value, ScalarType type) {
        return extended(value, type.bits(), type.isSigned());
    }

    private static long extended(long value, int bits, boolean signed) {
        int drop = 64 - bits;
        return signed ? value << drop >> drop : value << drop >>> drop;
    }

    private static Instruction integerToFloat(Binding binding, ScalarType to, ScalarType from) {
        if (to != ScalarType.F32 && to != ScalarType.F16 || !binding.opcode().has("rn")) {
            throw binding.unknown();
        }
        int d = binding.writeWord(0);
        boolean isLong = from.bits() == 64;
        int a = isLong ? binding.readLong(1) : binding.readWord(1);
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            int[] target = warp.target(d, mask);
            for (int l = 0; l < LANES; l++) {
                float value = nearest(isLong ? registers.longs[a][l] : extended(registers.words[a][l], from), from);
                target[l] = to == ScalarType.F32 ? Float.floatToRawIntBits(value) : Halves.toHalf(value);
            }
            warp.keep(d, mask);
        });
    }

    private static float nearest(long value, ScalarType from) {
        if (from == ScalarType.U64 && value < 0) {
            // Halved with the lost bit kept below the rounding position.
            return (float) (value >>> 1 | value & 1) * 2;
        }
        return value;
    }

    private static Instruction floats(Binding binding, ScalarType to, ScalarType from) {
        if (from == ScalarType.F32 && (to == ScalarType.F16X2 || to == ScalarType.BF16X2)) {
            return pack(binding, to == ScalarType.F16X2 ? ScalarType.F16 : ScalarType.BF16);
        }
        if (from == ScalarType.F32 && to == ScalarType.F32) {
            return integral(binding);
        }
        if (from == ScalarType.F32 && to.bits() == 16) {
            requireNearest(binding);
            return Elementwise.words(binding, (WordUnary) (d, a) -> {
                for (int l = 0; l < LANES; l++) {
                    d[l] = Halves.to(to, Float.intBitsToFloat(a[l]));
                }
            });
        }
        if (from.bits() == 16 && to == ScalarType.F32) {
            return Elementwise.words(binding, (WordUnary) (d, a) -> {
                for (int l = 0; l < LANES; l++) {
                    d[l] = Float.floatToRawIntBits(Halves.from(from, a[l] & 0xffff));
                }
            });
        }
        throw binding.unknown();
    }

    /** Two floats into one word, the first one into the upper half. */
    private static Instruction pack(Binding binding, ScalarType half) {
        requireNearest(binding);
        return Elementwise.words(binding, (WordBinary) (d, a, b) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = Halves.to(half, Float.intBitsToFloat(a[l])) << 16 | Halves.to(half, Float.intBitsToFloat(b[l]));
            }
        });
    }

    private static void requireNearest(Binding binding) {
        if (!binding.opcode().has("rn") || binding.opcode().has("sat")) {
            throw binding.unknown();
        }
    }

    /** Floats to floats without a fraction, flushed or saturated. */
    private static Instruction integral(Binding binding) {
        boolean flush = binding.opcode().has("ftz");
        boolean saturate = binding.opcode().has("sat");
        FloatToInteger.Rounding rounding = FloatToInteger.rounding(binding);
        return Elementwise.words(binding, (WordUnary) (d, a) -> {
            for (int l = 0; l < LANES; l++) {
                d[l] = Float.floatToRawIntBits((float) rounding.of(Float.intBitsToFloat(a[l])));
            }
            if (flush) {
                FloatArithmetic.flush(d, d);
            }
            if (saturate) {
                FloatArithmetic.saturate(d, d);
            }
        });
    }
}
