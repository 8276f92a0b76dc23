package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.GpuException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Things behind the 64-bit numbers that a driver gives out. No number is given out twice. */
final class Handles<T> {
    private static final int INVALID_HANDLE = 400;

    private final String kind;
    private final long tag; // in the upper half, so that a handle of another kind is none of these
    private final Map<Long, T> live = new HashMap<>();
    private long next = 1;

    Handles(String kind, int tag) {
        this.kind = kind;
        this.tag = (long) tag << 32;
    }

    long add(T thing) {
        long handle = tag | next++;
        live.put(handle, thing);
        return handle;
    }

    T get(String call, long handle) {
        return known(call, handle, live.get(handle));
    }

    T remove(String call, long handle) {
        return known(call, handle, live.remove(handle));
    }

    private T known(String call, long handle, @Nullable T thing) {
        if (thing == null) {
            throw new GpuException(
                    call, INVALID_HANDLE, String.format("0x%x is no %s, or none any more", handle, kind));
        }
        return thing;
    }

    int count() {
        return live.size();
    }
}
