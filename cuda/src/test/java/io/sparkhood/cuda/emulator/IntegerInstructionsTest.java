package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each integer instruction against Java's own arithmetic. */
final class IntegerInstructionsTest {
    private interface OnWords {
        int of(int a, int b, int c);
    }

    private interface OnLongs {
        long of(long a, long b, long c);
    }

    private static Arguments word(String instruction, OnWords expected) {
        return arguments(instruction, expected);
    }

    private static Arguments wide(String instruction, OnLongs expected) {
        return arguments(instruction, expected);
    }

    static Stream<Arguments> words() {
        return Stream.of(
                word("add.s32 %d, %a, %b;", (a, b, c) -> a + b),
                word("add.u32 %d, %a, -7;", (a, b, c) -> a - 7),
                word("sub.s32 %d, %a, %b;", (a, b, c) -> a - b),
                word("mul.lo.s32 %d, %a, %b;", (a, b, c) -> a * b),
                word("mul.hi.s32 %d, %a, %b;", (a, b, c) -> (int) ((long) a * b >> 32)),
                word(
                        "mul.hi.u32 %d, %a, %b;",
                        (a, b, c) -> (int) (Integer.toUnsignedLong(a) * Integer.toUnsignedLong(b) >>> 32)),
                word("mad.lo.s32 %d, %a, %b, %c;", (a, b, c) -> a * b + c),
                word("min.s32 %d, %a, %b;", (a, b, c) -> Math.min(a, b)),
                word("max.s32 %d, %a, %b;", (a, b, c) -> Math.max(a, b)),
                word("min.u32 %d, %a, %b;", (a, b, c) -> Integer.compareUnsigned(a, b) < 0 ? a : b),
                word("max.u32 %d, %a, %b;", (a, b, c) -> Integer.compareUnsigned(a, b) < 0 ? b : a),
                word("abs.s32 %d, %a;", (a, b, c) -> Math.abs(a)),
                word("neg.s32 %d, %a;", (a, b, c) -> -a),
                word("and.b32 %d, %a, %b;", (a, b, c) -> a & b),
                word("or.b32 %d, %a, %b;", (a, b, c) -> a | b),
                word("xor.b32 %d, %a, %b;", (a, b, c) -> a ^ b),
                word("not.b32 %d, %a;", (a, b, c) -> ~a),
                word("shl.b32 %d, %a, %b;", (a, b, c) -> Integer.compareUnsigned(b, 31) > 0 ? 0 : a << b),
                word("shr.u32 %d, %a, %b;", (a, b, c) -> Integer.compareUnsigned(b, 31) > 0 ? 0 : a >>> b),
                word("shr.s32 %d, %a, %b;", (a, b, c) -> a >> (Integer.compareUnsigned(b, 31) > 0 ? 31 : b)),
                word("popc.b32 %d, %a;", (a, b, c) -> Integer.bitCount(a)),
                word("popc.b64 %d, %la;", (a, b, c) -> Long.bitCount(a)), // samples are extended by their sign
                word("clz.b32 %d, %a;", (a, b, c) -> Integer.numberOfLeadingZeros(a)),
                word("brev.b32 %d, %a;", (a, b, c) -> Integer.reverse(a)),
                word("shf.l.wrap.b32 %d, %a, %b, %c;", (a, b, c) -> (int) (both(a, b) << (c & 31) >>> 32)),
                word("shf.r.wrap.b32 %d, %a, %b, %c;", (a, b, c) -> (int) (both(a, b) >>> (c & 31))),
                word(
                        "shf.r.clamp.b32 %d, %a, %b, %c;",
                        (a, b, c) -> (int) (both(a, b) >>> (Integer.compareUnsigned(c, 32) > 0 ? 32 : c))),
                word("lop3.b32 %d, %a, %b, %c, 0x96;", (a, b, c) -> a ^ b ^ c),
                word("lop3.b32 %d, %a, %b, %c, 0xE8;", (a, b, c) -> a & b | b & c | a & c),
                word("bfe.u32 %d, %a, 5, 9;", (a, b, c) -> a >>> 5 & 0x1ff),
                word("bfe.s32 %d, %a, 5, 9;", (a, b, c) -> a << 18 >> 23),
                word("bfe.s32 %d, %a, 28, 9;", (a, b, c) -> a >> 28),
                word("bfi.b32 %d, %a, %b, 4, 8;", (a, b, c) -> b & ~0xff0 | (a & 0xff) << 4),
                word("prmt.b32 %d, %a, %b, 0x5410;", (a, b, c) -> a & 0xffff | b << 16),
                word("prmt.b32 %d, %a, %b, 0x7632;", (a, b, c) -> a >>> 16 | b & 0xffff0000),
                word("prmt.b32 %d, %a, %b, 0xBBBB;", (a, b, c) -> a >> 31),
                word("setp.lt.s32 %p, %a, %b; selp.b32 %d, %a, %b, %p;", (a, b, c) -> Math.min(a, b)),
                word("set.lt.u32.s32 %d, %a, %b;", (a, b, c) -> a < b ? -1 : 0),
                word(
                        "setp.ne.s32 %p, %b, 0; selp.b32 %e, %b, 1, %p; div.s32 %d, %a, %e;",
                        (a, b, c) -> a / (b == 0 ? 1 : b)),
                word(
                        "setp.ne.s32 %p, %b, 0; selp.b32 %e, %b, 1, %p; div.u32 %d, %a, %e;",
                        (a, b, c) -> Integer.divideUnsigned(a, b == 0 ? 1 : b)),
                word(
                        "setp.ne.s32 %p, %b, 0; selp.b32 %e, %b, 1, %p; rem.s32 %d, %a, %e;",
                        (a, b, c) -> a % (b == 0 ? 1 : b)),
                word(
                        "setp.ne.s32 %p, %b, 0; selp.b32 %e, %b, 1, %p; rem.u32 %d, %a, %e;",
                        (a, b, c) -> Integer.remainderUnsigned(a, b == 0 ? 1 : b)));
    }

    private static long both(int low, int high) {
        return (long) high << 32 | low & 0xffffffffL;
    }

    static Stream<Arguments> narrow() {
        return Stream.of(
                word("add.s16 %hd, %ha, %hb;", (a, b, c) -> a + b),
                word("sub.s16 %hd, %ha, %hb;", (a, b, c) -> a - b),
                word("mul.lo.u16 %hd, %ha, %hb;", (a, b, c) -> a * b),
                word("and.b16 %hd, %ha, %hb;", (a, b, c) -> a & b),
                word("not.b16 %hd, %ha;", (a, b, c) -> ~a),
                word("min.s16 %hd, %ha, %hb;", (a, b, c) -> Math.min((short) a, (short) b)),
                word("shr.s16 %hd, %ha, 3;", (a, b, c) -> (short) a >> 3),
                word("shr.u16 %hd, %ha, 3;", (a, b, c) -> (a & 0xffff) >>> 3),
                word("shl.b16 %hd, %ha, 3;", (a, b, c) -> a << 3));
    }

    static Stream<Arguments> longs() {
        return Stream.of(
                wide("add.s64 %ld, %la, %lb;", (a, b, c) -> a + b),
                wide("sub.s64 %ld, %la, %lb;", (a, b, c) -> a - b),
                wide("mul.lo.s64 %ld, %la, %lb;", (a, b, c) -> a * b),
                wide("mul.hi.s64 %ld, %la, %lb;", (a, b, c) -> Math.multiplyHigh(a, b)),
                wide(
                        "mul.hi.u64 %ld, %la, %lb;",
                        (a, b, c) ->
                                unsigned(a).multiply(unsigned(b)).shiftRight(64).longValue()),
                wide("mad.lo.s64 %ld, %la, %lb, %lc;", (a, b, c) -> a * b + c),
                wide("min.u64 %ld, %la, %lb;", (a, b, c) -> Long.compareUnsigned(a, b) < 0 ? a : b),
                wide("max.s64 %ld, %la, %lb;", (a, b, c) -> Math.max(a, b)),
                wide("xor.b64 %ld, %la, %lb;", (a, b, c) -> a ^ b),
                wide("not.b64 %ld, %la;", (a, b, c) -> ~a),
                wide("neg.s64 %ld, %la;", (a, b, c) -> -a),
                wide("shl.b64 %ld, %la, %b;", (a, b, c) -> shift((int) b) > 63 ? 0 : a << b),
                wide("shr.u64 %ld, %la, %b;", (a, b, c) -> shift((int) b) > 63 ? 0 : a >>> b),
                wide("shr.s64 %ld, %la, %b;", (a, b, c) -> a >> Math.min(shift((int) b), 63)),
                wide("mul.wide.s32 %ld, %a, %b;", (a, b, c) -> (long) (int) a * (int) b),
                wide("mul.wide.u32 %ld, %a, %b;", (a, b, c) -> (a & 0xffffffffL) * (b & 0xffffffffL)),
                wide("mad.wide.s32 %ld, %a, %b, %lc;", (a, b, c) -> (long) (int) a * (int) b + c),
                wide("mad.wide.u32 %ld, %a, 12, %lc;", (a, b, c) -> (a & 0xffffffffL) * 12 + c));
    }

    private static long shift(int count) {
        return Integer.toUnsignedLong(count);
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("words")
    void computesWords(String instruction, OnWords expected) {
        long[][] in = Samples.words();
        int[] results = LaneProgram.words(instruction).runWords(in);
        for (int i = 0; i < results.length; i++) {
            int a = (int) in[0][i];
            int b = (int) in[1][i];
            assertThat(results[i]).as("%s of %d, %d", instruction, a, b).isEqualTo(expected.of(a, b, (int) in[2][i]));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("narrow")
    void computesSixteenBits(String instruction, OnWords expected) {
        long[][] in = Samples.words();
        int[] results =
                LaneProgram.words(instruction + "\ncvt.u32.u16 %d, %hd;").runWords(in);
        for (int i = 0; i < results.length; i++) {
            int wanted = expected.of((int) in[0][i], (int) in[1][i], 0) & 0xffff;
            assertThat(results[i])
                    .as("%s of %d, %d", instruction, in[0][i], in[1][i])
                    .isEqualTo(wanted);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longs")
    void computesLongs(String instruction, OnLongs expected) {
        long[][] in = Samples.longs();
        long[] results = LaneProgram.longs(instruction).run(in);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i])
                    .as("%s of %d, %d", instruction, in[0][i], in[1][i])
                    .isEqualTo(expected.of(in[0][i], in[1][i], in[2][i]));
        }
    }
}
