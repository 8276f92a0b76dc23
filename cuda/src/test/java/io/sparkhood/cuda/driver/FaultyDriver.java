package io.sparkhood.cuda.driver;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Puts failures into the calls of another driver. */
public final class FaultyDriver {
    private final GpuDriver around;
    private long failAt;
    private int code;
    private boolean sticky;
    private long calls;
    private @Nullable String failed;

    public FaultyDriver(GpuDriver around) {
        this.around = around;
    }

    /**
     * Fails once, at a call from now on.
     *
     * @param call number of the call, the first being 1; 0 for none
     * @param sticky whether every call after it fails as well
     */
    public void failAt(long call, int code, boolean sticky) {
        this.failAt = call;
        this.code = code;
        this.sticky = sticky;
        this.calls = 0;
        this.failed = null;
    }

    /** Calls since {@link #failAt}. */
    public long calls() {
        return calls;
    }

    /** The call that failed, or null. */
    public @Nullable String failed() {
        return failed;
    }

    /** The driver that fails. */
    public GpuDriver driver() {
        return (GpuDriver) Proxy.newProxyInstance(
                GpuDriver.class.getClassLoader(), new Class<?>[] {GpuDriver.class}, (proxy, method, arguments) -> {
                    calls++;
                    boolean now = calls == failAt;
                    if (now) {
                        failed = method.getName();
                    }
                    if (now || sticky && failed != null) {
                        throw new GpuException(method.getName(), code, "put in by a test");
                    }
                    try {
                        return method.invoke(around, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }
}
