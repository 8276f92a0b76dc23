package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Device memory. Each allocation begins in the middle of a window of 2^36 addresses that it has for itself, so that what runs
 * over either end meets nothing.
 */
final class GlobalMemory {
    private static final int WINDOW_BITS = 36;
    private static final long MIDDLE = 1L << WINDOW_BITS - 1;

    private final List<Allocation> allocations = new CopyOnWriteArrayList<>();

    Allocation allocate(String name, long bytes) {
        if (bytes <= 0 || bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "the emulator allocates 1 to " + (Integer.MAX_VALUE - 8) + " bytes at once, not " + bytes);
        }
        long address = (allocations.size() + 1L << WINDOW_BITS) + MIDDLE;
        Allocation allocation = new Allocation(name, address, (int) bytes);
        allocations.add(allocation);
        return allocation;
    }

    /** The allocation that begins at an address. */
    Allocation beginningAt(long address) {
        int window = window(address);
        if (window < 0
                || window >= allocations.size()
                || allocations.get(window).address() != address
                || allocations.get(window).freed()) {
            throw new IllegalArgumentException(String.format("no memory was allocated at 0x%x", address));
        }
        return allocations.get(window);
    }

    private static int window(long address) {
        return (int) (address >>> WINDOW_BITS) - 1;
    }

    /** The allocation that holds a range which the host copies to or from. */
    Allocation forHost(long address, long bytes) {
        int window = window(address);
        if (window < 0 || window >= allocations.size()) {
            throw new EmulatorFault(Kind.OUT_OF_BOUNDS, String.format("no memory at address 0x%x", address));
        }
        Allocation allocation = allocations.get(window);
        if (allocation.freed()) {
            throw new EmulatorFault(Kind.FREED_MEMORY, "a copy touches " + allocation.name() + ", which was freed");
        }
        long from = address - allocation.address();
        if (from < 0 || from + bytes > allocation.bytes()) {
            throw new EmulatorFault(Kind.OUT_OF_BOUNDS, range(allocation, from, bytes));
        }
        return allocation;
    }

    /** The allocation that holds what a lane accesses: inside it, aligned, not freed. */
    Allocation forLane(Warp warp, int lane, long address, int bytes) {
        int window = window(address);
        if (window < 0 || window >= allocations.size()) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, String.format("no memory at address 0x%x", address), lane);
        }
        Allocation allocation = allocations.get(window);
        long from = address - allocation.address();
        if (allocation.freed()) {
            throw warp.fault(Kind.FREED_MEMORY, "byte " + from + " of " + allocation.name() + " was freed", lane);
        }
        if (from < 0 || from + bytes > allocation.bytes()) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, range(allocation, from, bytes), lane);
        }
        if ((from & bytes - 1) != 0) {
            throw warp.fault(Kind.MISALIGNED, range(allocation, from, bytes), lane);
        }
        return allocation;
    }

    private static String range(Allocation allocation, long from, long bytes) {
        return bytes + " bytes at byte " + from + " of " + allocation.name() + ", which has " + allocation.bytes();
    }

    /** Checks a read of a lane and remembers it; returns the place in the allocation. */
    int read(Warp warp, int lane, Allocation allocation, long address, int bytes) {
        int at = (int) (address - allocation.address());
        int unwritten = allocation.firstUnwritten(at, bytes);
        if (unwritten >= 0) {
            throw warp.fault(
                    Kind.UNINITIALISED_MEMORY,
                    "byte " + unwritten + " of " + allocation.name() + " was never written",
                    lane);
        }
        allocation.log().read(warp, lane, at, bytes);
        return at;
    }

    /** Checks a write of a lane and remembers it; returns the place in the allocation. */
    int write(Warp warp, int lane, Allocation allocation, long address, int bytes) {
        int at = (int) (address - allocation.address());
        allocation.log().write(warp, lane, at, bytes);
        allocation.markWritten(at, bytes);
        return at;
    }
}
