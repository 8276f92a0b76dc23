package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;

/** The parameters of the entry point, which are read only. */
final class ParamPort implements MemoryPort {
    @Override
    public void load(Warp warp, int mask, long[] addresses, Transfer transfer) {
        byte[] parameter = warp.block.launched().parameter();
        int bytes = transfer.bytes();
        for (int lane = 0; lane < RegisterFile.LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                long address = addresses[lane];
                if (address < 0 || address + bytes > parameter.length) {
                    throw warp.fault(
                            Kind.OUT_OF_BOUNDS,
                            bytes + " bytes at parameter address " + address + " of " + parameter.length,
                            lane);
                }
                if (address % bytes != 0) {
                    throw warp.fault(Kind.MISALIGNED, bytes + " bytes at parameter address " + address, lane);
                }
                transfer.load(warp.registers, lane, parameter, (int) address);
            }
        }
    }

    @Override
    public void store(Warp warp, int mask, long[] addresses, Transfer transfer) {
        throw warp.fault(Kind.UNSUPPORTED, "parameters are read only", -1);
    }
}
