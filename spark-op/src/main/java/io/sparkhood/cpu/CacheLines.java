package io.sparkhood.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * How to get arrays in which vectors do not straddle cache lines, which costs kernels 5 to 10 % of their speed.
 *
 * <p>Java promises no alignment, but the collector G1 gives an array of more than half a region regions of its own and does not
 * move it, so that its elements lie where its header of 16 bytes ends. Elsewhere such an array is slower, but as right.
 *
 * @param regionBytes bytes of a region of G1; 0 with another collector
 */
record CacheLines(long regionBytes) {
    /** The element of such an array that begins a line of 64 bytes, as every 16th after it does. */
    static final int FIRST = 12;

    private static final CacheLines DETECTED = detect();

    /** Those of this JVM. */
    static CacheLines detected() {
        return DETECTED;
    }

    private static CacheLines detect() {
        try {
            HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            boolean g1 = Boolean.parseBoolean(options.getVMOption("UseG1GC").getValue());
            String region = options.getVMOption("G1HeapRegionSize").getValue();
            return new CacheLines(g1 ? Long.parseLong(region) : 0);
        } catch (LinkageError | IllegalArgumentException e) {
            return new CacheLines(0); // another JVM, or a runtime without the module jdk.management
        }
    }

    /** Floats of an array for so many: as many as get regions of their own, where one region is within the limit. */
    long floats(long needed, long limit) {
        long own = regionBytes / 2 / Float.BYTES;
        return needed < own && regionBytes <= Float.BYTES * limit ? own : needed;
    }
}
