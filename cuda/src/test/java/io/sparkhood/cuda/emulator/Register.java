package io.sparkhood.cuda.emulator;

/**
 * A declared register.
 *
 * @param slot its number in the register file
 * @param bits 1 for predicates, 16, 32 or 64
 */
record Register(int slot, int bits) {
    boolean isPredicate() {
        return bits == 1;
    }

    boolean isLong() {
        return bits == 64;
    }
}
