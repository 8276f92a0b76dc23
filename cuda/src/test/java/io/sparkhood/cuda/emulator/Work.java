package io.sparkhood.cuda.emulator;

/** A piece of work that waits on a stream. */
interface Work {
    /** Whether what it waits for on other streams is done. */
    default boolean ready() {
        return true;
    }

    void run();
}
