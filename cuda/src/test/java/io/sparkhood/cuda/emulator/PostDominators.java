package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The immediate post-dominators of instructions: the first one that every way from there to the end comes through. Computed
 * as dominators of the reversed graph, after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
 */
final class PostDominators {
    private final Instruction[] code;
    private final int end; // stands for the end of all ways
    private final int[][] successors; // [instruction]
    private final List<List<Integer>> predecessors = new ArrayList<>(); // [instruction]
    private final int[] order; // [place] instruction, the end last
    private final int[] place; // [instruction] in the order, or -1 where no way leads to the end
    private final int[] nearest; // [instruction] its post-dominator so far, or -1
    private int visited;

    private PostDominators(Instruction[] code) {
        this.code = code;
        this.end = code.length;
        this.successors = new int[end + 1][];
        this.order = new int[end + 1];
        this.place = new int[end + 1];
        this.nearest = new int[end + 1];
    }

    /** For each instruction its immediate post-dominator, or -1 if the ways from there only meet in the end. */
    static int[] of(Instruction[] code) {
        PostDominators search = new PostDominators(code);
        search.link();
        search.order();
        search.solve();
        int[] result = Arrays.copyOf(search.nearest, code.length);
        for (int at = 0; at < result.length; at++) {
            result[at] = result[at] == search.end ? -1 : result[at];
        }
        return result;
    }

    private void link() {
        for (int at = 0; at <= end; at++) {
            predecessors.add(new ArrayList<>());
        }
        successors[end] = new int[0];
        for (int at = 0; at < end; at++) {
            successors[at] = successors(at);
            for (int next : successors[at]) {
                predecessors.get(next).add(at);
            }
        }
    }

    private int[] successors(int at) {
        Instruction instruction = code[at];
        boolean always = instruction.guard() < 0;
        int next = at + 1; // behind the last instruction lies the end
        return switch (instruction.flow()) {
            case BRANCH -> always ? new int[] {instruction.target()} : new int[] {instruction.target(), next};
            case EXIT -> always ? new int[] {end} : new int[] {end, next};
            default -> new int[] {next};
        };
    }

    /** Numbers the instructions in post-order of a depth-first search backward from the end, which keeps its own stack. */
    private void order() {
        Arrays.fill(place, -1);
        boolean[] seen = new boolean[end + 1];
        int[] stack = new int[end + 1];
        int[] tried = new int[end + 1];
        int depth = 1;
        stack[0] = end;
        seen[end] = true;
        while (depth > 0) {
            int at = stack[depth - 1];
            List<Integer> before = predecessors.get(at);
            if (tried[at] == before.size()) {
                depth--;
                place[at] = visited;
                order[visited++] = at;
            } else {
                int to = before.get(tried[at]++);
                if (!seen[to]) {
                    seen[to] = true;
                    stack[depth++] = to;
                }
            }
        }
    }

    private void solve() {
        Arrays.fill(nearest, -1);
        nearest[end] = end;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = visited - 2; i >= 0; i--) {
                int at = order[i];
                int found = -1;
                for (int next : successors[at]) {
                    if (nearest[next] >= 0) {
                        found = found < 0 ? next : common(found, next);
                    }
                }
                changed |= nearest[at] != found;
                nearest[at] = found;
            }
        }
    }

    /** The first instruction that comes after both. */
    private int common(int a, int b) {
        int x = a;
        int y = b;
        while (x != y) {
            while (place[x] < place[y]) {
                x = nearest[x];
            }
            while (place[y] < place[x]) {
                y = nearest[y];
            }
        }
        return x;
    }
}
