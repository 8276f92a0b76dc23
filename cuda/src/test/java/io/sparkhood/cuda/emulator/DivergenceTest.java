package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lanes that part come together again where they must, so that warp-wide instructions meet all of them. */
final class DivergenceTest {
    private static final String TOGETHER = "shfl.sync.bfly.b32 %e, %d, 0, 31, -1;\nmov.u32 %d, %e;\n";

    private static void check(String body, IntUnaryOperator expected) {
        int[] results = LaneProgram.words(body).runWords();
        for (int lane = 0; lane < 32; lane++) {
            assertThat(results[lane]).as("lane %d", lane).isEqualTo(expected.applyAsInt(lane));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lt", "ge", "eq"})
    void joinsAfterTwoSides(String comparison) {
        String body = """
                setp.COMPARE.u32 %p, %t, 7;
                @%p bra THEN;
                mov.u32 %d, 1;
                bra.uni JOIN;
                THEN:
                mov.u32 %d, 2;
                JOIN:
                """;
        check(body.replace("COMPARE", comparison) + TOGETHER, lane -> switch (comparison) {
            case "lt" -> lane < 7 ? 2 : 1;
            case "ge" -> lane >= 7 ? 2 : 1;
            default -> lane == 7 ? 2 : 1;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void joinsWhereTheSecondSideStandsAfterTheEnd(boolean inverted) {
        // The else side stands behind the code that both sides go on with.
        String body = """
                setp.lt.u32 %p, %t, 9;
                GUARD bra AWAY;
                mov.u32 %d, 1;
                JOIN:
                """ + TOGETHER + """
                        bra DONE;
                        AWAY:
                        mov.u32 %d, 2;
                        bra JOIN;
                        DONE:
                        """;
        check(body.replace("GUARD", inverted ? "@!%p" : "@%p"), lane -> lane < 9 != inverted ? 2 : 1);
    }

    @Test
    void joinsAfterLoopsOfUnequalLength() {
        String body = """
                mov.u32 %d, 0;
                mov.u32 %a, 0;
                OUTER:
                mov.u32 %b, 0;
                INNER:
                add.s32 %d, %d, 1;
                add.s32 %b, %b, 1;
                setp.le.u32 %p, %b, %t;
                @%p bra INNER;
                add.s32 %a, %a, 1;
                setp.lt.u32 %p, %a, 3;
                @%p bra OUTER;
                """;
        check(body + TOGETHER, lane -> 3 * (lane + 1));
    }

    @Test
    void leavesLoopsInTheMiddle() {
        String body = """
                mov.u32 %d, 0;
                LOOP:
                setp.eq.u32 %p, %d, %t;
                @%p bra OUT;
                add.s32 %d, %d, 1;
                setp.gt.u32 %q, %d, 20;
                @%q bra OUT;
                bra LOOP;
                OUT:
                """;
        check(body + TOGETHER, lane -> Math.min(lane, 21));
    }

    @Test
    void doesNotWaitForLanesThatEnd() {
        LaneProgram program = LaneProgram.shared(".shared .align 4 .b8 tile[256];", """
                mov.u32 %e, tile;
                mad.lo.s32 %e, %t, 4, %e;
                setp.ge.u32 %p, %t, 40;
                @%p bra GONE;
                st.shared.u32 [%e], %t;
                bar.sync 0;
                ld.shared.u32 %d, [tile+156];
                st.global.u32 [%out], %d;
                GONE:
                ret;
                """, 64);
        int[] results = program.runWords();
        for (int thread = 0; thread < 64; thread++) {
            assertThat(results[thread]).isEqualTo(thread < 40 ? 39 : 0);
        }
    }

    @Test
    void ordersAWarpByItsOwnBarrier() {
        LaneProgram program = LaneProgram.shared(".shared .align 4 .b8 tile[128];", """
                mov.u32 %e, tile;
                mad.lo.s32 %f, %t, 4, %e;
                st.shared.u32 [%f], %t;
                bar.warp.sync -1;
                xor.b32 %g, %f, 4;
                ld.shared.u32 %d, [%g];
                bar.warp.sync -1;
                st.shared.u32 [%f], %d;
                """, 32);
        int[] results = program.runWords();
        for (int thread = 0; thread < 32; thread++) {
            assertThat(results[thread]).isEqualTo(thread ^ 1);
        }
    }
}
