package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.GpuException;
import org.jspecify.annotations.Nullable;

/** The error that a device was lost by. From then on every call fails with it. */
final class DeviceErrors {
    private @Nullable EmulatorFault lostBy;

    /** Does work of the device; what it faults with is kept, for this call and for all that follow. */
    void run(Runnable work) {
        if (lostBy != null) {
            return; // a lost device does nothing
        }
        try {
            work.run();
        } catch (EmulatorFault fault) {
            lostBy = fault;
        }
    }

    /** Throws if the device is lost. */
    void check(String call) {
        if (lostBy != null) {
            GpuException exception = new GpuException(call, code(lostBy), String.valueOf(lostBy.getMessage()));
            exception.initCause(lostBy);
            throw exception;
        }
    }

    /** The CUresult that a driver would give: illegal address, illegal instruction, misaligned address, time-out or failure. */
    private static int code(EmulatorFault fault) {
        return switch (fault.kind()) {
            case OUT_OF_BOUNDS, FREED_MEMORY, UNINITIALISED_MEMORY -> 700;
            case UNSUPPORTED -> 715;
            case MISALIGNED -> 716;
            case ENDLESS, DEADLOCK -> 702;
            default -> 719;
        };
    }
}
