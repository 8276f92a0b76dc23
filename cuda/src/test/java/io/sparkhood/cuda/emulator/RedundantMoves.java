package io.sparkhood.cuda.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * Moves of an entry point that could be left out: on every way that leads to them the register holds the value already, or on
 * every way from them it is written again before it is read. Each lane is looked at alone; a lane that reads another's register
 * stands at the same instruction.
 */
public final class RedundantMoves {
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Instruction[] code;
    private final int[] places; // [slot] its place among those that a move writes, or -1
    private final int tracked; // slots that a move writes
    private final long[][] before; // [instruction][place] the number that it holds, or UNKNOWN
    private final BitSet[] live; // [instruction] slots that are read after it before they are written

    /** Of one entry point. */
    public RedundantMoves(PtxEntryPoint entryPoint) {
        code = entryPoint.code();
        places = new int[entryPoint.slots().count()];
        Arrays.fill(places, -1);
        int count = 0;
        for (Instruction instruction : code) {
            if (isMove(instruction) && places[instruction.destinations()[0]] < 0) {
                places[instruction.destinations()[0]] = count++;
            }
        }
        tracked = count;
        before = new long[code.length][];
        live = new BitSet[code.length];
        followConstants();
        followReads();
    }

    private static boolean isMove(Instruction instruction) {
        return instruction.statement().opcode().base().equals("mov")
                && instruction.destinations().length == 1
                && instruction.sources().length <= 1;
    }

    /** Whether the move that begins in a line of the text is one of them. */
    public boolean holds(int line) {
        for (int at = 0; at < code.length; at++) {
            if (code[at].statement().line() == line && isMove(code[at])) {
                int to = code[at].destinations()[0];
                boolean known = before[at] != null && before[at][places[to]] != UNKNOWN;
                return !live[at].get(to) || known && before[at][places[to]] == value(at);
            }
        }
        return false;
    }

    /** The number that a move takes, as far as it is known. */
    private long value(int at) {
        int[] from = code[at].sources();
        if (from.length == 1) {
            return places[from[0]] < 0 ? UNKNOWN : before[at][places[from[0]]];
        }
        return code[at].statement().operands().get(1) instanceof Operand.Literal literal ? literal.bits() : UNKNOWN;
    }

    private int[] successors(int at) {
        Instruction instruction = code[at];
        boolean always = instruction.guard() < 0;
        return switch (instruction.flow()) {
            case BRANCH -> always ? new int[] {instruction.target()} : new int[] {instruction.target(), at + 1};
            case EXIT -> always ? new int[0] : new int[] {at + 1};
            default -> new int[] {at + 1};
        };
    }

    private void followConstants() {
        Deque<Integer> work = new ArrayDeque<>();
        before[0] = new long[tracked];
        Arrays.fill(before[0], UNKNOWN);
        work.add(0);
        while (!work.isEmpty()) {
            int at = work.remove();
            long[] after = after(at);
            for (int next : successors(at)) {
                if (meet(next, after)) {
                    work.add(next);
                }
            }
        }
    }

    private long[] after(int at) {
        long[] after = before[at].clone();
        for (int to : code[at].destinations()) {
            if (places[to] >= 0) {
                after[places[to]] = UNKNOWN;
            }
        }
        if (isMove(code[at]) && code[at].guard() < 0) {
            after[places[code[at].destinations()[0]]] = value(at);
        }
        return after;
    }

    /** Whether it changes what is known before an instruction. */
    private boolean meet(int at, long[] values) {
        if (before[at] == null) {
            before[at] = values.clone();
            return true;
        }
        boolean changed = false;
        for (int place = 0; place < tracked; place++) {
            if (before[at][place] != values[place] && before[at][place] != UNKNOWN) {
                before[at][place] = UNKNOWN;
                changed = true;
            }
        }
        return changed;
    }

    private void followReads() {
        for (int at = 0; at < code.length; at++) {
            live[at] = new BitSet();
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int at = code.length - 1; at >= 0; at--) {
                int known = live[at].cardinality();
                for (int next : successors(at)) {
                    live[at].or(readFrom(next));
                }
                changed |= live[at].cardinality() != known;
            }
        }
    }

    /** Slots that are read from an instruction on before they are written. */
    private BitSet readFrom(int at) {
        Instruction instruction = code[at];
        BitSet read = (BitSet) live[at].clone();
        if (instruction.guard() < 0) {
            for (int to : instruction.destinations()) {
                read.clear(to);
            }
        } else {
            read.set(instruction.guard());
        }
        for (int from : instruction.sources()) {
            read.set(from);
        }
        return read;
    }
}
