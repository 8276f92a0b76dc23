package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.Launch;
import java.nio.ByteBuffer;

/**
 * An entry point of a driver.
 *
 * @param code what it runs
 * @param dynamicSharedBytes the most dynamic shared memory that it was allowed
 */
record AllowedEntryPoint(PtxEntryPoint code, int dynamicSharedBytes) {
    private static final int INVALID_VALUE = 1;
    private static final int OUT_OF_RESOURCES = 701;
    private static final int MOST_ROWS = 65_535; // of the grid's second and third axis
    private static final int MOST_THREADS = 1024;

    /** Allows dynamic shared memory, as far as the device has it. */
    static AllowedEntryPoint of(PtxEntryPoint code, int dynamicSharedBytes, DeviceLimits limits) {
        long shared = (long) code.staticSharedBytes() + dynamicSharedBytes;
        if (dynamicSharedBytes < 0 || shared > limits.sharedBytesPerBlock()) {
            throw new GpuException(
                    "cuFuncSetAttribute",
                    INVALID_VALUE,
                    code.name() + " cannot have " + shared + " bytes of shared memory on a device that has "
                            + limits.sharedBytesPerBlock() + " for a block");
        }
        return new AllowedEntryPoint(code, dynamicSharedBytes);
    }

    /** Checks a launch as the driver does before it begins. */
    void check(Launch launch) {
        require(INVALID_VALUE, launch.gridX() > 0 && launch.gridY() > 0 && launch.gridZ() > 0, "empty grid", launch);
        require(
                INVALID_VALUE,
                launch.gridY() <= MOST_ROWS && launch.gridZ() <= MOST_ROWS,
                "more than " + MOST_ROWS + " blocks on the second or third axis",
                launch);
        require(
                INVALID_VALUE,
                launch.threads() > 0 && launch.threads() <= MOST_THREADS,
                "not 1 to " + MOST_THREADS + " threads",
                launch);
        require(
                OUT_OF_RESOURCES,
                launch.threads() <= code.maxThreads(),
                "more threads than the " + code.maxThreads() + " it was compiled for",
                launch);
        require(
                INVALID_VALUE,
                launch.sharedBytes() >= 0 && launch.sharedBytes() <= dynamicSharedBytes,
                "more dynamic shared memory than the " + dynamicSharedBytes + " bytes it was allowed",
                launch);
    }

    /** The parameter in the first bytes of a direct buffer. */
    byte[] copy(ByteBuffer parameter) {
        if (!parameter.isDirect() || parameter.capacity() < code.parameterBytes()) {
            throw new GpuException(
                    "cuLaunchKernel",
                    INVALID_VALUE,
                    code.name() + " needs a parameter of " + code.parameterBytes() + " bytes in a direct buffer, not "
                            + parameter);
        }
        byte[] copy = new byte[code.parameterBytes()];
        parameter.get(0, copy);
        return copy;
    }

    private void require(int error, boolean holds, String text, Launch launch) {
        if (!holds) {
            throw new GpuException("cuLaunchKernel", error, code.name() + ": " + text + ": " + launch);
        }
    }
}
