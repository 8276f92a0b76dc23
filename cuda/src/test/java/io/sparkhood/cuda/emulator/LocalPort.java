package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;

/** Local memory: each thread has its own. */
final class LocalPort implements MemoryPort {
    @Override
    public void load(Warp warp, int mask, long[] addresses, Transfer transfer) {
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                int at = check(warp, lane, addresses[lane], transfer.bytes());
                for (int i = 0; i < transfer.bytes(); i++) {
                    if (!warp.localWritten[lane][at + i]) {
                        throw warp.fault(
                                Kind.UNINITIALISED_MEMORY, "local byte " + (at + i) + " was never written", lane);
                    }
                }
                transfer.load(warp.registers, lane, warp.local[lane], at);
            }
        }
    }

    @Override
    public void store(Warp warp, int mask, long[] addresses, Transfer transfer) {
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                int at = check(warp, lane, addresses[lane], transfer.bytes());
                for (int i = 0; i < transfer.bytes(); i++) {
                    warp.localWritten[lane][at + i] = true;
                }
                transfer.store(warp.registers, lane, warp.local[lane], at);
            }
        }
    }

    private static int check(Warp warp, int lane, long address, int bytes) {
        int size = warp.local[lane].length;
        if (address < 0 || address + bytes > size) {
            throw warp.fault(Kind.OUT_OF_BOUNDS, bytes + " bytes at local address " + address + " of " + size, lane);
        }
        if (address % bytes != 0) {
            throw warp.fault(Kind.MISALIGNED, bytes + " bytes at local address " + address, lane);
        }
        return (int) address;
    }
}
