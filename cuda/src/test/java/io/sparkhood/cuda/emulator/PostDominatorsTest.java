package io.sparkhood.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Post-dominators of drawn graphs against their definition. */
final class PostDominatorsTest {
    private static final int LENGTH = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void areTheFirstThatEveryWayComesThrough(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Instruction[] code = drawn(random);
            int[] found = PostDominators.of(code);
            for (int at = 0; at < LENGTH; at++) {
                assertThat(found[at]).as("%d of %s", at, describe(code)).isEqualTo(defined(code, at));
            }
        }
    }

    private static Instruction[] drawn(Random random) {
        Instruction[] code = new Instruction[LENGTH];
        for (int at = 0; at < LENGTH; at++) {
            boolean last = at == LENGTH - 1;
            boolean branch = !last && random.nextInt(2) == 0;
            boolean exit = last || !branch && random.nextInt(8) == 0;
            int guard = !last && random.nextInt(4) != 0 ? 0 : -1;
            Flow flow = branch ? Flow.BRANCH : exit ? Flow.EXIT : Flow.NEXT;
            code[at] = new Instruction(
                    new Statement(at, "", null, Opcode.of("test"), List.of()),
                    guard,
                    false,
                    new int[0],
                    new int[0],
                    (warp, mask) -> {},
                    flow,
                    branch ? random.nextInt(LENGTH) : -1);
        }
        return code;
    }

    private static String describe(Instruction[] code) {
        List<String> parts = new ArrayList<>();
        for (Instruction instruction : code) {
            parts.add((instruction.guard() < 0 ? "" : "maybe ") + instruction.flow() + " " + instruction.target());
        }
        return parts.toString();
    }

    /** The one among all that post-dominate it which the others post-dominate in turn, -1 for the end alone. */
    private static int defined(Instruction[] code, int at) {
        if (!reachesEnd(code, at, -1)) {
            return -1;
        }
        for (int candidate = 0; candidate < LENGTH; candidate++) {
            if (candidate != at && reachesEnd(code, candidate, -1) && !reachesEnd(code, at, candidate)) {
                boolean nearest = true;
                for (int other = 0; other < LENGTH; other++) {
                    boolean alsoPostDominates = other != at && other != candidate && !reachesEnd(code, at, other);
                    nearest &= !alsoPostDominates || !reachesEnd(code, candidate, other);
                }
                if (nearest) {
                    return candidate;
                }
            }
        }
        return -1;
    }

    /** Whether a way leads from here to the end that avoids an instruction. */
    private static boolean reachesEnd(Instruction[] code, int from, int avoided) {
        boolean[] seen = new boolean[LENGTH + 1];
        List<Integer> open = new ArrayList<>(List.of(from));
        while (!open.isEmpty()) {
            int at = open.remove(open.size() - 1);
            if (at == LENGTH) {
                return true;
            }
            if (at == avoided || seen[at]) {
                continue;
            }
            seen[at] = true;
            Instruction instruction = code[at];
            if (instruction.flow() == Flow.BRANCH) {
                open.add(instruction.target());
            } else if (instruction.flow() == Flow.EXIT) {
                open.add(LENGTH);
            }
            if (instruction.flow() == Flow.NEXT || instruction.guard() >= 0) {
                open.add(at + 1);
            }
        }
        return false;
    }
}
