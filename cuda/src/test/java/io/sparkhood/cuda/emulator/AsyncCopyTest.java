package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Asynchronous copies: what they bring, and what must be waited for. */
final class AsyncCopyTest {
    private static final String SHARED = ".shared .align 16 .b8 tile[2048];";
    private static final String ADDRESS = "mov.u32 %f, tile; mad.lo.s32 %f, %t, 16, %f;\n";
    private static final String COPY = ADDRESS + "cp.async.ca.shared.global [%f], [%in], 8;\n";

    private static LaneProgram program(String body) {
        return LaneProgram.shared(SHARED, body, 32);
    }

    private static long[] input() {
        long[] in = new long[32];
        for (int i = 0; i < in.length; i++) {
            in[i] = 0x7777_0000_0000L + i;
        }
        return in;
    }

    @Test
    void bringsWhatItRead() {
        String body = COPY + """
                cp.async.commit_group;
                cp.async.wait_group 0;
                bar.sync 0;
                xor.b32 %f, %f, 16;
                ld.shared.u32 %d, [%f];
                """;
        int[] results = program(body).runWords(input());
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(i ^ 1);
        }
    }

    @Test
    void fillsWithZeros() {
        String body = ADDRESS + """
                mov.u32 %e, 4;
                cp.async.ca.shared.global [%f], [%in], 8, %e;
                cp.async.wait_all;
                ld.shared.u32 %d, [%f+4];
                ld.shared.u32 %e, [%f];
                sub.s32 %d, %e, %d;
                """;
        int[] results = program(body).runWords(input());
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i]).isEqualTo(i);
        }
    }

    @Test
    void readsNothingWhereNothingIsAskedFor() {
        String body = ADDRESS + """
                mov.u32 %e, 0;
                mov.u64 %ld, 48;
                cp.async.cg.shared.global.L2::128B [%f], [%ld], 16, %e;
                cp.async.wait_all;
                ld.shared.u32 %d, [%f+12];
                """;
        assertThat(program(body).runWords(input())).containsOnly(0);
    }

    @Test
    void waitsForAllGroupsButTheLast() {
        String second = "add.s32 %g, %f, 512;\ncp.async.ca.shared.global [%g], [%in], 8;\ncp.async.commit_group;\n";
        String body = COPY + "cp.async.commit_group;\n" + second + "cp.async.wait_group 1;\n";
        String drain = "cp.async.wait_group 0;\n";
        assertThat(program(body + "ld.shared.u32 %d, [%f];\n" + drain).runWords(input())[3])
                .isEqualTo(3);
        assertThatThrownBy(() ->
                        program(body + "ld.shared.u32 %d, [%g];\n" + drain).run(input()))
                .hasMessageStartingWith(
                        "ASYNC_COPY: shared byte 512 is read before thread 0 waited for its asynchronous "
                                + "copy [block 0, warp 0, lane 0, line 40: ld.shared.u32 %d, [%g];]");
    }

    @Test
    void doesNotWaitForWhatIsNotCommitted() {
        assertThatThrownBy(() -> program(COPY + "cp.async.wait_group 0;\nld.shared.u32 %d, [%f];")
                        .run(input()))
                .hasMessageStartingWith("ASYNC_COPY: shared byte 0 is read before thread 0 waited");
    }

    @Test
    void ownsItsTargetFromTheBeginning() {
        assertThatThrownBy(() -> program(COPY + "st.shared.u32 [%f], %t;").run(input()))
                .hasMessageStartingWith("ASYNC_COPY: shared byte 0 is written before thread 0 waited");
    }

    @Test
    void needsABarrierForOtherThreads() {
        assertThatThrownBy(() -> program(COPY + "cp.async.wait_all;\nxor.b32 %f, %f, 16;\nld.shared.u32 %d, [%f];")
                        .run(input()))
                .hasMessageStartingWith("RACE: shared byte 16 is read, and written by thread 1 since the last barrier");
    }

    @Test
    void mustBeWaitedForBeforeTheEnd() {
        assertThatThrownBy(() ->
                        program(COPY + "cp.async.commit_group; mov.u32 %d, 1;").run(input()))
                .hasMessageStartingWith("ASYNC_COPY: a thread ends without having waited for its asynchronous copies");
    }

    @Test
    void checksItsAddresses() {
        assertThatThrownBy(() -> program(ADDRESS + "cp.async.cg.shared.global [%f], [%in+8], 16;")
                        .run(input()))
                .hasMessageStartingWith("MISALIGNED: cp.async of 16 bytes from 0x");
        assertThatThrownBy(() -> program(ADDRESS + "cp.async.ca.shared.global [%f+2044], [%in], 4;")
                        .run(input()))
                .hasMessageStartingWith("OUT_OF_BOUNDS: 4 bytes at shared address 2060 of 2048");
        assertThatThrownBy(() -> program("cp.async.cg.shared.global [%t], [%in], 8;"))
                .hasMessageStartingWith("UNSUPPORTED: cp.async copies 16 bytes, or with .ca 4 or 8 [line 33: ");
    }
}
