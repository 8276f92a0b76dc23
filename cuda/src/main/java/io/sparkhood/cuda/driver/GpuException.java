package io.sparkhood.cuda.driver;

/** A call of the CUDA driver that failed: which one, with what code, and what that means for the process. */
public final class GpuException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int code;

    /**
     * A failed call.
     *
     * @param call the driver's function, such as {@code cuMemAlloc}
     * @param code its CUresult
     * @param text what the driver says of the code, and the cure where there is one
     */
    public GpuException(String call, int code, String text) {
        super(call + " failed with code " + code + ": " + text);
        this.call = call;
        this.code = code;
    }

    private GpuException(GpuException cause, String doing) {
        super(cause.getMessage() + " (" + doing + ")", cause);
        this.call = cause.call;
        this.code = cause.code;
    }

    /** The same with what was being done in the message. */
    public GpuException during(String doing) {
        return new GpuException(this, doing);
    }

    /** The driver's function. */
    public String call() {
        return call;
    }

    /** Its CUresult. */
    public int code() {
        return code;
    }

    /** Whether less memory would help: CUDA_ERROR_OUT_OF_MEMORY. */
    public boolean outOfMemory() {
        return code == 2;
    }

    /** Whether the context is lost, so that nothing on this device can work in this process any more. */
    public boolean fatal() {
        return switch (code) {
            case 4, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719 -> true;
            default -> false;
        };
    }
}
