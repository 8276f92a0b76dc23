package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
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

    private static final int PAGE_BITS = 14;
    private static final int IN_PAGE = (1 << PAGE_BITS) - 1;

    private final String name;
    private final AtomicReferenceArray<long @Nullable []>
            writers; // pages of [two bytes]: ticket, time in the block, thread
    private final AtomicReferenceArray<int @Nullable []>
            readers; // pages: ticket of the block, or -1 - ticket of the launch

    AccessLog(String name, int bytes) {
        this.name = name;
        int pages = (bytes >> PAGE_BITS + 1) + 1;
        this.writers = new AtomicReferenceArray<>(pages);
        this.readers = new AtomicReferenceArray<>(pages);
    }

    private long[] writersOf(int page) {
        long[] known = writers.get(page);
        if (known == null) {
            writers.compareAndSet(page, null, new long[IN_PAGE + 1]);
            known = writers.get(page);
        }
        return Objects.requireNonNull(known);
    }

    private int[] readersOf(int page) {
        int[] known = readers.get(page);
        if (known == null) {
            readers.compareAndSet(page, null, new int[IN_PAGE + 1]);
            known = readers.get(page);
        }
        return Objects.requireNonNull(known);
    }

    /** Remembers a read, which lies in one page because it is aligned, and looks for writes. */
    void read(Warp warp, int lane, int at, int bytes) {
        int first = at >> 1;
        int last = at + bytes - 1 >> 1;
        int[] reads = readersOf(first >> PAGE_BITS);
        Launched launched = warp.block.launched();
        for (int granule = first; granule <= last; granule++) {
            markRead(reads, granule & IN_PAGE, warp.block.ticket(), launched.ticket());
        }
        long[] writes = writers.get(first >> PAGE_BITS);
        if (writes != null) {
            for (int granule = first; granule <= last; granule++) {
                checkWriter(warp, lane, granule, (long) LONG.getVolatile(writes, granule & IN_PAGE), "read");
            }
        }
    }

    private static void markRead(int[] reads, int at, int ticket, int launchTicket) {
        int several = -1 - launchTicket;
        int known = reads[at];
        while (known != ticket && known != several) {
            int next = known >= launchTicket ? several : ticket;
            int witness = (int) INT.compareAndExchange(reads, at, known, next);
            known = witness == known ? next : witness;
        }
    }

    /** Remembers a write and looks for other accesses. */
    void write(Warp warp, int lane, int at, int bytes) {
        int first = at >> 1;
        int last = at + bytes - 1 >> 1;
        long[] writes = writersOf(first >> PAGE_BITS);
        long me = me(warp, lane);
        for (int granule = first; granule <= last; granule++) {
            long known = (long) LONG.getAndSet(writes, granule & IN_PAGE, me);
            if (known != me) {
                checkWriter(warp, lane, granule, known, "written");
            }
        }
        int[] reads = readers.get(first >> PAGE_BITS);
        if (reads != null) {
            for (int granule = first; granule <= last; granule++) {
                checkReader(warp, lane, granule, (int) INT.getVolatile(reads, granule & IN_PAGE));
            }
        }
    }

    /** Forgets everything. */
    void clear() {
        for (int page = 0; page < writers.length(); page++) {
            writers.set(page, null);
            readers.set(page, null);
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
