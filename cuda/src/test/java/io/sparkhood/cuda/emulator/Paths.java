package io.sparkhood.cuda.emulator;

import java.util.Arrays;

/**
 * Where the lanes of a warp are. Lanes that part at a branch run one side after the other, up to where both sides must come
 * together again, the branch's immediate post-dominator; the lanes that wait stand on a stack.
 */
final class Paths {
    private int[] waitingPc = new int[8]; // [depth] where they go on
    private int[] waitingMask = new int[8]; // [depth]
    private int[] waitingJoin = new int[8]; // [depth] where they wait in turn
    private int depth;

    int pc;
    int mask; // lanes that run now
    int alive; // lanes that have not ended
    private int join; // where the lanes that run now wait for others

    void begin(int lanes) {
        depth = 0;
        pc = 0;
        mask = lanes;
        alive = lanes;
        join = -1;
    }

    /** All lanes that run go to an instruction. */
    void advance(int next) {
        pc = next;
        while (pc == join || mask == 0 && alive != 0) {
            pop();
        }
    }

    /** Some lanes go to the target and some to the next instruction; all meet again at a place, or at none (-1). */
    void split(int taken, int target, int meet, boolean targetFirst) {
        int next = pc + 1;
        int others = mask & ~taken;
        if (meet >= 0 && meet != join) {
            push(meet, mask, join);
        }
        // Lanes that go straight to the meeting place wait there already.
        int outer = meet >= 0 ? meet : join;
        boolean both = target != outer && next != outer;
        if (both) {
            push(targetFirst ? next : target, targetFirst ? others : taken, outer);
        }
        boolean runTarget = both ? targetFirst : target != outer;
        pc = runTarget ? target : next;
        mask = runTarget ? taken : others;
        join = outer;
        advance(pc);
    }

    /** Lanes end; the others go to the next instruction. */
    void exit(int lanes) {
        alive &= ~lanes;
        mask &= ~lanes;
        advance(pc + 1);
    }

    private void push(int nextPc, int lanes, int nextJoin) {
        if (depth == waitingPc.length) {
            waitingPc = Arrays.copyOf(waitingPc, 2 * depth);
            waitingMask = Arrays.copyOf(waitingMask, 2 * depth);
            waitingJoin = Arrays.copyOf(waitingJoin, 2 * depth);
        }
        waitingPc[depth] = nextPc;
        waitingMask[depth] = lanes;
        waitingJoin[depth++] = nextJoin;
    }

    private void pop() {
        depth--;
        pc = waitingPc[depth];
        mask = waitingMask[depth] & alive;
        join = waitingJoin[depth];
    }
}
