package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.LongBinary;
import io.sparkhood.cuda.emulator.Elementwise.LongUnary;
import io.sparkhood.cuda.emulator.Elementwise.WordBinary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;

/** Integer arithmetic of 16, 32 and 64 bits, except divisions. */
final class IntegerInstructions {
    private IntegerInstructions() {}

    static Instruction add(Binding binding) {
        return plain(binding, WordArithmetic::add, LongArithmetic::add);
    }

    static Instruction sub(Binding binding) {
        return plain(binding, WordArithmetic::sub, LongArithmetic::sub);
    }

    static Instruction and(Binding binding) {
        return plain(binding, WordArithmetic::and, LongArithmetic::and);
    }

    static Instruction or(Binding binding) {
        return plain(binding, WordArithmetic::or, LongArithmetic::or);
    }

    static Instruction xor(Binding binding) {
        return plain(binding, WordArithmetic::xor, LongArithmetic::xor);
    }

    static Instruction not(Binding binding) {
        return plain(binding, WordArithmetic::not, LongArithmetic::not);
    }

    static Instruction negate(Binding binding) {
        return plain(binding, WordArithmetic::negate, LongArithmetic::negate);
    }

    static Instruction abs(Binding binding) {
        return plain(binding, WordArithmetic::abs, LongArithmetic::abs);
    }

    static Instruction min(Binding binding) {
        return binding.type().isSigned()
                ? plain(binding, WordArithmetic::minSigned, LongArithmetic::minSigned)
                : plain(binding, WordArithmetic::minUnsigned, LongArithmetic::minUnsigned);
    }

    static Instruction max(Binding binding) {
        return binding.type().isSigned()
                ? plain(binding, WordArithmetic::maxSigned, LongArithmetic::maxSigned)
                : plain(binding, WordArithmetic::maxUnsigned, LongArithmetic::maxUnsigned);
    }

    static Instruction shiftLeft(Binding binding) {
        return binding.type().bits() == 64
                ? Elementwise.shift(binding, LongArithmetic::shiftLeft)
                : Elementwise.words(binding, Narrow.binary(unsigned(binding.type()), WordArithmetic::shiftLeft));
    }

    static Instruction shiftRight(Binding binding) {
        ScalarType type = binding.type();
        if (type.bits() == 64) {
            return Elementwise.shift(
                    binding, type.isSigned() ? LongArithmetic::shiftRightSigned : LongArithmetic::shiftRightUnsigned);
        }
        return Elementwise.words(
                binding,
                Narrow.binary(
                        type, type.isSigned() ? WordArithmetic::shiftRightSigned : WordArithmetic::shiftRightUnsigned));
    }

    /** {@code mul.lo}, {@code mul.hi} and {@code mul.wide}. */
    static Instruction mul(Binding binding) {
        boolean signed = binding.type().isSigned();
        return switch (binding.opcode().modifier(0)) {
            case "lo" -> plain(binding, WordArithmetic::mulLow, LongArithmetic::mulLow);
            case "hi" -> mulHigh(binding, signed);
            case "wide" -> mulWide(binding, signed);
            default -> throw binding.unknown();
        };
    }

    private static Instruction mulHigh(Binding binding, boolean signed) {
        if (binding.type().bits() == 16) {
            throw binding.unknown();
        }
        return signed
                ? plain(binding, WordArithmetic::mulHighSigned, LongArithmetic::mulHighSigned)
                : plain(binding, WordArithmetic::mulHighUnsigned, LongArithmetic::mulHighUnsigned);
    }

    private static Instruction mulWide(Binding binding, boolean signed) {
        ScalarType type = binding.type();
        if (type.bits() == 16) {
            return Elementwise.words(binding, (WordBinary)
                    (d, a, b) -> WordArithmetic.mulLow(d, Narrow.widened(a, type), Narrow.widened(b, type)));
        }
        if (type.bits() != 32) {
            throw binding.unknown();
        }
        return Elementwise.widening(binding, signed ? LongArithmetic::mulWideSigned : LongArithmetic::mulWideUnsigned);
    }

    /** {@code mad.lo} and {@code mad.wide}. */
    static Instruction mad(Binding binding) {
        ScalarType type = binding.type();
        String part = binding.opcode().modifier(0);
        if (part.equals("lo") && type.bits() == 64) {
            return Elementwise.longs(binding, LongArithmetic::madLow);
        }
        if (part.equals("lo")) {
            return Elementwise.words(binding, Narrow.ternary(type, WordArithmetic::madLow));
        }
        if (part.equals("wide") && type.bits() == 32) {
            return madWide(binding, type.isSigned());
        }
        throw binding.unknown();
    }

    private static Instruction madWide(Binding binding, boolean signed) {
        int d = binding.writeLong(0);
        int a = binding.readWord(1);
        int b = binding.readWord(2);
        int c = binding.readLong(3);
        return binding.instruction((warp, mask) -> {
            RegisterFile registers = warp.registers;
            long[] product = new long[RegisterFile.LANES];
            if (signed) {
                LongArithmetic.mulWideSigned(product, registers.words[a], registers.words[b]);
            } else {
                LongArithmetic.mulWideUnsigned(product, registers.words[a], registers.words[b]);
            }
            LongArithmetic.add(warp.longTarget(d, mask), product, registers.longs[c]);
            warp.keepLong(d, mask);
        });
    }

    private static Instruction plain(Binding binding, WordBinary words, LongBinary longs) {
        return integer(binding).bits() == 64
                ? Elementwise.longs(binding, longs)
                : Elementwise.words(binding, Narrow.binary(binding.type(), words));
    }

    private static Instruction plain(Binding binding, WordUnary words, LongUnary longs) {
        return integer(binding).bits() == 64
                ? Elementwise.longs(binding, longs)
                : Elementwise.words(binding, Narrow.unary(binding.type(), words));
    }

    /** The type, which must be that of an integer of 16 bits or more; carries and saturation are not known. */
    private static ScalarType integer(Binding binding) {
        ScalarType type = binding.type();
        if (!type.isInteger()
                || type.bits() == 8
                || binding.opcode().has("cc")
                || binding.opcode().has("sat")) {
            throw binding.unknown();
        }
        return type;
    }

    private static ScalarType unsigned(ScalarType type) {
        return type.bits() == 16 ? ScalarType.U16 : ScalarType.U32;
    }
}
