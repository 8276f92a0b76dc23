package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Operands that find mistakes: the ends of the ranges, signs, and some drawn from a fixed seed. */
final class Samples {
    private static final long SEED = 20_261_121;
    private static final int[] WORDS = {
        0,
        1,
        -1,
        2,
        7,
        31,
        32,
        33,
        255,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0x12345678
    };
    private static final float[] FLOATS = {
        0f,
        -0f,
        1f,
        -1f,
        0.5f,
        1.5f,
        2.5f,
        -2.5f,
        3.7e9f,
        -5e9f,
        1e-40f,
        -1e-42f,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        65504f,
        65520f,
        3.14159f
    };

    private Samples() {}

    /** Three columns of words whose rows are all pairs of the notable ones and some drawn. */
    static long[][] words() {
        Random random = new Random(SEED);
        List<long[]> rows = new ArrayList<>();
        for (int a : WORDS) {
            for (int b : WORDS) {
                rows.add(new long[] {a, b, WORDS[random.nextInt(WORDS.length)]});
            }
        }
        for (int i = 0; i < 64; i++) {
            rows.add(new long[] {random.nextInt(), random.nextInt(), random.nextInt()});
        }
        return columns(rows);
    }

    /** Three columns of longs. */
    static long[][] longs() {
        Random random = new Random(SEED);
        List<long[]> rows = new ArrayList<>();
        for (int a : WORDS) {
            for (int b : WORDS) {
                rows.add(new long[] {(long) a << 31 | b & 0xff, b, random.nextLong()});
            }
        }
        long[] ends = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE};
        for (long a : ends) {
            for (long b : ends) {
                rows.add(new long[] {a, b, random.nextLong()});
            }
        }
        return columns(rows);
    }

    /** Three columns of floats' bits. */
    static long[][] floats() {
        Random random = new Random(SEED);
        List<long[]> rows = new ArrayList<>();
        for (float a : FLOATS) {
            for (float b : FLOATS) {
                rows.add(new long[] {bits(a), bits(b), bits(FLOATS[random.nextInt(FLOATS.length)])});
            }
        }
        for (int i = 0; i < 112; i++) {
            rows.add(new long[] {drawn(random), drawn(random), drawn(random)});
        }
        return columns(rows);
    }

    private static long drawn(Random random) {
        return bits((float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 20)));
    }

    static long bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static long[][] columns(List<long[]> rows) {
        long[][] columns = new long[3][rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < 3; column++) {
                columns[column][row] = rows.get(row)[column];
            }
        }
        return columns;
    }
}
