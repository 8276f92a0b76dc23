package io.sparkhood.notebook;

import java.util.Locale;

/**
 * What a notebook ends with: claims that are checked when it runs. A claim that holds prints one line; one that does not throws,
 * which fails the cell, whatever the JVM's flags say of {@code assert}.
 */
public final class Claim {
    private Claim() {}

    /** Claims that a number is at least another. */
    public static void atLeast(String what, double actual, double least) {
        require(actual >= least, what, number(actual), "at least " + number(least));
    }

    /** Claims that a number is at most another. */
    public static void atMost(String what, double actual, double most) {
        require(actual <= most, what, number(actual), "at most " + number(most));
    }

    /** Claims that two values are equal. */
    public static void equal(String what, Object actual, Object expected) {
        require(actual.equals(expected), what, actual.toString(), expected.toString());
    }

    private static void require(boolean holds, String what, String actual, String expected) {
        if (!holds) {
            throw new AssertionError(what + ": expected " + expected + ", but it is " + actual);
        }
        System.out.println("holds: " + what + ": " + actual + (actual.equals(expected) ? "" : ", " + expected));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
