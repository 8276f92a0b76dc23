package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A small entry point around some instructions: each thread finds its words of the inputs in {@code %a %b %c} (32 bits),
 * {@code %la %lb %lc} (64 bits) and {@code %ha %hb} (16 bits), its number in {@code %t}, and leaves its word in {@code %d} or
 * {@code %ld}.
 */
final class LaneProgram {
    private static final String HEAD = """
            .version 7.4
            .target sm_80
            .address_size 64
            .visible .entry program(
                .param .u64 input, .param .u64 output
            )
            {
                .reg .pred %p, %q, %s;
                .reg .b16 %ha, %hb, %hc, %hd, %he;
                .reg .b32 %t, %a, %b, %c, %d, %e, %f, %g, %h<8>;
                .reg .b64 %la, %lb, %lc, %ld, %le, %in, %out;
                %DECLARATIONS%
                mov.u32 %t, %tid.x;
                mov.u32 %d, %ctaid.x;
                mov.u32 %e, %ntid.x;
                mad.lo.s32 %t, %d, %e, %t;
                ld.param.u64 %in, [input];
                ld.param.u64 %out, [output];
                mul.wide.u32 %la, %t, 24;
                add.s64 %in, %in, %la;
                mul.wide.u32 %la, %t, 8;
                add.s64 %out, %out, %la;
                ld.global.u64 %la, [%in];
                ld.global.u64 %lb, [%in+8];
                ld.global.u64 %lc, [%in+16];
                cvt.u32.u64 %a, %la;
                cvt.u32.u64 %b, %lb;
                cvt.u32.u64 %c, %lc;
                cvt.u16.u32 %ha, %a;
                cvt.u16.u32 %hb, %b;
                cvt.u16.u32 %hc, %c;
                mov.u32 %t, %tid.x;
            """;

    private final PtxEntryPoint entryPoint;
    private final int threads; // of a block
    private LaunchReport report = LaunchReport.NONE;

    private LaneProgram(String declarations, String body, int threads) {
        String text = HEAD.replace("%DECLARATIONS%", declarations) + body + "\nret;\n}\n";
        entryPoint = PtxModule.parse(text).entryPoint("program");
        this.threads = threads;
    }

    /** Leaves a word in {@code %d}. */
    static LaneProgram words(String body) {
        return shared("", body, 32);
    }

    /** Leaves a word in {@code %d}; with declarations, and blocks of so many threads. */
    static LaneProgram shared(String declarations, String body, int threads) {
        return new LaneProgram(declarations, body + "\nst.global.u32 [%out], %d;", threads);
    }

    /** Leaves a long in {@code %ld}. */
    static LaneProgram longs(String body) {
        return new LaneProgram("", body + "\nst.global.u64 [%out], %ld;", 32);
    }

    /** Leaves 0 or 1, as the predicate {@code %p} is. */
    static LaneProgram predicate(String body) {
        return words(body + "\nselp.u32 %d, 1, 0, %p;");
    }

    /** Runs a thread for each entry of the inputs, missing ones as 0; returns what they left. */
    long[] run(long[]... inputs) {
        int count = inputs.length == 0 ? threads : inputs[0].length;
        int blocks = (count + threads - 1) / threads;
        ByteBuffer in = ByteBuffer.allocate(24 * blocks * threads).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < inputs.length; i++) {
            for (int at = 0; at < count; at++) {
                in.putLong(24 * at + 8 * i, inputs[i][at]);
            }
        }
        Emulator emulator = new Emulator(EmulatorOptions.DEFAULT.withWarpInstructionLimit(100_000));
        long input = emulator.allocate("input", in.capacity());
        long output = emulator.allocate("output", 8L * blocks * threads);
        emulator.write(input, in.array());
        emulator.write(output, new byte[8 * blocks * threads]);
        byte[] parameter = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(input)
                .putLong(output)
                .array();
        report = emulator.launch(entryPoint, new Launch(blocks, 1, 1, threads, 0), parameter);
        ByteBuffer out = ByteBuffer.wrap(emulator.read(output, 8 * count)).order(ByteOrder.LITTLE_ENDIAN);
        long[] results = new long[count];
        out.asLongBuffer().get(results);
        return results;
    }

    /** Runs and takes the results as words. */
    int[] runWords(long[]... inputs) {
        long[] results = run(inputs);
        int[] words = new int[results.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) results[i];
        }
        return words;
    }

    /** The work of the last run. */
    LaunchReport report() {
        return report;
    }
}
