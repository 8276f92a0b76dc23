package io.sparkhood.cuda.emulator;

/** Global memory. */
final class GlobalPort implements MemoryPort {
    @Override
    public void load(Warp warp, int mask, long[] addresses, Transfer transfer) {
        GlobalMemory memory = warp.block.global;
        int bytes = transfer.bytes();
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                Allocation allocation = memory.forLane(warp, lane, addresses[lane], bytes);
                int at = memory.read(warp, lane, allocation, addresses[lane], bytes);
                transfer.load(warp.registers, lane, allocation.data(), at);
            }
        }
        warp.block.countGlobal(addresses, mask, bytes);
    }

    @Override
    public void store(Warp warp, int mask, long[] addresses, Transfer transfer) {
        GlobalMemory memory = warp.block.global;
        int bytes = transfer.bytes();
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                Allocation allocation = memory.forLane(warp, lane, addresses[lane], bytes);
                int at = memory.write(warp, lane, allocation, addresses[lane], bytes);
                transfer.store(warp.registers, lane, allocation.data(), at);
            }
        }
        warp.block.countGlobal(addresses, mask, bytes);
    }
}
