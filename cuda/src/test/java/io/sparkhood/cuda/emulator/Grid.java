package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All blocks of one launch, run by some threads. */
final class Grid {
    private final Launched launched;
    private final GlobalMemory memory;
    private final EmulatorOptions options;
    private final AtomicLong next = new AtomicLong(); // block to begin
    private final BitSet linesReached; // guarded by this
    private LaunchReport report = LaunchReport.NONE; // guarded by this
    private @Nullable Throwable failure; // of the lowest block that failed; guarded by this
    private long failed = Long.MAX_VALUE; // that block; guarded by this

    /** The lines of the text that warps come to are added to a set. */
    Grid(Launched launched, GlobalMemory memory, EmulatorOptions options, BitSet linesReached) {
        this.launched = launched;
        this.memory = memory;
        this.options = options;
        this.linesReached = linesReached;
    }

    LaunchReport run() {
        int helpers = (int) Math.min(options.threads(), launched.blocks()) - 1;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < helpers; i++) {
            Thread thread = new Thread(this::runBlocks, "emulated blocks " + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        runBlocks();
        threads.forEach(Grid::join);
        return result();
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException stop) {
                interrupted = true; // blocks end by themselves
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void runBlocks() {
        Block block = new Block(launched, memory, options);
        long number = next.getAndIncrement();
        try {
            while (number < launched.blocks()) {
                block.run(number);
                number = next.getAndIncrement();
            }
        } catch (RuntimeException | Error thrown) {
            next.set(launched.blocks());
            fail(number, thrown);
        }
        add(block);
    }

    private synchronized void add(Block block) {
        report = report.plus(block.counters.report());
        linesReached.or(block.linesReached());
    }

    private synchronized void fail(long block, Throwable thrown) {
        if (block < failed) {
            failed = block;
            failure = thrown;
        }
    }

    private synchronized LaunchReport result() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        return report;
    }
}
