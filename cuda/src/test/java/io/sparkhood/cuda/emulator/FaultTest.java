package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import io.sparkhood.cuda.emulator.EmulatorFault.Place;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of fault, planted and caught, with its words and its place. */
final class FaultTest {
    private static final String SHARED = ".shared .align 16 .b8 tile[1024];";
    private static final int FIRST_LINE = 33; // of the body in the program's text

    private static Arguments fault(Kind kind, String body, String message) {
        return arguments(kind, body, message);
    }

    static Stream<Arguments> wrongAccesses() {
        return Stream.of(
                fault(
                        Kind.OUT_OF_BOUNDS,
                        "ld.global.u32 %d, [%in+1520];",
                        "4 bytes at byte 1544 of input, which has 1536 [block 0, warp 0, lane 1, line 33: "
                                + "ld.global.u32 %d, [%in+1520];]"),
                fault(
                        Kind.OUT_OF_BOUNDS,
                        "st.global.v2.u32 [%out+-24], {%t, %t};",
                        "8 bytes at byte -24 of output, which has 512 [block 0, warp 0, lane 0, line 33: "
                                + "st.global.v2.u32 [%out+-24], {%t, %t};]"),
                fault(
                        Kind.OUT_OF_BOUNDS,
                        "mov.u64 %ld, 64; ld.global.u32 %d, [%ld];",
                        "no memory at address 0x40 [block 0, warp 0, lane 0, line 33: ld.global.u32 %d, [%ld];]"),
                fault(
                        Kind.OUT_OF_BOUNDS,
                        "mul.lo.s32 %e, %t, 32; st.shared.u32 [%e+16], %t;",
                        "4 bytes at shared address 1040 of 1024 [block 0, warp 1, lane 0, line 33: "
                                + "st.shared.u32 [%e+16], %t;]"),
                fault(
                        Kind.OUT_OF_BOUNDS,
                        "ld.param.u64 %ld, [output+8];",
                        "8 bytes at parameter address 16 of 16 [block 0, warp 0, lane 0, line 33: "
                                + "ld.param.u64 %ld, [output+8];]"),
                fault(
                        Kind.MISALIGNED,
                        "ld.global.u64 %ld, [%in+4];",
                        "8 bytes at byte 4 of input, which has 1536 [block 0, warp 0, lane 0, line 33: "
                                + "ld.global.u64 %ld, [%in+4];]"),
                fault(
                        Kind.MISALIGNED,
                        "shl.b32 %e, %t, 2; st.shared.v2.u32 [%e], {%t, %t};",
                        "8 bytes at shared address 4 [block 0, warp 0, lane 1, line 33: "
                                + "st.shared.v2.u32 [%e], {%t, %t};]"),
                fault(
                        Kind.UNINITIALISED_REGISTER,
                        "setp.lt.u32 %p, %t, 40; @%p mov.u32 %g, 1; add.s32 %d, %g, 1;",
                        "%g was never written [block 0, warp 1, lane 8, line 33: add.s32 %d, %g, 1;]"),
                fault(
                        Kind.UNINITIALISED_MEMORY,
                        "ld.shared.u32 %d, [tile+64];",
                        "shared byte 64 was never written [block 0, warp 0, lane 0, line 33: "
                                + "ld.shared.u32 %d, [tile+64];]"),
                fault(
                        Kind.DIVISION_BY_ZERO,
                        "sub.s32 %e, %t, 34; div.s32 %d, %t, %e;",
                        "an integer divided by zero [block 0, warp 1, lane 2, line 33: div.s32 %d, %t, %e;]"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongAccesses")
    void catchesWrongAccesses(Kind kind, String body, String message) {
        check(kind, body, message);
    }

    static Stream<Arguments> divergence() {
        return Stream.of(
                fault(
                        Kind.DIVERGENCE,
                        "setp.lt.u32 %p, %t, 40; @%p bar.sync 0;",
                        "lanes 0x000000ff are at the barrier, but 0xffffffff run [block 0, warp 1, lane 8, line 33: "
                                + "@%p bar.sync 0;]"),
                fault(
                        Kind.DIVERGENCE,
                        "setp.lt.u32 %p, %t, 33; @!%p bra SKIP; shfl.sync.bfly.b32 %d, %t, 1, 31, -1; SKIP:",
                        "lanes 0x00000001 are here, but 0xffffffff are named [block 0, warp 1, lane 0, line 33: "
                                + "shfl.sync.bfly.b32 %d, %t, 1, 31, -1;]"),
                fault(
                        Kind.DIVERGENCE,
                        "setp.ne.u32 %p, %t, 3; @%p ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%d}, [%t];",
                        "only 31 of 32 lanes are here [block 0, warp 0, lane 3, line 33: "
                                + "@%p ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%d}, [%t];]"),
                fault(
                        Kind.DEADLOCK,
                        "setp.lt.u32 %p, %t, 32; @%p bra ONE; bar.sync 1; bra END; ONE: bar.sync 0; END:",
                        "warp 1 waits at barrier 1 and warp 0 at barrier 0 [block 0, warp 1, line 33: bar.sync 1;]"),
                fault(
                        Kind.ENDLESS,
                        "LOOP: bra LOOP;",
                        "the block has run 100000 warp instructions [block 0, warp 0, line 33: bra LOOP;]"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("divergence")
    void catchesDivergence(Kind kind, String body, String message) {
        check(kind, body, message);
    }

    static Stream<Arguments> races() {
        String fill = "mov.u32 %e, tile; mad.lo.s32 %e, %t, 4, %e;\n";
        return Stream.of(
                fault(
                        Kind.RACE,
                        fill + "st.shared.u32 [%e], %t; bar.sync 0;\nsetp.lt.u32 %p, %t, 32;\n"
                                + "@%p st.shared.u32 [%e], %t;\n@!%p ld.shared.u32 %d, [tile];",
                        "shared byte 0 is read, and written by thread 0 since the last barrier"),
                fault(
                        Kind.RACE,
                        fill + "st.shared.u32 [%e], %t;\nxor.b32 %e, %e, 4;\nld.shared.u32 %d, [%e];",
                        "shared byte 4 is read, and written by thread 1 since the last barrier"),
                fault(
                        Kind.RACE,
                        fill + "st.shared.u32 [tile+8], %t;",
                        "shared byte 8 is written, and written by thread 0 since the last barrier"),
                fault(
                        Kind.RACE,
                        fill + "st.shared.u32 [%e], %t; bar.sync 0;\nld.shared.u32 %d, [tile]; st.shared.u32 [%e], %t;",
                        "shared byte 0 is written, and read by several threads of warp 0 since the last barrier"),
                fault(
                        Kind.RACE,
                        "mov.u32 %d, 1; st.global.u32 [%out], %d; add.s64 %out, %out, 8;",
                        "output byte 8 is written, and written by thread 1 since the last barrier"),
                fault(
                        Kind.RACE,
                        "ld.param.u64 %out, [output]; mov.u32 %d, 7;",
                        "output byte 0 is written, and written by thread 0 since the last barrier"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("races")
    void catchesRacesWithinABlock(Kind kind, String body, String message) {
        EmulatorFault fault = run(body);
        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault).hasMessageStartingWith(kind + ": " + message + " [block 0, warp ");
    }

    private static void check(Kind kind, String body, String message) {
        EmulatorFault fault = run(body);
        assertThat(fault).hasMessage(kind + ": " + message);
        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault.place()).isNotNull().extracting(Place::line).isEqualTo(FIRST_LINE);
    }

    private static EmulatorFault run(String body) {
        EmulatorFault fault = catchThrowableOfType(
                EmulatorFault.class, () -> LaneProgram.shared(SHARED, body, 64).run(new long[64]));
        assertThat(fault).as("nothing was caught").isNotNull();
        return fault;
    }

    @Test
    void namesTheLineOfAnUnknownInstruction() {
        EmulatorFault fault = catchThrowableOfType(
                EmulatorFault.class, () -> LaneProgram.words("mov.u32 %a, 1;\nwgmma.fence.sync.aligned;"));
        assertThat(fault).hasMessage("UNSUPPORTED: unknown instruction [line 34: wgmma.fence.sync.aligned;]");
    }
}
