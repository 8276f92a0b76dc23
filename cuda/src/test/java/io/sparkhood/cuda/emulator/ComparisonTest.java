package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Comparisons, predicates and selections. */
final class ComparisonTest {
    private interface OnLongs {
        boolean of(long a, long b);
    }

    private interface OnFloats {
        boolean of(float a, float b);
    }

    static Stream<Arguments> integers() {
        return Stream.of(
                integer("eq", (a, b) -> a == b, (a, b) -> a == b),
                integer("ne", (a, b) -> a != b, (a, b) -> a != b),
                integer("lt", (a, b) -> a < b, (a, b) -> Long.compareUnsigned(a, b) < 0),
                integer("le", (a, b) -> a <= b, (a, b) -> Long.compareUnsigned(a, b) <= 0),
                integer("gt", (a, b) -> a > b, (a, b) -> Long.compareUnsigned(a, b) > 0),
                integer("ge", (a, b) -> a >= b, (a, b) -> Long.compareUnsigned(a, b) >= 0));
    }

    private static Arguments integer(String name, OnLongs signed, OnLongs unsigned) {
        return arguments(name, signed, unsigned);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("integers")
    void comparesIntegers(String name, OnLongs signed, OnLongs unsigned) {
        check("setp." + name + ".s32 %p, %a, %b;", Samples.words(), signed);
        check("setp." + name + ".u32 %p, %a, %b;", Samples.words(), unsigned); // alike, extended by their sign
        check("setp." + name + ".s16 %p, %ha, %hb;", Samples.words(), (a, b) -> signed.of((short) a, (short) b));
        check("setp." + name + ".u16 %p, %ha, %hb;", Samples.words(), (a, b) -> unsigned.of(a & 0xffff, b & 0xffff));
        check("setp." + name + ".s64 %p, %la, %lb;", Samples.longs(), signed);
        check("setp." + name + ".u64 %p, %la, %lb;", Samples.longs(), unsigned);
    }

    private static void check(String instruction, long[][] in, OnLongs expected) {
        long[] results = LaneProgram.predicate(instruction).run(in);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i] == 1)
                    .as("%s of %d, %d", instruction, in[0][i], in[1][i])
                    .isEqualTo(expected.of(in[0][i], in[1][i]));
        }
    }

    static Stream<Arguments> floats() {
        return Stream.of(
                number("eq", (a, b) -> a == b),
                number("ne", (a, b) -> a < b || a > b),
                number("lt", (a, b) -> a < b),
                number("le", (a, b) -> a <= b),
                number("gt", (a, b) -> a > b),
                number("ge", (a, b) -> a >= b),
                number("equ", (a, b) -> !(a < b || a > b)),
                number("neu", (a, b) -> a != b),
                number("ltu", (a, b) -> !(a >= b)),
                number("leu", (a, b) -> !(a > b)),
                number("gtu", (a, b) -> !(a <= b)),
                number("geu", (a, b) -> !(a < b)),
                number("num", (a, b) -> !Float.isNaN(a) && !Float.isNaN(b)),
                number("nan", (a, b) -> Float.isNaN(a) || Float.isNaN(b)));
    }

    private static Arguments number(String name, OnFloats expected) {
        return arguments(name, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floats")
    void comparesFloats(String name, OnFloats expected) {
        check(
                "setp." + name + ".f32 %p, %a, %b;",
                Samples.floats(),
                (a, b) -> expected.of(Float.intBitsToFloat((int) a), Float.intBitsToFloat((int) b)));
    }

    @Test
    void combinesPredicates() {
        String compare = "setp.lt.s32 %q, %b, 5;\n";
        check(compare + "setp.lt.and.s32 %p, %a, 9, %q;", Samples.words(), (a, b) -> (int) a < 9 && (int) b < 5);
        check(compare + "setp.lt.or.s32 %p, %a, 9, !%q;", Samples.words(), (a, b) -> (int) a < 9 || (int) b >= 5);
        check(compare + "setp.lt.xor.s32 %s|%p, %a, 9, %q;", Samples.words(), (a, b) -> (int) a >= 9 ^ (int) b < 5);
        String both = compare + "setp.lt.s32 %s, %a, 9;\n";
        check(both + "and.pred %p, %q, %s;", Samples.words(), (a, b) -> (int) a < 9 && (int) b < 5);
        check(both + "or.pred %p, %q, %s;", Samples.words(), (a, b) -> (int) a < 9 || (int) b < 5);
        check(both + "xor.pred %p, %q, %s;", Samples.words(), (a, b) -> (int) a < 9 ^ (int) b < 5);
        check(compare + "not.pred %p, %q;", Samples.words(), (a, b) -> (int) b >= 5);
        check(compare + "mov.pred %p, %q;", Samples.words(), (a, b) -> (int) b < 5);
    }

    @Test
    void testsKindsOfFloats() {
        check("testp.finite.f32 %p, %a;", Samples.floats(), (a, b) -> Float.isFinite(value(a)));
        check("testp.infinite.f32 %p, %a;", Samples.floats(), (a, b) -> Float.isInfinite(value(a)));
        check("testp.notanumber.f32 %p, %a;", Samples.floats(), (a, b) -> Float.isNaN(value(a)));
        check(
                "testp.subnormal.f32 %p, %a;",
                Samples.floats(), (a, b) -> value(a) != 0 && Math.abs(value(a)) < Float.MIN_NORMAL);
    }

    private static float value(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    @Test
    void selectsLongs() {
        long[][] in = Samples.longs();
        long[] results = LaneProgram.longs("setp.lt.s64 %p, %la, %lb; selp.b64 %ld, %la, %lb, %p;")
                .run(in);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(Math.min(in[0][i], in[1][i]));
        }
    }
}
