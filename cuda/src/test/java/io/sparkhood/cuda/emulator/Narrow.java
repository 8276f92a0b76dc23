package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.Elementwise.WordBinary;
import io.sparkhood.cuda.emulator.Elementwise.WordTernary;
import io.sparkhood.cuda.emulator.Elementwise.WordUnary;

/** Arithmetic on 16-bit integers by that on 32 bits: operands are widened, results cut. */
final class Narrow {
    private static final int LANES = RegisterFile.LANES;

    private Narrow() {}

    static WordUnary unary(ScalarType type, WordUnary function) {
        if (type.bits() == 32) {
            return function;
        }
        return (d, a) -> {
            function.apply(d, widened(a, type));
            cut(d);
        };
    }

    static WordBinary binary(ScalarType type, WordBinary function) {
        if (type.bits() == 32) {
            return function;
        }
        return (d, a, b) -> {
            function.apply(d, widened(a, type), widened(b, type));
            cut(d);
        };
    }

    static WordTernary ternary(ScalarType type, WordTernary function) {
        if (type.bits() == 32) {
            return function;
        }
        return (d, a, b, c) -> {
            function.apply(d, widened(a, type), widened(b, type), widened(c, type));
            cut(d);
        };
    }

    /** A copy with the meaning of the type. */
    static int[] widened(int[] a, ScalarType type) {
        int[] wide = new int[LANES];
        for (int l = 0; l < LANES; l++) {
            wide[l] = type.isSigned() ? (short) a[l] : a[l] & 0xffff;
        }
        return wide;
    }

    private static void cut(int[] d) {
        for (int l = 0; l < LANES; l++) {
            d[l] &= 0xffff;
        }
    }
}
