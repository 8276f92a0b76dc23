package io.sparkhood.backend;

/**
 * Memory of a device, or pinned memory beside it, that was asked for and is not there, though everything unused was given back.
 * A smaller batch may fit; nothing else was lost.
 */
public final class OutOfDeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Out of memory.
     *
     * @param message bytes asked for, free bytes, budget, and the cure
     */
    public OutOfDeviceMemoryException(String message) {
        super(message);
    }

    /**
     * Out of memory, because a call of the device's driver said so.
     *
     * @param message bytes asked for, free bytes, budget, and the cure
     */
    public OutOfDeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
