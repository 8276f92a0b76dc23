package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.GpuException;

/** The primary context of the one device: how often it is retained, and which threads have it. */
final class PrimaryContext {
    private static final long HANDLE = 0xC0FFEEL;
    private static final int INVALID_CONTEXT = 201;

    private final ThreadLocal<Boolean> current = ThreadLocal.withInitial(() -> false);
    private int retained;

    int retained() {
        return retained;
    }

    long retain() {
        retained++;
        return HANDLE;
    }

    void release() {
        if (retained == 0) {
            throw new GpuException("cuDevicePrimaryCtxRelease", INVALID_CONTEXT, "the context is not retained");
        }
        retained--;
    }

    void makeCurrent(long context) {
        if (context != HANDLE || retained == 0) {
            throw new GpuException("cuCtxSetCurrent", INVALID_CONTEXT, "the context is not retained");
        }
        current.set(true);
    }

    /** Throws unless the calling thread has the context. */
    void require(String call) {
        if (!current.get() || retained == 0) {
            throw new GpuException(call, INVALID_CONTEXT, "the calling thread has no context");
        }
    }
}
