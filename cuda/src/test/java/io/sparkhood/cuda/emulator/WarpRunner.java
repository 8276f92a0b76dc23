package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.emulator.EmulatorFault.Kind;
import java.util.BitSet;

/** Runs a warp up to its next barrier or its end. */
final class WarpRunner {
    private final Instruction[] code;
    private final int[] meetings; // [instruction] where the sides of a branch meet again, or -1
    private final long limit;
    private final Counters counters;
    private final Schedule schedule;
    private final boolean[] reached; // [instruction] by any warp so far
    private long executed; // warp instructions of the block

    WarpRunner(PtxEntryPoint entryPoint, EmulatorOptions options, Counters counters, Schedule schedule) {
        this.code = entryPoint.code();
        this.meetings = entryPoint.meetings();
        this.limit = options.warpInstructionLimit();
        this.counters = counters;
        this.schedule = schedule;
        this.reached = new boolean[code.length];
    }

    /** Lines of the text whose instructions a warp came to so far. */
    BitSet linesReached() {
        BitSet lines = new BitSet();
        for (int at = 0; at < code.length; at++) {
            if (reached[at]) {
                lines.set(code[at].statement().line());
            }
        }
        return lines;
    }

    void beginBlock() {
        executed = 0;
    }

    void run(Warp warp) {
        Paths paths = warp.paths;
        while (paths.mask != 0) {
            Instruction instruction = code[paths.pc];
            reached[paths.pc] = true;
            warp.meet(instruction);
            int mask = guarded(warp, instruction);
            count(warp, mask);
            if (mask == 0) {
                paths.advance(paths.pc + 1);
            } else if (instruction.flow() == Flow.NEXT) {
                execute(warp, instruction, mask);
                paths.advance(paths.pc + 1);
            } else if (instruction.flow() == Flow.BRANCH) {
                branch(warp, instruction, mask);
            } else if (instruction.flow() == Flow.EXIT) {
                exit(warp, mask);
            } else {
                barrier(warp, instruction, mask);
                return;
            }
        }
    }

    private int guarded(Warp warp, Instruction instruction) {
        int mask = warp.paths.mask;
        int guard = instruction.guard();
        if (guard < 0) {
            return mask;
        }
        RegisterFile registers = warp.registers;
        requireDefined(warp, guard, mask);
        return mask & (instruction.guardNegated() ? ~registers.predicates[guard] : registers.predicates[guard]);
    }

    private void count(Warp warp, int mask) {
        counters.warpInstructions++;
        counters.laneInstructions += Integer.bitCount(mask);
        if (++executed > limit) {
            throw warp.fault(Kind.ENDLESS, "the block has run " + limit + " warp instructions", -1);
        }
    }

    private static void execute(Warp warp, Instruction instruction, int mask) {
        for (int source : instruction.sources()) {
            requireDefined(warp, source, mask);
        }
        instruction.operation().execute(warp, mask);
        int[] defined = warp.registers.defined;
        for (int destination : instruction.destinations()) {
            defined[destination] |= mask;
        }
    }

    private static void requireDefined(Warp warp, int slot, int mask) {
        int undefined = mask & ~warp.registers.defined[slot];
        if (undefined != 0) {
            String name = warp.block.launched().entryPoint().registerName(slot);
            throw warp.fault(
                    Kind.UNINITIALISED_REGISTER, name + " was never written", Integer.numberOfTrailingZeros(undefined));
        }
    }

    private void branch(Warp warp, Instruction instruction, int mask) {
        Paths paths = warp.paths;
        if (mask == paths.mask) {
            paths.advance(instruction.target());
        } else if (code[instruction.target()].endsAll()) {
            // Lanes that only go to their end do not wait for the others, nor the others for them.
            exit(warp, mask);
        } else if (paths.pc + 1 < code.length && code[paths.pc + 1].endsAll()) {
            int target = instruction.target();
            exit(warp, paths.mask & ~mask);
            paths.advance(target);
        } else {
            paths.split(mask, instruction.target(), meetings[paths.pc], schedule.flip());
        }
    }

    private static void exit(Warp warp, int mask) {
        warp.copies.checkDone(warp, mask);
        warp.paths.exit(mask);
    }

    private static void barrier(Warp warp, Instruction instruction, int mask) {
        Paths paths = warp.paths;
        if (mask != paths.alive) {
            throw warp.fault(
                    Kind.DIVERGENCE,
                    String.format("lanes 0x%08x are at the barrier, but 0x%08x run", mask, paths.alive),
                    Integer.numberOfTrailingZeros(paths.alive & ~mask));
        }
        execute(warp, instruction, mask);
        paths.advance(paths.pc + 1);
        warp.barrier = instruction.target();
    }
}
