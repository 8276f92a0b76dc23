package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.DeviceLimits;

/** A device cut down to one multiprocessor: a few blocks keep it busy, so that launches take rows as they would in large batches. */
final class OneMultiprocessor {
    private OneMultiprocessor() {}

    static DeviceLimits of(KnownDevice device) {
        DeviceLimits limits = device.limits();
        return new DeviceLimits(
                limits.computeCapability(),
                1,
                limits.sharedBytesPerBlock(),
                limits.sharedBytesPerMultiprocessor(),
                limits.registersPerMultiprocessor(),
                limits.clockHertz(),
                limits.memoryBytesPerSecond() / limits.multiprocessors());
    }
}
