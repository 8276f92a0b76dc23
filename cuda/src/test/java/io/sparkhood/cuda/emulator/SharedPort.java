package io.sparkhood.cuda.emulator;

/** Shared memory. */
final class SharedPort implements MemoryPort {
    @Override
    public void load(Warp warp, int mask, long[] addresses, Transfer transfer) {
        SharedMemory memory = warp.block.shared;
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                memory.read(warp, lane, addresses[lane], transfer.bytes());
                transfer.load(warp.registers, lane, memory.data, (int) addresses[lane]);
            }
        }
        warp.block.countShared(addresses, mask, transfer.bytes());
    }

    @Override
    public void store(Warp warp, int mask, long[] addresses, Transfer transfer) {
        SharedMemory memory = warp.block.shared;
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                memory.write(warp, lane, addresses[lane], transfer.bytes());
                transfer.store(warp.registers, lane, memory.data, (int) addresses[lane]);
            }
        }
        warp.block.countShared(addresses, mask, transfer.bytes());
    }
}
