package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.Arrays;

/** The 32 threads of a block that run together, and what they hold. */
final class Warp {
    private static final int LANES = RegisterFile.LANES;

    final Block block;
    final int number;
    final RegisterFile registers;
    final AsyncCopies copies = new AsyncCopies();
    final Paths paths = new Paths();
    final long[] addresses = new long[LANES]; // of the instruction at hand
    final byte[][] local; // [lane][byte]
    final boolean[][] localWritten; // [lane][byte]
    long clock; // accesses of this warp before it are ordered among themselves
    int barrier = -1; // number of the barrier that it waits at
    private final int[] scratch = new int[LANES];
    private final long[] longScratch = new long[LANES];
    private Instruction instruction; // at hand

    Warp(Block block, int number) {
        this.block = block;
        this.number = number;
        PtxEntryPoint entryPoint = block.launched().entryPoint();
        this.registers = entryPoint.slots().newFile();
        this.local = new byte[LANES][entryPoint.localBytes()];
        this.localWritten = new boolean[LANES][entryPoint.localBytes()];
        this.instruction = entryPoint.instruction(0);
    }

    /** Begins a block anew with its first so many lanes. */
    void begin(int lanes) {
        registers.clear();
        block.launched().entryPoint().slots().place(registers, block.launched(), block.number(), number);
        copies.clear();
        for (boolean[] written : localWritten) {
            Arrays.fill(written, false);
        }
        clock = block.clock.begin();
        barrier = -1;
        paths.begin(lanes == LANES ? -1 : (1 << lanes) - 1);
    }

    /** Number of a lane's thread in the block. */
    int thread(int lane) {
        return number * LANES + lane;
    }

    void meet(Instruction next) {
        instruction = next;
    }

    EmulatorFault fault(Kind kind, String text, int lane) {
        Statement statement = instruction.statement();
        return new EmulatorFault(
                kind, text, new EmulatorFault.Place(statement.line(), statement.text(), block.number(), number, lane));
    }

    /** Faults unless all 32 lanes are here. */
    void requireAll(int mask) {
        if (mask != -1) {
            throw fault(Kind.DIVERGENCE, "only " + Integer.bitCount(mask) + " of 32 lanes are here", firstNotIn(mask));
        }
    }

    private static int firstNotIn(int mask) {
        return Integer.numberOfTrailingZeros(~mask);
    }

    /** Faults unless the lanes here are those that every one of them names, apart from ended ones. */
    void requireMembers(int mask, int[] members) {
        for (int lane = 0; lane < LANES; lane++) {
            if ((mask >>> lane & 1) != 0 && (members[lane] & paths.alive) != mask) {
                throw fault(
                        Kind.DIVERGENCE,
                        String.format("lanes 0x%08x are here, but 0x%08x are named", mask, members[lane]),
                        lane);
            }
        }
    }

    /** A lane to read from, which must be here. */
    int requireSource(int mask, int lane, int source) {
        if ((mask >>> source & 1) == 0) {
            throw fault(Kind.DIVERGENCE, "lane " + source + ", which it reads, is not here", lane);
        }
        return source;
    }

    /** Orders what the warp's lanes did before what they do after. */
    void passBarrier(int mask) {
        if (mask == paths.alive) {
            clock = block.clock.passWarpBarrier();
        }
    }

    /** Where to compute a word of all lanes: the register itself, if all may be written. */
    int[] target(int slot, int mask) {
        return mask == -1 ? registers.words[slot] : scratch;
    }

    /** Takes what was computed for the lanes of the mask. */
    void keep(int slot, int mask) {
        if (mask != -1) {
            int[] words = registers.words[slot];
            for (int lane = 0; lane < LANES; lane++) {
                words[lane] = (mask >>> lane & 1) != 0 ? scratch[lane] : words[lane];
            }
        }
    }

    long[] longTarget(int slot, int mask) {
        return mask == -1 ? registers.longs[slot] : longScratch;
    }

    void keepLong(int slot, int mask) {
        if (mask != -1) {
            long[] longs = registers.longs[slot];
            for (int lane = 0; lane < LANES; lane++) {
                longs[lane] = (mask >>> lane & 1) != 0 ? longScratch[lane] : longs[lane];
            }
        }
    }

    /** Takes the bits of a predicate for the lanes of the mask; slot -1 is thrown away. */
    void keepPredicate(int slot, int value, int mask) {
        if (slot >= 0) {
            registers.predicates[slot] = registers.predicates[slot] & ~mask | value & mask;
        }
    }

    /** One word for all lanes of the mask. */
    void keepAll(int slot, int value, int mask) {
        for (int lane = 0; lane < LANES; lane++) {
            if ((mask >>> lane & 1) != 0) {
                registers.words[slot][lane] = value;
            }
        }
    }
}
