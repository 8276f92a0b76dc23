package io.sparkhood.cuda.driver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** JCuda's objects by the driver's own handles: JCuda can read a handle out of an object, but not make an object of a handle. */
final class Handles<T> {
    private final String kind;
    private final Map<Long, T> known = new ConcurrentHashMap<>();

    /** @param kind what they stand for, such as {@code stream} */
    Handles(String kind) {
        this.kind = kind;
    }

    long add(long handle, T object) {
        known.put(handle, object);
        return handle;
    }

    T get(long handle) {
        @Nullable T object = known.get(handle);
        if (object == null) {
            throw new IllegalArgumentException("there is no " + kind + " 0x" + Long.toHexString(handle));
        }
        return object;
    }

    void remove(long handle) {
        known.remove(handle);
    }
}
