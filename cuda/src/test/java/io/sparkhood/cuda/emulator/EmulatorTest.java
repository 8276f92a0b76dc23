package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory of the host and of blocks, launches, and races between blocks. */
final class EmulatorTest {
    private static final String TEXT = """
            .version 7.4
            .target sm_80
            .address_size 64
            .extern .shared .align 16 .b8 dynamic[];
            .visible .entry square(
                .param .align 8 .b8 struct[24]
            )
            .maxntid 64, 1, 1
            .minnctapersm 2
            {
                .reg .pred %p<3>;
                .reg .b32 %r<10>;
                .reg .b64 %rd<10>;
                .shared .align 4 .b8 fixed[64];

                ld.param.u64 %rd1, [struct];
                ld.param.u64 %rd2, [struct+8];
                ld.param.s32 %rd3, [struct+16];
                ld.param.s32 %rd4, [struct+20];
                mov.u32 %r1, %ctaid.x;
                mov.u32 %r2, %ntid.x;
                mov.u32 %r3, %tid.x;
                mad.lo.s32 %r4, %r1, %r2, %r3;
                mul.wide.s32 %rd5, %r4, 2;
                mul.lo.s64 %rd6, %rd5, %rd3;
                add.s64 %rd7, %rd1, %rd6;
                ld.global.u16 %r5, [%rd7];
                mul.lo.s32 %r5, %r5, %r5;
                mul.lo.s64 %rd6, %rd5, %rd4;
                add.s64 %rd8, %rd2, %rd6;
                st.global.u16 [%rd8], %r5;
                mov.u32 %r6, dynamic;
                mad.lo.s32 %r6, %r3, 4, %r6;
                st.shared.u32 [%r6], %r5;
                ret;
            }
            """;
    private static final PtxEntryPoint SQUARE = PtxModule.parse(TEXT).entryPoint("square");
    private static final int COUNT = 256;

    private static byte[] parameter(long from, long to, int fromStep, int toStep) {
        return ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(from)
                .putLong(to)
                .putInt(fromStep)
                .putInt(toStep)
                .array();
    }

    private static byte[] numbers() {
        ByteBuffer bytes = ByteBuffer.allocate(2 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < COUNT; i++) {
            bytes.putShort(2 * i, (short) i);
        }
        return bytes.array();
    }

    private static Launch blocks(int threads) {
        return new Launch(COUNT / threads, 1, 1, threads, 4 * threads);
    }

    @Test
    void knowsWhatAnEntryPointNeeds() {
        assertThat(SQUARE.name()).isEqualTo("square");
        assertThat(SQUARE.parameterBytes()).isEqualTo(24);
        assertThat(SQUARE.staticSharedBytes()).isEqualTo(64);
        assertThat(SQUARE.maxThreads()).isEqualTo(64);
        assertThat(PtxModule.parse(TEXT).names()).containsExactly("square");
        assertThatThrownBy(() -> PtxModule.parse(TEXT).entryPoint("cube"))
                .hasMessage("no entry point cube among [square]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void runsBlocksInParallel(int threads) {
        Emulator emulator = new Emulator(EmulatorOptions.DEFAULT.withThreads(threads));
        long from = emulator.allocate("numbers", 2 * COUNT);
        long to = emulator.allocate("squares", 2 * COUNT);
        emulator.write(from, numbers());
        LaunchReport report = emulator.launch(SQUARE, blocks(16), parameter(from, to, 1, 1));
        ByteBuffer squares = ByteBuffer.wrap(emulator.read(to, 2 * COUNT)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < COUNT; i++) {
            assertThat(squares.getShort(2 * i)).isEqualTo((short) (i * i));
        }
        assertThat(report.warpInstructions()).isEqualTo(16 * 20);
        assertThat(report.globalRequests()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void catchesRacesBetweenBlocks(int threads) {
        for (int round = 0; round < 20; round++) {
            Emulator emulator =
                    new Emulator(EmulatorOptions.DEFAULT.withThreads(threads).withSeed(round));
            long from = emulator.allocate("numbers", 4 * COUNT);
            long to = emulator.allocate("squares", 2 * COUNT);
            emulator.write(from, new byte[4 * COUNT]);
            assertThatThrownBy(() -> emulator.launch(SQUARE, blocks(1), parameter(from, to, 1, 0)))
                    .hasMessageMatching("RACE: squares byte 0 is written, and written by block \\d+ \\[block \\d+, .*");
            // Every block reads the first number, and one of them writes it.
            assertThatThrownBy(() -> emulator.launch(SQUARE, blocks(1), parameter(from, from, 0, 1)))
                    .hasMessageMatching("RACE: numbers byte 0 is (written, and read|read, and written) by .*");
        }
    }

    @Test
    void letsAnotherLaunchUseTheSameMemory() {
        Emulator emulator = new Emulator();
        long from = emulator.allocate("numbers", 2 * COUNT);
        emulator.write(from, numbers());
        for (int round = 0; round < 3; round++) {
            // In place: each thread reads and writes the same number.
            emulator.launch(SQUARE, blocks(32), parameter(from, from, 1, 1));
        }
        assertThat(emulator.read(from, 6)).containsExactly(0, 0, 1, 0, 0, 1);
    }

    @Test
    void guardsFreedAndUnwrittenMemory() {
        Emulator emulator = new Emulator();
        long from = emulator.allocate("numbers", 2 * COUNT);
        long to = emulator.allocate("squares", 2 * COUNT);
        assertThat(from % 256).isZero();
        assertThatThrownBy(() -> emulator.launch(SQUARE, blocks(32), parameter(from, to, 1, 1)))
                .hasMessageMatching("UNINITIALISED_MEMORY: byte 0 of numbers was never written "
                        + "\\[block 0, warp 0, lane 0, line 27: ld.global.u16 %r5, \\[%rd7\\];\\]");
        assertThatThrownBy(() -> emulator.read(to, 8))
                .hasMessage("UNINITIALISED_MEMORY: a copy reads byte 0 of squares, which was never written");
        emulator.write(from, numbers());
        emulator.free(to);
        assertThatThrownBy(() -> emulator.launch(SQUARE, blocks(32), parameter(from, to, 1, 1)))
                .hasMessageStartingWith("FREED_MEMORY: byte 0 of squares was freed [block 0, warp 0, lane 0, line 31");
        assertThatThrownBy(() -> emulator.write(to, new byte[1]))
                .hasMessage("FREED_MEMORY: a copy touches squares, which was freed");
        assertThatThrownBy(() -> emulator.write(from + 1, new byte[2 * COUNT]))
                .hasMessage("OUT_OF_BOUNDS: 512 bytes at byte 1 of numbers, which has 512");
        assertThatThrownBy(() -> emulator.free(to)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesLaunchesThatDoNotFit() {
        Emulator emulator = new Emulator();
        byte[] parameter = new byte[24];
        assertThatThrownBy(() -> emulator.launch(SQUARE, new Launch(1, 1, 1, 65, 0), parameter))
                .hasMessage("LAUNCH: square allows 64 threads, not 65");
        assertThatThrownBy(() -> emulator.launch(SQUARE, new Launch(1, 1, 1, 64, 0), new byte[16]))
                .hasMessage("LAUNCH: square has parameters of 24 bytes, not 16");
        assertThatThrownBy(() -> emulator.launch(SQUARE, new Launch(1, 65_536, 1, 64, 0), parameter))
                .hasMessageStartingWith("LAUNCH: the grid has at most 65535 blocks on its second and third axis");
        assertThatThrownBy(() -> emulator.launch(SQUARE, new Launch(0, 1, 1, 64, 0), parameter))
                .hasMessageStartingWith("LAUNCH: the grid and the block must not be empty");
    }

    @Test
    void seesTooLittleDynamicSharedMemory() {
        Emulator emulator = new Emulator();
        long from = emulator.allocate("numbers", 2 * COUNT);
        emulator.write(from, numbers());
        assertThatThrownBy(() -> emulator.launch(SQUARE, new Launch(4, 1, 1, 64, 128), parameter(from, from, 1, 1)))
                .hasMessageMatching(
                        "OUT_OF_BOUNDS: 4 bytes at shared address 192 of 192 \\[block 0, warp 1, lane 0, line 34: .*");
    }
}
