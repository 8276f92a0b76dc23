package io.sparkhood.cuda.emulator;

/**
 * A named piece of parameter, shared or local memory.
 *
 * @param space where it lies
 * @param name of it
 * @param alignment of its address, in bytes
 * @param bytes of it; 0 for dynamic shared memory
 */
record Variable(Space space, String name, int alignment, int bytes) {
    /** A kind of memory that variables lie in. */
    enum Space {
        PARAM,
        SHARED,
        LOCAL
    }
}
