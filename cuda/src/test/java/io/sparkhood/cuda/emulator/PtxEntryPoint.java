package io.sparkhood.cuda.emulator;

/** An entry point, decoded. Immutable. */
public final class PtxEntryPoint {
    private final String name;
    private final int maxThreads;
    private final MemoryLayout layout;
    private final RegisterSlots slots;
    private final Instruction[] code;
    private final int[] meetings;

    PtxEntryPoint(String name, int maxThreads, MemoryLayout layout, RegisterSlots slots, Instruction[] code) {
        this.name = name;
        this.maxThreads = maxThreads;
        this.layout = layout;
        this.slots = slots;
        this.code = code;
        this.meetings = PostDominators.of(code);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Bytes of its parameters. */
    public int parameterBytes() {
        return layout.parameterBytes();
    }

    /** Bytes of shared memory that it declares itself, up to where its dynamic shared memory begins. */
    public int staticSharedBytes() {
        return layout.sharedBytes();
    }

    /** The most threads of a block that it allows. */
    public int maxThreads() {
        return maxThreads;
    }

    /** Bytes of each thread's own memory. */
    int localBytes() {
        return layout.localBytes();
    }

    RegisterSlots slots() {
        return slots;
    }

    String registerName(int slot) {
        return slots.name(slot);
    }

    Instruction instruction(int index) {
        return code[index];
    }

    /** Its instructions; not to be changed. */
    Instruction[] code() {
        return code;
    }

    /** For each branch where its sides meet again, or -1; not to be changed. */
    int[] meetings() {
        return meetings;
    }
}
