package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Shuffles and votes. */
final class ExchangeInstructionsTest {
    private static void check(String body, IntUnaryOperator expected) {
        int[] results = LaneProgram.words(body).runWords();
        for (int lane = 0; lane < 32; lane++) {
            assertThat(results[lane]).as("lane %d of %s", lane, body).isEqualTo(expected.applyAsInt(lane));
        }
    }

    @Test
    void shuffles() {
        check("shfl.sync.bfly.b32 %d, %t, 5, 31, -1;", lane -> lane ^ 5);
        check("shfl.sync.idx.b32 %d, %t, 7, 31, -1;", lane -> 7);
        check("shfl.sync.up.b32 %d, %t, 3, 0, -1;", lane -> Math.max(lane - 3, 0) + (lane < 3 ? lane : 0));
        check("shfl.sync.down.b32 %d, %t, 3, 31, -1;", lane -> lane + 3 < 32 ? lane + 3 : lane);
        // Segments of eight lanes: the mask 0x18 in bits 8 to 12.
        check("shfl.sync.idx.b32 %d, %t, 2, 6175, -1;", lane -> lane / 8 * 8 + 2);
        check("shfl.sync.down.b32 %d, %t, 2, 6175, -1;", lane -> lane % 8 + 2 < 8 ? lane + 2 : lane);
    }

    @Test
    void saysWhereAShuffleReadTheLaneItself() {
        check("shfl.sync.down.b32 %d|%p, %t, 3, 31, -1; selp.u32 %d, 1, 0, %p;", lane -> lane + 3 < 32 ? 1 : 0);
    }

    @Test
    void shufflesAmongSomeLanes() {
        check(
                "mov.u32 %d, 99; setp.ge.u32 %p, %t, 16; @%p bra END; shfl.sync.bfly.b32 %d, %t, 1, 31, 0xffff; END:",
                lane -> lane < 16 ? lane ^ 1 : 99);
    }

    @Test
    void votes() {
        check("setp.lt.u32 %p, %t, 5; vote.sync.ballot.b32 %d, %p, -1;", lane -> 31);
        check("setp.lt.u32 %p, %t, 5; vote.sync.ballot.b32 %d, !%p, -1;", lane -> ~31);
        check("setp.lt.u32 %p, %t, 5; vote.sync.any.pred %q, %p, -1; selp.u32 %d, 1, 0, %q;", lane -> 1);
        check("setp.lt.u32 %p, %t, 5; vote.sync.all.pred %q, %p, -1; selp.u32 %d, 1, 0, %q;", lane -> 0);
        check("setp.lt.u32 %p, %t, 50; vote.sync.uni.pred %q, %p, -1; selp.u32 %d, 1, 0, %q;", lane -> 1);
        check("activemask.b32 %d;", lane -> -1);
        check("and.b32 %e, %t, 3; match.any.sync.b32 %d, %e, -1;", lane -> 0x11111111 << lane % 4);
        check("redux.sync.add.s32 %d, %t, -1;", lane -> 496);
        check("sub.s32 %e, %t, 9; redux.sync.min.s32 %d, %e, -1;", lane -> -9);
        check("sub.s32 %e, %t, 9; redux.sync.max.u32 %d, %e, -1;", lane -> -1);
    }
}
