package io.sparkhood.cuda.emulator;

/**
 * The address operand of an instruction.
 *
 * @param slot of the register or constant that holds the base
 * @param isLong whether that has 64 bits
 * @param offset in bytes
 */
record AddressSlot(int slot, boolean isLong, long offset) {
    /** The addresses of all lanes; those of 32 bits wrap around as on a device. */
    long[] of(Warp warp) {
        long[] addresses = warp.addresses;
        if (isLong) {
            long[] base = warp.registers.longs[slot];
            for (int lane = 0; lane < RegisterFile.LANES; lane++) {
                addresses[lane] = base[lane] + offset;
            }
        } else {
            int[] base = warp.registers.words[slot];
            for (int lane = 0; lane < RegisterFile.LANES; lane++) {
                addresses[lane] = base[lane] + (int) offset & 0xffffffffL;
            }
        }
        return addresses;
    }
}
