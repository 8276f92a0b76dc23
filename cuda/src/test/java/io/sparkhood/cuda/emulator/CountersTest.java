package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bank conflicts and sectors of accesses whose answer is known. */
final class CountersTest {
    private static LaunchReport shared(String body) {
        LaneProgram program = LaneProgram.shared(".shared .align 16 .b8 tile[32768];", body + "\nmov.u32 %d, 0;", 32);
        program.run();
        return program.report();
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "8, 2", "12, 1", "16, 4", "128, 32", "132, 1"})
    void countsConflictsOfWords(int stride, int wavefronts) {
        LaunchReport report = shared("mov.u32 %e, tile; mad.lo.s32 %f, %t, " + stride + ", %e;\n"
                + "st.shared.u32 [%f], %t;\nld.shared.u32 %g, [%f];");
        assertThat(report.sharedRequests()).isEqualTo(2);
        assertThat(report.sharedWavefronts()).isEqualTo(2L * wavefronts);
    }

    @Test
    void givesOneWordToAllLanesAtOnce() {
        LaunchReport report = shared(
                "setp.eq.u32 %p, %t, 0;\n@%p st.shared.u32 [tile], 1;\nbar.sync 0;\n" + "ld.shared.u32 %g, [tile];");
        assertThat(report.sharedRequests()).isEqualTo(2);
        assertThat(report.sharedWavefronts()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"16, 4", "32, 8", "128, 32", "144, 4"})
    void countsConflictsOfVectors(int stride, int wavefronts) {
        LaunchReport report = shared("mov.u32 %e, tile; mad.lo.s32 %f, %t, " + stride + ", %e;\n"
                + "st.shared.v4.u32 [%f], {%t, %t, %t, %t};");
        assertThat(report.sharedRequests()).isEqualTo(4);
        assertThat(report.sharedWavefronts()).isEqualTo(wavefronts);
    }

    @Test
    void countsSectors() {
        LaneProgram quiet = LaneProgram.words("mov.u32 %d, 0;");
        quiet.run();
        LaneProgram program = LaneProgram.words("ld.global.u32 %d, [%in];");
        program.run();
        // 32 lanes, 24 bytes apart: 768 bytes in 24 sectors
        assertThat(program.report().globalRequests()).isEqualTo(quiet.report().globalRequests() + 1);
        assertThat(program.report().globalSectors()).isEqualTo(quiet.report().globalSectors() + 24);
    }

    @Test
    void countsWarpAndLaneInstructions() {
        LaneProgram quiet = LaneProgram.words("mov.u32 %d, 0;");
        quiet.run();
        LaneProgram program = LaneProgram.words("setp.lt.u32 %p, %t, 5; mov.u32 %d, 0; @%p mov.u32 %d, 1;");
        program.run();
        assertThat(program.report().warpInstructions()).isEqualTo(quiet.report().warpInstructions() + 2);
        assertThat(program.report().laneInstructions()).isEqualTo(quiet.report().laneInstructions() + 32 + 5);
    }

    @Test
    void countsAsynchronousCopiesApart() {
        LaunchReport report = shared("mov.u32 %f, tile; mad.lo.s32 %f, %t, 32, %f;\n"
                + "cp.async.ca.shared.global [%f], [%in], 8;\ncp.async.wait_all;");
        assertThat(report.asyncCopyRequests()).isEqualTo(2);
        assertThat(report.asyncCopyWavefronts()).isEqualTo(8);
        assertThat(report.sharedRequests()).isZero();
    }
}
