package io.sparkhood.backend;

/**
 * A device that nothing can use any more in this process, whatever is tried. Thrown by the call that found it out and by every
 * later one; only a new process can work on the device again.
 */
public final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * A lost device.
     *
     * @param message the device, since when, and the cure
     * @param cause the error that lost it
     */
    public DeviceLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
