package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversions: all 16-bit floats, and integers and floats at the ends of their ranges. */
final class ConversionInstructionsTest {
    private static final long[] ALL_16_BITS = LongStream.range(0, 1 << 16).toArray();

    private interface OnLongs {
        long of(long a);
    }

    /** What the 16 bits mean by the definition of the format. */
    private static double meaning(int bits, int fractionBits) {
        int exponentBits = 15 - fractionBits;
        int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
        int fraction = bits & (1 << fractionBits) - 1;
        int bias = (1 << exponentBits - 1) - 1;
        double sign = (bits & 0x8000) == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((double) fraction, 1 - bias - fractionBits)
                : sign * Math.scalb(fraction + (double) (1 << fractionBits), exponent - bias - fractionBits);
    }

    @ParameterizedTest
    @CsvSource({"f16, 10", "bf16, 7"})
    void widensEverySixteenBitFloat(String type, int fractionBits) {
        int[] results = LaneProgram.words("cvt.f32." + type + " %d, %ha;").runWords(ALL_16_BITS);
        for (int i = 0; i < results.length; i++) {
            assertThat((double) Float.intBitsToFloat(results[i]))
                    .as("%s 0x%04x", type, i)
                    .isEqualTo((Double) meaning(i, fractionBits));
        }
    }

    @ParameterizedTest
    @CsvSource({"f16, 10", "bf16, 7"})
    void roundsToTheNearestSixteenBitFloat(String type, int fractionBits) {
        // Each number, what lies half way to the next one, and the floats on both sides of that.
        int finite = (0x8000 >> fractionBits) - 1 << fractionBits;
        long[] in = new long[4 * finite];
        for (int i = 0; i < finite; i++) {
            float low = (float) meaning(i, fractionBits);
            float half = (float)
                    (i + 1 == finite
                            ? 1.5 * meaning(i, fractionBits) - 0.5 * meaning(i - 1, fractionBits)
                            : (meaning(i, fractionBits) + meaning(i + 1, fractionBits)) / 2);
            in[4 * i] = Samples.bits(low);
            in[4 * i + 1] = Samples.bits(Math.nextDown(half));
            in[4 * i + 2] = Samples.bits(half);
            in[4 * i + 3] = Samples.bits(Math.nextUp(half));
        }
        int[] results = LaneProgram.words("cvt.rn." + type + ".f32 %hd, %a; cvt.u32.u16 %d, %hd;")
                .runWords(in);
        int[] negative = LaneProgram.words("neg.f32 %a, %a; cvt.rn." + type + "x2.f32 %d, %a, %b;")
                .runWords(in, in);
        for (int i = 0; i < in.length; i++) {
            int nearest = i / 4 + (i % 4 == 3 || i % 4 == 2 && i / 4 % 2 == 1 ? 1 : 0);
            assertThat(results[i]).as("%s of 0x%08x", type, in[i]).isEqualTo(nearest);
            assertThat(negative[i]).as("%sx2 of 0x%08x", type, in[i]).isEqualTo((nearest | 0x8000) << 16 | nearest);
        }
    }

    @ParameterizedTest
    @CsvSource({"f16", "bf16"})
    void makesOneNan(String type) {
        long[] in = {0x7fc00000, 0xffc00000L, 0x7f800001};
        assertThat(LaneProgram.words("cvt.rn." + type + ".f32 %hd, %a; cvt.u32.u16 %d, %hd;")
                        .runWords(in))
                .containsOnly(0x7fff);
    }

    static Stream<Arguments> integers() {
        return Stream.of(
                rule("cvt.s64.s32 %ld, %a;", a -> (int) a),
                rule("cvt.u64.u32 %ld, %a;", a -> a & 0xffffffffL),
                rule("cvt.s64.s16 %ld, %ha;", a -> (short) a),
                rule("cvt.u32.u64 %d, %la; cvt.u64.u32 %ld, %d;", a -> a & 0xffffffffL),
                rule("cvt.s32.s16 %d, %ha; cvt.s64.s32 %ld, %d;", a -> (short) a),
                rule("cvt.s16.s8 %hd, %ha; cvt.s64.s16 %ld, %hd;", a -> (byte) a),
                rule("cvt.u32.u8 %d, %a; cvt.u64.u32 %ld, %d;", a -> a & 0xff),
                rule("cvt.u64.u8 %ld, %la;", a -> a & 0xff),
                rule("cvt.s64.s8 %ld, %la;", a -> (byte) a));
    }

    private static Arguments rule(String instruction, OnLongs expected) {
        return arguments(instruction, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("integers")
    void convertsIntegers(String instruction, OnLongs expected) {
        long[][] in = Samples.longs();
        long[] results = LaneProgram.longs(instruction).run(in[2]);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).as("%s of %d", instruction, in[2][i]).isEqualTo(expected.of(in[2][i]));
        }
    }

    @ParameterizedTest
    @CsvSource({"s32", "u32", "s64", "u64"})
    void roundsIntegersToFloats(String type) {
        boolean isLong = type.endsWith("64");
        long[] in = Samples.longs()[2];
        int[] results = LaneProgram.words("cvt.rn.f32." + type + " %d, " + (isLong ? "%la;" : "%a;"))
                .runWords(in);
        for (int i = 0; i < results.length; i++) {
            String text = switch (type) {
                case "s32" -> Integer.toString((int) in[i]);
                case "u32" -> Integer.toUnsignedString((int) in[i]);
                case "s64" -> Long.toString(in[i]);
                default -> Long.toUnsignedString(in[i]);
            };
            assertThat(Float.intBitsToFloat(results[i])).as("%s %s", type, text).isEqualTo(Float.parseFloat(text));
        }
    }

    @ParameterizedTest
    @CsvSource({"rzi", "rni", "rmi", "rpi"})
    void convertsFloatsToIntegers(String rounding) {
        long[] in = Samples.floats()[0];
        long[] words = LaneProgram.longs("cvt." + rounding + ".s32.f32 %d, %a; cvt.s64.s32 %ld, %d;")
                .run(in);
        long[] unsigned =
                LaneProgram.longs("cvt." + rounding + ".u64.f32 %ld, %a;").run(in);
        for (int i = 0; i < in.length; i++) {
            float value = Float.intBitsToFloat((int) in[i]);
            double whole = whole(value, rounding);
            assertThat(words[i]).as("%s of %s", rounding, value).isEqualTo((int) whole);
            long wanted = Float.isNaN(value) || whole <= 0
                    ? 0
                    : whole >= 0x1p64
                            ? -1
                            : new BigDecimal(whole).toBigInteger().longValue();
            assertThat(unsigned[i]).as("%s of %s", rounding, value).isEqualTo(wanted);
        }
    }

    private static double whole(float value, String rounding) {
        return switch (rounding) {
            case "rni" -> Math.rint(value);
            case "rmi" -> Math.floor(value);
            case "rpi" -> Math.ceil(value);
            default -> value < 0 ? Math.ceil(value) : Math.floor(value);
        };
    }

    @Test
    void computesWithPairsOfHalves() {
        // 1.5 * 2 + 0.25 and -3 * 0.5 + 1 in float16, then in bfloat16
        long[] a = {0xC200_3E00L, 0xC040_3FC0L};
        long[] b = {0x3800_4000L, 0x3F00_4000L};
        long[] c = {0x3C00_3400L, 0x3F80_3E80L};
        assertThat(LaneProgram.words("fma.rn.f16x2 %d, %a, %b, %c;").runWords(a, b, c)[0])
                .isEqualTo(0xB800_4280);
        assertThat(LaneProgram.words("fma.rn.bf16x2 %d, %a, %b, %c;").runWords(a, b, c)[1])
                .isEqualTo(0xBF00_4050);
        assertThat(LaneProgram.words("mul.f16 %hd, %ha, %hb; cvt.u32.u16 %d, %hd;")
                        .runWords(a, b)[0])
                .isEqualTo(0x4200);
    }
}
