package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.BitSet;

/** A block of a launch: its warps, its shared memory, its barriers. Used for one block after another. */
final class Block {
    final GlobalMemory global;
    final SharedMemory shared;
    final BlockClock clock = new BlockClock();
    final Counters counters = new Counters();
    final Sectors sectors = new Sectors();
    final float[] left = new float[256]; // operands of the matrix instruction at hand
    final float[] right = new float[128];
    final float[] sums = new float[64];
    private final Launched launched;
    private final BankConflicts conflicts = new BankConflicts();
    private final Schedule schedule;
    private final WarpRunner runner;
    private final Warp[] warps;
    private final int[] order; // of warps
    private long number;

    Block(Launched launched, GlobalMemory global, EmulatorOptions options) {
        this.launched = launched;
        this.global = global;
        this.shared = new SharedMemory(launched.sharedBytes());
        this.schedule = new Schedule(options.seed());
        this.runner = new WarpRunner(launched.entryPoint(), options, counters, schedule);
        this.warps = new Warp[launched.warps()];
        this.order = new int[warps.length];
        for (int warp = 0; warp < warps.length; warp++) {
            warps[warp] = new Warp(this, warp);
            order[warp] = warp;
        }
    }

    /** Lines of the text whose instructions a warp of any block so far came to. */
    BitSet linesReached() {
        return runner.linesReached();
    }

    Launched launched() {
        return launched;
    }

    /** Its linear number in the grid, x fastest. */
    long number() {
        return number;
    }

    /** A number that no other block of any launch has. */
    int ticket() {
        return launched.ticket() + (int) number;
    }

    void run(long blockNumber) {
        begin(blockNumber);
        boolean running = true;
        while (running) {
            schedule.shuffle(order);
            for (int warp : order) {
                runner.run(warps[warp]);
            }
            running = passBarrier();
        }
    }

    private void begin(long blockNumber) {
        number = blockNumber;
        clock.beginBlock();
        schedule.beginBlock(blockNumber);
        runner.beginBlock();
        int threads = launched.launch().threads();
        for (Warp warp : warps) {
            warp.begin(Math.min(RegisterFile.LANES, threads - warp.number * RegisterFile.LANES));
        }
    }

    /** Lets the warps that wait go on; whether there is one. Warps that ended are not waited for. */
    private boolean passBarrier() {
        Warp first = null;
        for (Warp warp : warps) {
            if (warp.paths.alive != 0) {
                first = first == null ? warp : first;
                if (warp.barrier != first.barrier) {
                    throw warp.fault(
                            Kind.DEADLOCK,
                            "warp " + warp.number + " waits at barrier " + warp.barrier + " and warp " + first.number
                                    + " at barrier " + first.barrier,
                            -1);
                }
            }
        }
        clock.passBarrier();
        return first != null;
    }

    void countShared(long[] addresses, int mask, int bytes) {
        conflicts.take(addresses, mask, bytes);
        counters.sharedRequests += conflicts.requests();
        counters.sharedWavefronts += conflicts.wavefronts();
    }

    void countGlobal(long[] addresses, int mask, int bytes) {
        sectors.begin();
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                sectors.add(addresses[lane], bytes);
            }
        }
        counters.globalRequests++;
        counters.globalSectors += sectors.count();
    }

    /** Counts a copy to shared memory whose sectors were taken one by one. */
    void countAsyncCopy(long[] targets, int mask, int bytes) {
        conflicts.take(targets, mask, bytes);
        counters.asyncCopyRequests += conflicts.requests();
        counters.asyncCopyWavefronts += conflicts.wavefronts();
        counters.globalRequests += sectors.count() > 0 ? 1 : 0;
        counters.globalSectors += sectors.count();
    }
}
