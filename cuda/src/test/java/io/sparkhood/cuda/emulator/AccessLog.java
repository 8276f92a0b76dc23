package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote and who read every two bytes of an allocation in the launch under way. Blocks may run in parallel: each access
 * first leaves its mark and then looks for the other's, so of two that conflict at least one sees it.
 */
final class AccessLog {
    private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle LONG = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int TIME_BITS = 22;
    private static final int THREAD_BITS = 10;

    private final String name;
    private final int granules;
    private volatile long @Nullable [] writers; // [two bytes] ticket, time in the block, thread
    private volatile int @Nullable []
            readers; // [two bytes] ticket of the block, or -1 - ticket of the launch for several

    AccessLog(String name, int bytes) {
        this.name = name;
        this.granules = (bytes + 1) / 2;
    }

    private synchronized long[] newWriters() {
        long[] known = writers;
        if (known == null) {
            known = new long[granules];
            writers = known;
        }
        return known;
    }

    private synchronized int[] newReaders() {
        int[] known = readers;
        if (known == null) {
            known = new int[granules];
            readers = known;
        }
        return known;
    }

    void read(Warp warp, int lane, int at, int bytes) {
        int[] known = readers;
        int[] all = known == null ? newReaders() : known;
        int ticket = warp.block.ticket();
        int several = -1 - warp.block.launched().ticket();
        for (int granule = at >> 1; granule <= at + bytes - 1 >> 1; granule++) {
            int last = all[granule];
            while (last != ticket && last != several) {
                int next = last >= warp.block.launched().ticket() ? several : ticket;
                int witness = (int) INT.compareAndExchange(all, granule, last, next);
                last = witness == last ? next : witness;
            }
        }
        long[] writes = writers;
        if (writes != null) {
            for (int granule = at >> 1; granule <= at + bytes - 1 >> 1; granule++) {
                checkWriter(warp, lane, granule, (long) LONG.getVolatile(writes, granule), "read");
            }
        }
    }

    void write(Warp warp, int lane, int at, int bytes) {
        long[] known = writers;
        long[] all = known == null ? newWriters() : known;
        long me = me(warp, lane);
        for (int granule = at >> 1; granule <= at + bytes - 1 >> 1; granule++) {
            long last = (long) LONG.getAndSet(all, granule, me);
            if (last != me) {
                checkWriter(warp, lane, granule, last, "written");
            }
        }
        int[] reads = readers;
        if (reads != null) {
            for (int granule = at >> 1; granule <= at + bytes - 1 >> 1; granule++) {
                checkReader(warp, lane, granule, (int) INT.getVolatile(reads, granule));
            }
        }
    }

    private static long me(Warp warp, int lane) {
        BlockClock clock = warp.block.clock;
        long time = clock.now() - clock.begin() & (1 << TIME_BITS) - 1;
        return (long) warp.block.ticket() << 32 | time << THREAD_BITS | warp.thread(lane);
    }

    private void checkWriter(Warp warp, int lane, int granule, long last, String done) {
        int ticket = (int) (last >>> 32);
        Launched launched = warp.block.launched();
        if (ticket < launched.ticket()) {
            return;
        }
        int thread = (int) last & (1 << THREAD_BITS) - 1;
        if (ticket != warp.block.ticket()) {
            throw race(warp, lane, granule, done, "written by block " + (ticket - launched.ticket()));
        }
        if (thread != warp.thread(lane) && !ordered(warp, thread, last >>> THREAD_BITS & (1 << TIME_BITS) - 1)) {
            throw race(warp, lane, granule, done, "written by thread " + thread + " since the last barrier");
        }
    }

    private static boolean ordered(Warp warp, int thread, long time) {
        BlockClock clock = warp.block.clock;
        boolean sameWarp = thread / RegisterFile.LANES == warp.number;
        return time < clock.barrier() - clock.begin() || sameWarp && time < warp.clock - clock.begin();
    }

    private void checkReader(Warp warp, int lane, int granule, int last) {
        Launched launched = warp.block.launched();
        if (last == -1 - launched.ticket()) {
            throw race(warp, lane, granule, "written", "read by several blocks");
        }
        if (last >= launched.ticket() && last != warp.block.ticket()) {
            throw race(warp, lane, granule, "written", "read by block " + (last - launched.ticket()));
        }
    }

    private EmulatorFault race(Warp warp, int lane, int granule, String done, String other) {
        return warp.fault(Kind.RACE, name + " byte " + 2 * granule + " is " + done + ", and " + other, lane);
    }
}
