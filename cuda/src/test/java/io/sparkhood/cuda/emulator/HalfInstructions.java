package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.WordBinary;
import io.sparkhood.cuda.emulator.Elementwise.WordTernary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;

/** Arithmetic on one or two 16-bit floats in a register, computed in double and rounded once to float32, then to 16 bits. */
final class HalfInstructions {
    private static final int LANES = RegisterFile.LANES;

    private HalfInstructions() {}

    private interface Of1 {
        double of(double a);
    }

    private interface Of2 {
        double of(double a, double b);
    }

    private interface Of3 {
        double of(double a, double b, double c);
    }

    static Instruction add(Binding binding) {
        return binary(binding, Double::sum);
    }

    static Instruction sub(Binding binding) {
        return binary(binding, (a, b) -> a - b);
    }

    static Instruction mul(Binding binding) {
        return binary(binding, (a, b) -> a * b);
    }

    static Instruction min(Binding binding) {
        return binary(binding, (a, b) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b));
    }

    static Instruction max(Binding binding) {
        return binary(binding, (a, b) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b));
    }

    static Instruction fma(Binding binding) {
        Format format = format(binding);
        Of3 function = (a, b, c) -> a * b + c;
        return Elementwise.words(binding, (WordTernary) (d, a, b, c) -> {
            for (int l = 0; l < LANES; l++) {
                int low = format.to(function.of(format.low(a[l]), format.low(b[l]), format.low(c[l])));
                d[l] = !format.two()
                        ? low
                        : low | format.to(function.of(format.high(a[l]), format.high(b[l]), format.high(c[l]))) << 16;
            }
        });
    }

    static Instruction negate(Binding binding) {
        return unary(binding, a -> -a);
    }

    static Instruction abs(Binding binding) {
        return unary(binding, Math::abs);
    }

    private static Instruction unary(Binding binding, Of1 function) {
        Format format = format(binding);
        return Elementwise.words(binding, (WordUnary) (d, a) -> {
            for (int l = 0; l < LANES; l++) {
                int low = format.to(function.of(format.low(a[l])));
                d[l] = !format.two() ? low : low | format.to(function.of(format.high(a[l]))) << 16;
            }
        });
    }

    private static Instruction binary(Binding binding, Of2 function) {
        Format format = format(binding);
        return Elementwise.words(binding, (WordBinary) (d, a, b) -> {
            for (int l = 0; l < LANES; l++) {
                int low = format.to(function.of(format.low(a[l]), format.low(b[l])));
                d[l] = !format.two() ? low : low | format.to(function.of(format.high(a[l]), format.high(b[l]))) << 16;
            }
        });
    }

    private static Format format(Binding binding) {
        Opcode opcode = binding.opcode();
        for (String modifier : new String[] {"ftz", "sat", "relu", "NaN", "xorsign"}) {
            if (opcode.has(modifier)) {
                throw binding.unknown();
            }
        }
        return switch (binding.type()) {
            case F16 -> new Format(ScalarType.F16, false);
            case BF16 -> new Format(ScalarType.BF16, false);
            case F16X2 -> new Format(ScalarType.F16, true);
            case BF16X2 -> new Format(ScalarType.BF16, true);
            default -> throw binding.unknown();
        };
    }

    /**
     * What stands in a register.
     *
     * @param type of each
     * @param two whether there are two
     */
    private record Format(ScalarType type, boolean two) {
        double low(int bits) {
            return Halves.from(type, bits & 0xffff);
        }

        double high(int bits) {
            return Halves.from(type, bits >>> 16);
        }

        int to(double value) {
            return Halves.to(type, (float) value);
        }
    }
}
