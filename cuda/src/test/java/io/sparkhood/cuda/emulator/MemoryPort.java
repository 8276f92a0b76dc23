package io.sparkhood.cuda.emulator;

/** One kind of memory as loads and stores of a warp meet it; addresses count from where that memory begins. */
interface MemoryPort {
    void load(Warp warp, int mask, long[] addresses, Transfer transfer);

    void store(Warp warp, int mask, long[] addresses, Transfer transfer);
}
