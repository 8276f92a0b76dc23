package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each float instruction against Java's own arithmetic, bit for bit but for the pattern of NaNs. */
final class FloatInstructionsTest {
    private interface OnFloats {
        double of(float a, float b, float c);
    }

    private static Arguments rule(String instruction, OnFloats expected) {
        return arguments(instruction, expected);
    }

    static Stream<Arguments> instructions() {
        return Stream.of(
                rule("add.f32 %d, %a, %b;", (a, b, c) -> a + b),
                rule("add.rn.f32 %d, %a, 0f3F800000;", (a, b, c) -> a + 1),
                rule("sub.f32 %d, %a, %b;", (a, b, c) -> a - b),
                rule("mul.f32 %d, %a, %b;", (a, b, c) -> a * b),
                rule("fma.rn.f32 %d, %a, %b, %c;", (a, b, c) -> Math.fma(a, b, c)),
                rule("div.rn.f32 %d, %a, %b;", (a, b, c) -> a / b),
                rule("div.full.f32 %d, %a, %b;", (a, b, c) -> a / b),
                rule("rcp.rn.f32 %d, %a;", (a, b, c) -> 1 / a),
                rule("sqrt.rn.f32 %d, %a;", (a, b, c) -> (float) Math.sqrt(a)),
                rule("rsqrt.approx.f32 %d, %a;", (a, b, c) -> (float) (1 / Math.sqrt(a))),
                rule("neg.f32 %d, %a;", (a, b, c) -> -a),
                rule("abs.f32 %d, %a;", (a, b, c) -> Math.abs(a)),
                rule("copysign.f32 %d, %a, %b;", (a, b, c) -> Math.copySign(b, signOf(a))),
                rule("min.f32 %d, %a, %b;", (a, b, c) -> pick(a, b, Math.min(a, b))),
                rule("max.f32 %d, %a, %b;", (a, b, c) -> pick(a, b, Math.max(a, b))),
                rule("min.NaN.f32 %d, %a, %b;", (a, b, c) -> Math.min(a, b)),
                rule("max.NaN.f32 %d, %a, %b;", (a, b, c) -> Math.max(a, b)),
                rule("mul.ftz.f32 %d, %a, %b;", (a, b, c) -> flushed(flushed(a) * flushed(b))),
                rule("add.sat.f32 %d, %a, %b;", (a, b, c) -> a + b > 0 ? Math.min(a + b, 1) : 0),
                rule("lg2.approx.f32 %d, %a;", (a, b, c) -> (float) (Math.log(a) / Math.log(2))),
                rule("cvt.rmi.f32.f32 %d, %a;", (a, b, c) -> Math.floor(a)),
                rule("cvt.rpi.f32.f32 %d, %a;", (a, b, c) -> Math.ceil(a)),
                rule("cvt.rni.f32.f32 %d, %a;", (a, b, c) -> Math.rint(a)),
                rule("cvt.rzi.f32.f32 %d, %a;", (a, b, c) -> a < 0 ? Math.ceil(a) : Math.floor(a)),
                rule("cvt.sat.f32.f32 %d, %a;", (a, b, c) -> a > 0 ? Math.min(a, 1) : 0));
    }

    private static float signOf(float a) {
        // A NaN keeps its sign bit, which Math.copySign is free to ignore.
        return Float.floatToRawIntBits(a) < 0 ? -1 : 1;
    }

    private static float pick(float a, float b, float both) {
        return Float.isNaN(a) ? b : Float.isNaN(b) ? a : both;
    }

    private static float flushed(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0, value) : value;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("instructions")
    void computes(String instruction, OnFloats expected) {
        long[][] in = Samples.floats();
        int[] results = LaneProgram.words(instruction).runWords(in);
        for (int i = 0; i < results.length; i++) {
            float a = Float.intBitsToFloat((int) in[0][i]);
            float b = Float.intBitsToFloat((int) in[1][i]);
            float wanted = (float) expected.of(a, b, Float.intBitsToFloat((int) in[2][i]));
            assertThat(Float.floatToIntBits(Float.intBitsToFloat(results[i])))
                    .as("%s of %s, %s: %s", instruction, a, b, Float.intBitsToFloat(results[i]))
                    .isEqualTo(Float.floatToIntBits(wanted));
        }
    }

    @ParameterizedTest(name = "2^{0}")
    @MethodSource("exponents")
    void raisesTwo(float exponent, float expected) {
        long[] in = {Samples.bits(exponent)};
        assertThat(Float.intBitsToFloat(
                        LaneProgram.words("ex2.approx.ftz.f32 %d, %a;").runWords(in)[0]))
                .isEqualTo(expected);
        assertThat(Float.intBitsToFloat(
                        LaneProgram.words("ex2.approx.f32 %d, %a;").runWords(in)[0]))
                .isEqualTo((float) Math.pow(2, exponent));
    }

    static Stream<Arguments> exponents() {
        return Stream.of(
                arguments(0f, 1f),
                arguments(-1f, 0.5f),
                arguments(10f, 1024f),
                arguments(0.5f, 1.4142135f),
                arguments(-130f, 0f),
                arguments(Float.NEGATIVE_INFINITY, 0f),
                arguments(200f, Float.POSITIVE_INFINITY));
    }
}
