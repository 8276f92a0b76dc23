package io.sparkhood.cuda.emulator;

/** An entry point, decoded. Immutable. */
public final class PtxEntryPoint {
    private final String name;
    private final int maxThreads;
    private final PtxBody body;
    private final RegisterSlots slots;
    private final Instruction[] code;
    private final int[] meetings;

    PtxEntryPoint(String name, int maxThreads, PtxBody body, RegisterSlots slots, Instruction[] code) {
        this(name, maxThreads, body, slots, code, PostDominators.of(code));
    }

    private PtxEntryPoint(
            String name, int maxThreads, PtxBody body, RegisterSlots slots, Instruction[] code, int[] meetings) {
        this.name = name;
        this.maxThreads = maxThreads;
        this.body = body;
        this.slots = slots;
        this.code = code;
        this.meetings = meetings;
    }

    /**
     * A copy with another statement in the place of the one that begins in a line of the text, or with none if it is blank.
     * Branches stay branches to the same place.
     */
    public PtxEntryPoint with(int line, String statement) {
        RegisterSlots changedSlots = slots.copy();
        int at = body.at(line);
        Instruction[] changed = code.clone();
        changed[at] = body.decode(at, statement, changedSlots);
        if (goesOnElsewhere(code[at], changed[at]) || goesOnElsewhere(changed[at], code[at])) {
            throw new IllegalArgumentException("line " + line + " is to go another way: " + statement);
        }
        return new PtxEntryPoint(name, maxThreads, body, changedSlots, changed, meetings);
    }

    private static boolean goesOnElsewhere(Instruction one, Instruction other) {
        boolean leaves = one.flow() == Flow.BRANCH || one.flow() == Flow.EXIT;
        return leaves
                && (one.flow() != other.flow()
                        || one.target() != other.target()
                        || one.guard() < 0 != other.guard() < 0);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Bytes of its parameters. */
    public int parameterBytes() {
        return body.layout().parameterBytes();
    }

    /** Bytes of shared memory that it declares itself, up to where its dynamic shared memory begins. */
    public int staticSharedBytes() {
        return body.layout().sharedBytes();
    }

    /** The most threads of a block that it allows. */
    public int maxThreads() {
        return maxThreads;
    }

    /** Bytes of each thread's own memory. */
    int localBytes() {
        return body.layout().localBytes();
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
