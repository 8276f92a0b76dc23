package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Moves, packing and special registers. */
final class MoveInstructionsTest {
    private static final long[] A = {0x1234_5678_9ABC_DEF0L};
    private static final long[] B = {0x0FED_CBA9_8765_4321L};

    @Test
    void packsAndUnpacks() {
        assertThat(LaneProgram.words("mov.b32 %d, {%ha, %hb};").runWords(A, B)[0])
                .isEqualTo(0x4321_DEF0);
        assertThat(LaneProgram.words("mov.b32 {%hd, %he}, %a; mov.b32 %d, {%he, %hd};")
                        .runWords(A)[0])
                .isEqualTo(0xDEF0_9ABC);
        assertThat(LaneProgram.words("mov.b32 {_, %he}, %a; cvt.u32.u16 %d, %he;")
                        .runWords(A)[0])
                .isEqualTo(0x9ABC);
        assertThat(LaneProgram.longs("mov.b64 %ld, {%a, %b};").run(A, B)[0]).isEqualTo(0x8765_4321_9ABC_DEF0L);
        assertThat(LaneProgram.words("mov.b64 {%e, %d}, %la;").runWords(A)[0]).isEqualTo(0x1234_5678);
    }

    @Test
    void movesConstants() {
        assertThat(LaneProgram.words("mov.u32 %d, -5;").runWords()[0]).isEqualTo(-5);
        assertThat(LaneProgram.words("mov.b32 %d, 0xFFFFFFF0;").runWords()[0]).isEqualTo(-16);
        assertThat(LaneProgram.words("mov.f32 %d, 0fBF800000;").runWords()[0]).isEqualTo((int) Samples.bits(-1));
        assertThat(LaneProgram.longs("mov.u64 %ld, 0x7FFFFFFFFFFFFFFF;").run()[0])
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void knowsWhereAThreadIs() {
        LaneProgram program = LaneProgram.shared("", """
                mov.u32 %a, %laneid;
                mov.u32 %b, %warpid;
                mov.u32 %c, %ctaid.x;
                mov.u32 %e, %nctaid.x;
                shl.b32 %b, %b, 8;
                shl.b32 %c, %c, 16;
                shl.b32 %e, %e, 24;
                or.b32 %d, %a, %b;
                or.b32 %d, %d, %c;
                or.b32 %d, %d, %e;
                """, 64);
        int[] results = program.runWords(new long[192]);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(i % 32 | i / 32 % 2 << 8 | i / 64 << 16 | 3 << 24);
        }
    }

    @Test
    void knowsTheLanesAround() {
        int[] results = LaneProgram.words("""
                        mov.u32 %a, %lanemask_lt;
                        mov.u32 %b, %lanemask_ge;
                        add.s32 %d, %a, %b;
                        mov.u32 %a, %lanemask_le;
                        mov.u32 %b, %lanemask_gt;
                        xor.b32 %a, %a, %b;
                        and.b32 %d, %d, %a;
                        """).runWords();
        assertThat(results).containsOnly(-1);
    }
}
