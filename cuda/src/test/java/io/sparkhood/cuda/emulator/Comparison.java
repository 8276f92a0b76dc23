package io.sparkhood.cuda.emulator;

/** A comparison of the lanes of two operands; the result has one bit for each lane. */
final class Comparison {
    private static final int LANES = RegisterFile.LANES;

    private Comparison() {}

    /** On words. */
    interface OfWords {
        int test(int[] a, int[] b);
    }

    /** On longs. */
    interface OfLongs {
        int test(long[] a, long[] b);
    }

    /** On integers of 16 or 32 bits. */
    static OfWords words(Binding binding, String name, ScalarType type) {
        OfWords test = switch (name) {
            case "eq" -> Comparison::equal;
            case "ne" -> (a, b) -> ~equal(a, b);
            case "lt", "lo" -> less(type, name);
            case "ge", "hs" -> complement(less(type, name));
            case "gt", "hi" -> swapped(less(type, name));
            case "le", "ls" -> complement(swapped(less(type, name)));
            default -> throw binding.unknown();
        };
        return type.bits() == 32 ? test : (a, b) -> test.test(Narrow.widened(a, type), Narrow.widened(b, type));
    }

    private static OfWords less(ScalarType type, String name) {
        boolean signed = type.isSigned() && !name.equals("lo") && !name.equals("hs");
        return signed ? Comparison::lessSigned : Comparison::lessUnsigned;
    }

    private static OfWords complement(OfWords test) {
        return (a, b) -> ~test.test(a, b);
    }

    private static OfWords swapped(OfWords test) {
        return (a, b) -> test.test(b, a);
    }

    static OfLongs longs(Binding binding, String name, ScalarType type) {
        OfLongs less = type.isSigned() ? Comparison::lessSigned : Comparison::lessUnsigned;
        return switch (name) {
            case "eq" -> Comparison::equal;
            case "ne" -> (a, b) -> ~equal(a, b);
            case "lt", "lo" -> less;
            case "ge", "hs" -> (a, b) -> ~less.test(a, b);
            case "gt", "hi" -> (a, b) -> less.test(b, a);
            case "le", "ls" -> (a, b) -> ~less.test(b, a);
            default -> throw binding.unknown();
        };
    }

    /** On floats: false where an operand is a NaN, or with a {@code u} at the end true there. */
    static OfWords floats(Binding binding, String name) {
        return switch (name) {
            case "num" -> (a, b) -> ~unordered(a, b);
            case "nan" -> Comparison::unordered;
            case "eq", "ne", "lt", "le", "gt", "ge" -> ordered(binding, name);
            case "equ", "neu", "ltu", "leu", "gtu", "geu" -> {
                OfWords test = ordered(binding, name.substring(0, 2));
                yield (a, b) -> test.test(a, b) | unordered(a, b);
            }
            default -> throw binding.unknown();
        };
    }

    private static OfWords ordered(Binding binding, String name) {
        return switch (name) {
            case "eq" -> Comparison::equalFloats;
            case "ne" -> (a, b) -> ~(equalFloats(a, b) | unordered(a, b));
            case "lt" -> Comparison::lessFloats;
            case "gt" -> (a, b) -> lessFloats(b, a);
            case "le" -> (a, b) -> lessFloats(a, b) | equalFloats(a, b);
            case "ge" -> (a, b) -> lessFloats(b, a) | equalFloats(a, b);
            default -> throw binding.unknown();
        };
    }

    private static int equal(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] == b[l] ? 1 << l : 0;
        }
        return result;
    }

    private static int lessSigned(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] < b[l] ? 1 << l : 0;
        }
        return result;
    }

    private static int lessUnsigned(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] + Integer.MIN_VALUE < b[l] + Integer.MIN_VALUE ? 1 << l : 0;
        }
        return result;
    }

    private static int equal(long[] a, long[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] == b[l] ? 1 << l : 0;
        }
        return result;
    }

    private static int lessSigned(long[] a, long[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] < b[l] ? 1 << l : 0;
        }
        return result;
    }

    private static int lessUnsigned(long[] a, long[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= a[l] + Long.MIN_VALUE < b[l] + Long.MIN_VALUE ? 1 << l : 0;
        }
        return result;
    }

    private static int equalFloats(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= Float.intBitsToFloat(a[l]) == Float.intBitsToFloat(b[l]) ? 1 << l : 0;
        }
        return result;
    }

    private static int lessFloats(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= Float.intBitsToFloat(a[l]) < Float.intBitsToFloat(b[l]) ? 1 << l : 0;
        }
        return result;
    }

    private static int unordered(int[] a, int[] b) {
        int result = 0;
        for (int l = 0; l < LANES; l++) {
            result |= Float.isNaN(Float.intBitsToFloat(a[l])) || Float.isNaN(Float.intBitsToFloat(b[l])) ? 1 << l : 0;
        }
        return result;
    }
}
