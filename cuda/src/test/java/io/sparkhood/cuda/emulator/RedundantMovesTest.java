package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Moves that can be left out, and moves that only look like it. */
final class RedundantMovesTest {
    private static final String TEXT = """
            .version 7.4
            .target sm_80
            .address_size 64
            .visible .entry moves(
                .param .u64 output
            )
            {
                .reg .pred %p<2>;
                .reg .b32 %a, %b, %c, %d, %sum;
                .reg .b64 %to;
                ld.param.u64 %to, [output];
                mov.u32 %sum, %tid.x;
                setp.lt.s32 %p1, %sum, 7;
                mov.u32 %a, 0;
                mov.u32 %b, 1;
                @%p1 bra $OTHER;
                add.s32 %sum, %sum, %b;
                mov.u32 %a, 0; // holds it
                mov.u32 %c, %b;
                mov.u32 %d, 2; // written again
                bra.uni $BOTH;
            $OTHER:
                add.s32 %sum, %sum, %a;
                mov.u32 %a, %b;
                mov.u32 %c, 1;
            $BOTH:
                add.s32 %sum, %sum, %a;
                add.s32 %sum, %sum, %c;
                mov.u32 %a, 0;
                mov.u32 %c, %b; // holds it on both ways
                mov.u32 %d, 4;
                @%p1 mov.u32 %d, 5;
                add.s32 %sum, %sum, %a;
                add.s32 %sum, %sum, %c;
                add.s32 %sum, %sum, %d;
                mov.u32 %b, 3; // nobody reads it
                st.global.u32 [%to], %sum;
                ret;
            }
            """;

    @Test
    void areThoseOfWhatIsThereAndOfWhatNobodyReads() {
        RedundantMoves moves = new RedundantMoves(PtxModule.parse(TEXT).entryPoint("moves"));
        List<String> lines = TEXT.lines().toList();
        List<String> redundant = IntStream.rangeClosed(1, lines.size())
                .filter(moves::holds)
                .mapToObj(line -> lines.get(line - 1).strip())
                .toList();
        assertThat(redundant)
                .containsExactly(
                        "mov.u32 %a, 0; // holds it",
                        "mov.u32 %d, 2; // written again",
                        "mov.u32 %c, %b; // holds it on both ways",
                        "mov.u32 %b, 3; // nobody reads it");
    }
}
