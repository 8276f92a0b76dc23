package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;
import java.util.List;

/** What one run of a plan launches, one after the other on one stream, all with the same parameter. */
interface Launches {
    /** One line for people. */
    String describe();

    /** Pairs of a query and a key per head and row that are computed, the masked and padded ones of tiles included. */
    long visitedPairs();

    /** The windows of all positions, first place and end alternating, axis after axis: constant for the plan. */
    int[] tables();

    /** Attention weights of one row that lie in device memory between the launches; 0 for none. */
    long weightElements();

    /**
     * Code on the device.
     *
     * @param module name of its PTX text, which lies next to this class
     * @param name of the entry point in the module
     * @param sharedBytes dynamic shared memory that launches ask for
     */
    record EntryPoint(String module, String name, int sharedBytes) {}

    /** What is launched, in order. */
    List<EntryPoint> entryPoints();

    /** The launches of the entry points for so many rows. */
    List<Launch> launches(long batch);

    /** Bytes of the struct that every entry point takes. */
    int parameterBytes();

    /**
     * Writes the parameter for so many rows at the buffer's position, little-endian.
     *
     * @throws IllegalArgumentException if a view reaches over more elements than the entry points count
     */
    void writeParameter(ByteBuffer target, long batch, RunAddresses addresses);
}
