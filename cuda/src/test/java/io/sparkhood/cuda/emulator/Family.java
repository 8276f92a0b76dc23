package io.sparkhood.cuda.emulator;

/** Decodes the instructions of one base opcode or of several. */
@FunctionalInterface
interface Family {
    /** Throws a fault of kind UNSUPPORTED for what it does not know. */
    Instruction decode(Binding binding);
}
