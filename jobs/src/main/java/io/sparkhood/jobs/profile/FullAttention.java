package io.sparkhood.jobs.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * As much of full self attention as can be timed in little time: fewer rows, then fewer heads, then a smaller map.
 *
 * @param part what is timed
 * @param factor pairs of the whole over pairs of the part: what the part's time is multiplied by
 */
record FullAttention(Problem part, double factor) {
    /** Takes the share of the problem's full self attention that is wanted, 1 or more for the whole. */
    static FullAttention of(Problem problem, double share) {
        Problem whole = problem.fullAttention();
        if (share >= 1) {
            return new FullAttention(whole, 1);
        }
        double pairs = whole.pairs(whole.fullPairs());
        Problem part = withFewerHeads(whole.withBatch(fewer(whole.batch(), share)), pairs * share);
        while (pairs(part) > pairs * share && part.operator().tokens() > 1) {
            part = onHalfTheMap(part);
        }
        return new FullAttention(part, pairs / pairs(part));
    }

    boolean whole() {
        return factor == 1;
    }

    private static Problem withFewerHeads(Problem full, double pairs) {
        int keyValueHeads = full.operator().keyValueHeads();
        int kept = fewer(keyValueHeads, pairs / pairs(full));
        int group = full.operator().heads() / keyValueHeads;
        return full.withShape(full.operator().featureMap(), kept * group, kept);
    }

    private static Problem onHalfTheMap(Problem full) {
        List<Integer> extents = new ArrayList<>(full.operator().featureMap());
        int longest = extents.indexOf(Collections.max(extents));
        extents.set(longest, extents.get(longest) / 2);
        return full.withShape(extents, full.operator().heads(), full.operator().keyValueHeads());
    }

    private static int fewer(int count, double share) {
        return (int) Math.max(1, Math.min(count, Math.floor(count * share)));
    }

    private static double pairs(Problem full) {
        return full.pairs(full.fullPairs());
    }
}
