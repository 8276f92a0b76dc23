package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Loads and stores of every kind of memory and every width. */
final class MemoryInstructionsTest {
    private static final long VALUE = 0x1234_5678_9ABC_DEF0L;
    private static final long[] A = {VALUE};

    @Test
    void loadsEveryWidthOfGlobalMemory() {
        assertThat(LaneProgram.words("ld.global.u8 %d, [%in+1];").runWords(A)[0])
                .isEqualTo(0xDE);
        assertThat(LaneProgram.words("ld.global.s8 %d, [%in+1];").runWords(A)[0])
                .isEqualTo((byte) 0xDE);
        assertThat(LaneProgram.words("ld.global.nc.u16 %hd, [%in+2]; cvt.u32.u16 %d, %hd;")
                        .runWords(A)[0])
                .isEqualTo(0x9ABC);
        assertThat(LaneProgram.words("ld.global.s16 %d, [%in+2];").runWords(A)[0])
                .isEqualTo((short) 0x9ABC);
        assertThat(LaneProgram.words("ld.global.L1::no_allocate.L2::128B.f32 %d, [%in+4];")
                        .runWords(A)[0])
                .isEqualTo(0x1234_5678);
        assertThat(LaneProgram.longs("ld.global.s32 %ld, [%in];").run(A)[0]).isEqualTo(VALUE << 32 >> 32);
        assertThat(LaneProgram.longs("ld.global.u32 %ld, [%in];").run(A)[0]).isEqualTo(VALUE & 0xffffffffL);
        assertThat(LaneProgram.words("ld.global.v2.u32 {_, %d}, [%in];").runWords(A)[0])
                .isEqualTo(0x1234_5678);
        assertThat(LaneProgram.words("ld.global.v4.b16 {%ha, %hb, %hc, %hd}, [%in]; mov.b32 %d, {%hc, %ha};")
                        .runWords(A)[0])
                .isEqualTo(0xDEF0_5678);
    }

    @Test
    void storesEveryWidthOfSharedMemory() {
        String declaration = ".shared .align 16 .b8 buffer[4096];";
        String store = """
                mul.lo.s32 %e, %t, 16;
                mov.u32 %f, buffer;
                add.s32 %f, %f, %e;
                st.shared.v4.u32 [%f], {%a, %a, %a, 0};
                st.shared.u8 [%f+1], %hb;
                st.shared.b16 [%f+4], %hb;
                st.shared.u64 [%f+8], %lb;
                """;
        long[] b = {0x1111_2222_3333_4444L};
        assertThat(LaneProgram.shared(declaration, store + "ld.shared.u32 %d, [%f];", 32)
                        .runWords(A, b)[0])
                .isEqualTo(0x9ABC_44F0);
        assertThat(LaneProgram.shared(declaration, store + "ld.shared.u32 %d, [%f+4];", 32)
                        .runWords(A, b)[0])
                .isEqualTo(0x9ABC_4444);
        assertThat(LaneProgram.shared(declaration, store + "ld.shared.v2.u32 {%e, %d}, [%f+8];", 32)
                        .runWords(A, b)[0])
                .isEqualTo(0x1111_2222);
    }

    @Test
    void knowsGenericAddresses() {
        String body = """
                mul.lo.s32 %e, %t, 4;
                mov.u32 %f, buffer;
                add.s32 %f, %f, %e;
                st.shared.u32 [%f], %a;
                cvt.u64.u32 %ld, %f;
                cvta.shared.u64 %le, %ld;
                setp.lt.u32 %p, %t, 16;
                cvta.global.u64 %lc, %in;
                selp.b64 %lc, %lc, %le, %p;
                ld.u32 %d, [%lc];
                cvta.to.shared.u64 %lc, %le;
                setp.ne.s64 %q, %lc, %ld;
                @%q mov.u32 %d, 77;
                """;
        long[] in = new long[32];
        for (int i = 0; i < in.length; i++) {
            in[i] = 1000L + i;
        }
        int[] results = LaneProgram.shared(".shared .align 4 .b8 buffer[128];", body, 32)
                .runWords(in);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(1000 + i);
        }
    }

    @Test
    void givesEachThreadItsLocalMemory() {
        String body = """
                mov.u64 %ld, depot;
                cvta.local.u64 %le, %ld;
                st.local.u32 [%ld+8], %t;
                ld.u32 %d, [%le+8];
                st.u32 [%le+12], %d;
                ld.local.u32 %d, [%ld+12];
                """;
        int[] results =
                LaneProgram.shared(".local .align 8 .b8 depot[16];", body, 32).runWords();
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(i);
        }
    }

    @Test
    void readsParametersAtAnyPlace() {
        assertThat(LaneProgram.longs("ld.param.v2.u64 {%ld, %le}, [input]; sub.s64 %ld, %ld, %le;")
                        .run()[0])
                .isLessThan(0);
        assertThat(LaneProgram.longs("mov.b64 %le, input; ld.param.u64 %ld, [%le+8]; sub.s64 %ld, %ld, %out;")
                        .run()[0])
                .isZero();
        assertThat(LaneProgram.words("ld.param.u32 %d, [input+4];").runWords()[0])
                .isPositive();
    }
}
