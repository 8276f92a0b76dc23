package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.GpuDriver;

/**
 * A stream whose order has numbered points, 1, 2, 3 ..., that other streams and the host can wait for. The last few points have
 * an event each; waiting for an older one waits for a later one in its place, which is safe and no longer ever needed.
 */
final class OrderedStream {
    /** Points with an event of their own: more than the operations of two batches on one stream. */
    private static final int EVENTS = 16;

    private final int index;
    private final long[] events = new long[EVENTS]; // made on first use
    private final long[] waitedFor; // by index of another stream: its latest point that this one waits for
    private long stream; // 0 before open and after close
    private long recorded;
    private long done;

    /**
     * A stream, not yet open.
     *
     * @param index among {@code streams} streams that wait for each other
     */
    OrderedStream(int index, int streams) {
        this.index = index;
        this.waitedFor = new long[streams];
    }

    void open(GpuDriver driver) {
        stream = driver.createStream();
    }

    int index() {
        return index;
    }

    long handle() {
        return stream;
    }

    /** Sets the next point after everything that is on this stream by now. */
    long record(GpuDriver driver) {
        int slot = slot(recorded + 1);
        if (events[slot] == 0) {
            events[slot] = driver.createEvent();
        }
        driver.record(events[slot], stream);
        return ++recorded;
    }

    /** The latest point; 0 before the first. */
    long recorded() {
        return recorded;
    }

    /** Lets what comes next on this stream wait for a point of another; 0 is no point. */
    void waitFor(GpuDriver driver, OrderedStream other, long point) {
        if (point > other.done && point > waitedFor[other.index]) {
            driver.waitFor(stream, other.events[slot(point)]);
            waitedFor[other.index] = point;
        }
    }

    /** Returns when a point is reached; 0 is no point. */
    void await(GpuDriver driver, long point) {
        if (point > done) {
            driver.await(events[slot(point)]);
            done = point;
        }
    }

    /** Takes note that a point is reached, because one that comes after it on another stream is. */
    void reached(long point) {
        done = Math.max(done, point);
    }

    /** Whether a point is known to be reached, without asking the driver. */
    boolean isDone(long point) {
        return point <= done;
    }

    /** Returns when everything on this stream is done. */
    void synchronize(GpuDriver driver) {
        if (stream != 0) {
            driver.synchronize(stream);
            done = recorded;
        }
    }

    /** Destroys stream and events. */
    void close(Device device) {
        Release release = new Release();
        for (int slot = 0; slot < EVENTS; slot++) {
            long event = events[slot];
            events[slot] = 0;
            if (event != 0) {
                release.step(() -> device.release(driver -> driver.destroyEvent(event)));
            }
        }
        long open = stream;
        stream = 0;
        if (open != 0) {
            release.step(() -> device.release(driver -> driver.destroyStream(open)));
        }
        done = recorded;
        release.end();
    }

    private static int slot(long point) {
        return (int) (point % EVENTS);
    }
}
