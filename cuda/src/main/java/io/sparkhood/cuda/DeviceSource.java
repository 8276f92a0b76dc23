package io.sparkhood.cuda;

/** Device memory straight from the driver. */
record DeviceSource(Device device, long budgetBytes) implements MemoryPool.Source<Long> {
    @Override
    public Long allocate(long bytes) {
        return device.call(driver -> driver.allocate(bytes));
    }

    @Override
    public void free(Long address) {
        device.release(driver -> driver.free(address));
    }

    @Override
    public String exhausted(long askedBytes, long usedBytes) {
        return "device memory is exhausted: " + askedBytes + " bytes asked for, " + device.freeText() + ", " + usedBytes
                + " of the budget of " + budgetBytes + " bytes in use; lower maxBatchBytes";
    }
}
