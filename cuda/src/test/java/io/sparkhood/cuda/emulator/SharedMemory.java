package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;

/**
 * The shared memory of a block, with the last writer and the readers of every two bytes and when that was.
 *
 * <p>An access is {@code clock << WHO_BITS | who}; see {@link BlockClock}. What an earlier block did counts as never.
 */
final class SharedMemory {
    private static final int WHO_BITS = 12;
    private static final long WHO = (1 << WHO_BITS) - 1;
    private static final long SEVERAL_OF_WARP = 1024; // plus the warp
    private static final long SEVERAL = 2048;
    private static final long PENDING = 1L << 62;

    final byte[] data;
    private final long[] written; // [two bytes] the last write, PENDING | who while an asynchronous copy owns them
    private final long[] read; // [two bytes] the last read, by one thread or by several

    SharedMemory(int bytes) {
        data = new byte[bytes];
        written = new long[(bytes + 1) / 2];
        read = new long[(bytes + 1) / 2];
    }

    private static long me(Warp warp, int lane) {
        return warp.block.clock.now() << WHO_BITS | warp.thread(lane);
    }

    /** Checks a read and remembers it. */
    void read(Warp warp, int lane, long address, int bytes) {
        check(warp, lane, address, bytes);
        long me = me(warp, lane);
        long begin = warp.block.clock.begin() << WHO_BITS;
        long barrier = warp.block.clock.barrier() << WHO_BITS;
        for (int at = (int) address >> 1; at <= (int) address + bytes - 1 >> 1; at++) {
            long last = written[at];
            if (last < begin || last >= barrier) {
                checkRead(warp, lane, at, last, begin);
            }
            if (read[at] != me) {
                read[at] = together(read[at], me, warp, barrier);
            }
        }
    }

    private void checkRead(Warp warp, int lane, int at, long last, long begin) {
        if (last < begin) {
            throw warp.fault(Kind.UNINITIALISED_MEMORY, "shared byte " + 2 * at + " was never written", lane);
        }
        requireDone(warp, lane, at, last, "read");
    }

    /** Checks that the last write is over, and ordered before what the lane does now. */
    private static void requireDone(Warp warp, int lane, int at, long last, String what) {
        if (last >= PENDING) {
            throw warp.fault(
                    Kind.ASYNC_COPY,
                    "shared byte " + 2 * at + " is " + what + " before " + who(last)
                            + " waited for its asynchronous copy",
                    lane);
        }
        if (!before(last, warp, lane)) {
            throw warp.fault(
                    Kind.RACE,
                    "shared byte " + 2 * at + " is " + what + ", and written by " + who(last)
                            + " since the last barrier",
                    lane);
        }
    }

    /** Checks a write and remembers it. */
    void write(Warp warp, int lane, long address, int bytes) {
        overwrite(warp, lane, address, bytes, me(warp, lane));
    }

    /** Checks that an asynchronous copy may write here, and makes the bytes its own until it lands. */
    void reserve(Warp warp, int lane, long address, int bytes) {
        overwrite(warp, lane, address, bytes, PENDING | warp.thread(lane));
    }

    /** Ends the ownership of an asynchronous copy, whose thread writes the bytes now. */
    void land(Warp warp, int lane, int address, int bytes) {
        long me = me(warp, lane);
        for (int at = address >> 1; at <= address + bytes - 1 >> 1; at++) {
            written[at] = me;
        }
    }

    private void overwrite(Warp warp, int lane, long address, int bytes, long mark) {
        check(warp, lane, address, bytes);
        long barrier = warp.block.clock.barrier() << WHO_BITS;
        for (int at = (int) address >> 1; at <= (int) address + bytes - 1 >> 1; at++) {
            if (written[at] >= barrier) {
                requireDone(warp, lane, at, written[at], "written");
            }
            if (read[at] >= barrier && !before(read[at], warp, lane)) {
                throw warp.fault(
                        Kind.RACE,
                        "shared byte " + 2 * at + " is written, and read by " + who(read[at])
                                + " since the last barrier",
                        lane);
            }
            written[at] = mark;
        }
    }

    /** Whether an access since the block's last barrier is ordered before what a lane does now. */
    private static boolean before(long access, Warp warp, int lane) {
        long who = access & WHO;
        boolean sameWarp =
                who < SEVERAL_OF_WARP ? who / RegisterFile.LANES == warp.number : who == SEVERAL_OF_WARP + warp.number;
        return who == warp.thread(lane) || sameWarp && access >>> WHO_BITS < warp.clock;
    }

    /** The reads so far and one more. */
    private static long together(long reads, long me, Warp warp, long barrier) {
        if (reads < barrier) {
            return me;
        }
        long who = reads & WHO;
        long mine = me & WHO;
        long now = me & ~WHO;
        if (who == mine) {
            return me;
        }
        boolean sameWarp =
                who < SEVERAL_OF_WARP ? who / RegisterFile.LANES == warp.number : who == SEVERAL_OF_WARP + warp.number;
        if (!sameWarp) {
            return now | SEVERAL;
        }
        return reads >>> WHO_BITS < warp.clock ? me : now | SEVERAL_OF_WARP + warp.number;
    }

    private void check(Warp warp, int lane, long address, int bytes) {
        if (address < 0 || address + bytes > data.length) {
            throw warp.fault(
                    Kind.OUT_OF_BOUNDS, bytes + " bytes at shared address " + address + " of " + data.length, lane);
        }
        if (address % bytes != 0) {
            throw warp.fault(Kind.MISALIGNED, bytes + " bytes at shared address " + address, lane);
        }
    }

    private static String who(long access) {
        long who = access & WHO;
        if (who < SEVERAL_OF_WARP) {
            return "thread " + who;
        }
        return who == SEVERAL ? "several warps" : "several threads of warp " + (who - SEVERAL_OF_WARP);
    }
}
