package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.Arrays;
import java.util.BitSet;

/** A device without a driver: memory, and launches that run at once. Used by one thread at a time. */
public final class Emulator {
    private static final int MOST_ROWS = 65_535; // of the grid's second and third axis

    private final EmulatorOptions options;
    private final GlobalMemory memory = new GlobalMemory();
    private final BitSet linesReached = new BitSet();
    private int nextTicket = 1;

    /** With the default options. */
    public Emulator() {
        this(EmulatorOptions.DEFAULT);
    }

    /** With options. */
    public Emulator(EmulatorOptions options) {
        this.options = options;
    }

    /** New memory whose bytes count as never written; its address is a multiple of 256. The name is for messages. */
    public long allocate(String name, long bytes) {
        return memory.allocate(name, bytes).address();
    }

    /** Frees memory; whatever touches it from then on faults. */
    public void free(long address) {
        memory.beginningAt(address).free();
    }

    /** Writes bytes from the host. */
    public void write(long address, byte[] bytes) {
        Allocation allocation = memory.forHost(address, bytes.length);
        int at = (int) (address - allocation.address());
        System.arraycopy(bytes, 0, allocation.data(), at, bytes.length);
        allocation.markWritten(at, bytes.length);
    }

    /** Reads bytes to the host; bytes never written are a fault. */
    public byte[] read(long address, int bytes) {
        Allocation allocation = memory.forHost(address, bytes);
        int at = (int) (address - allocation.address());
        int unwritten = allocation.firstUnwritten(at, bytes);
        if (unwritten >= 0) {
            throw new EmulatorFault(
                    Kind.UNINITIALISED_MEMORY,
                    "a copy reads byte " + unwritten + " of " + allocation.name() + ", which was never written");
        }
        return Arrays.copyOfRange(allocation.data(), at, at + bytes);
    }

    /** Runs all blocks; throws {@link EmulatorFault} at the first fault. */
    public LaunchReport launch(PtxEntryPoint entryPoint, Launch launch, byte[] parameter) {
        check(entryPoint, launch, parameter);
        Launched launched = new Launched(entryPoint, launch, parameter.clone(), nextTicket);
        nextTicket = Math.addExact(nextTicket, Math.toIntExact(launched.blocks()));
        return new Grid(launched, memory, options, linesReached).run();
    }

    /** Lines of the PTX text whose instructions a warp came to in the launches so far. */
    public BitSet linesReached() {
        return (BitSet) linesReached.clone();
    }

    private static void check(PtxEntryPoint entryPoint, Launch launch, byte[] parameter) {
        require(
                launch.gridX() > 0 && launch.gridY() > 0 && launch.gridZ() > 0 && launch.threads() > 0,
                "the grid and the block must not be empty: " + launch);
        require(
                launch.gridY() <= MOST_ROWS && launch.gridZ() <= MOST_ROWS,
                "the grid has at most " + MOST_ROWS + " blocks on its second and third axis: " + launch);
        require(
                launch.threads() <= entryPoint.maxThreads(),
                entryPoint.name() + " allows " + entryPoint.maxThreads() + " threads, not " + launch.threads());
        require(
                parameter.length == entryPoint.parameterBytes(),
                entryPoint.name() + " has parameters of " + entryPoint.parameterBytes() + " bytes, not "
                        + parameter.length);
        require(launch.sharedBytes() >= 0, "dynamic shared memory cannot be negative: " + launch);
    }

    private static void require(boolean holds, String text) {
        if (!holds) {
            throw new EmulatorFault(Kind.LAUNCH, text);
        }
    }
}
