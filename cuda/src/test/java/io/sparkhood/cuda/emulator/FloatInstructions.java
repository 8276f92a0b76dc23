package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.WordBinary;
import io.sparkhood.cuda.emulator.Elementwise.WordTernary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;

/** Arithmetic on float32: rounded to nearest, where asked with subnormal numbers flushed and results saturated. */
final class FloatInstructions {
    private static final int LANES = RegisterFile.LANES;

    private FloatInstructions() {}

    static Instruction add(Binding binding) {
        return binary(binding, FloatArithmetic::add);
    }

    static Instruction sub(Binding binding) {
        return binary(binding, FloatArithmetic::sub);
    }

    static Instruction mul(Binding binding) {
        return binary(binding, FloatArithmetic::mul);
    }

    /** {@code div.rn}, {@code div.full} and {@code div.approx}, all exact. */
    static Instruction div(Binding binding) {
        return binary(binding, FloatArithmetic::div);
    }

    static Instruction min(Binding binding) {
        return binary(binding, binding.opcode().has("NaN") ? FloatArithmetic::minOrNan : FloatArithmetic::min);
    }

    static Instruction max(Binding binding) {
        return binary(binding, binding.opcode().has("NaN") ? FloatArithmetic::maxOrNan : FloatArithmetic::max);
    }

    static Instruction copySign(Binding binding) {
        return binary(binding, FloatArithmetic::copySign);
    }

    static Instruction fma(Binding binding) {
        Rounding rounding = rounding(binding);
        WordTernary function = FloatArithmetic::fma;
        return Elementwise.words(
                binding,
                rounding.none()
                        ? function
                        : (d, a, b, c) -> {
                            function.apply(d, rounding.source(a), rounding.source(b), rounding.source(c));
                            rounding.result(d);
                        });
    }

    static Instruction negate(Binding binding) {
        return unary(binding, FloatArithmetic::negate);
    }

    static Instruction abs(Binding binding) {
        return unary(binding, FloatArithmetic::abs);
    }

    static Instruction reciprocal(Binding binding) {
        return unary(binding, FloatArithmetic::reciprocal);
    }

    static Instruction sqrt(Binding binding) {
        return unary(binding, FloatArithmetic::sqrt);
    }

    static Instruction reciprocalSqrt(Binding binding) {
        return unary(binding, FloatArithmetic::reciprocalSqrt);
    }

    static Instruction exp2(Binding binding) {
        return unary(binding, FloatArithmetic::exp2);
    }

    static Instruction log2(Binding binding) {
        return unary(binding, FloatArithmetic::log2);
    }

    static Instruction tanh(Binding binding) {
        return unary(binding, FloatArithmetic::tanh);
    }

    static Instruction sin(Binding binding) {
        return unary(binding, FloatArithmetic::sin);
    }

    static Instruction cos(Binding binding) {
        return unary(binding, FloatArithmetic::cos);
    }

    private static Instruction unary(Binding binding, WordUnary function) {
        Rounding rounding = rounding(binding);
        return Elementwise.words(
                binding,
                rounding.none()
                        ? function
                        : (d, a) -> {
                            function.apply(d, rounding.source(a));
                            rounding.result(d);
                        });
    }

    private static Instruction binary(Binding binding, WordBinary function) {
        Rounding rounding = rounding(binding);
        return Elementwise.words(
                binding,
                rounding.none()
                        ? function
                        : (d, a, b) -> {
                            function.apply(d, rounding.source(a), rounding.source(b));
                            rounding.result(d);
                        });
    }

    private static Rounding rounding(Binding binding) {
        Opcode opcode = binding.opcode();
        for (String direction : new String[] {"rz", "rm", "rp", "relu", "xorsign"}) {
            if (opcode.has(direction)) {
                throw binding.unknown();
            }
        }
        if (binding.type() != ScalarType.F32) {
            throw binding.unknown();
        }
        return new Rounding(opcode.has("ftz"), opcode.has("sat"));
    }

    /**
     * What happens to operands and results.
     *
     * @param flush whether subnormal numbers become zeros
     * @param saturate whether results go into [0, 1]
     */
    private record Rounding(boolean flush, boolean saturate) {
        boolean none() {
            return !flush && !saturate;
        }

        int[] source(int[] a) {
            if (!flush) {
                return a;
            }
            int[] flushed = new int[LANES];
            FloatArithmetic.flush(flushed, a);
            return flushed;
        }

        void result(int[] d) {
            if (flush) {
                FloatArithmetic.flush(d, d);
            }
            if (saturate) {
                FloatArithmetic.saturate(d, d);
            }
        }
    }
}
