package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationJournalTest {
    private static final Mutant ONE = new Mutant(1, "line 1: a => b", "b");
    private static final Mutant OTHER = new Mutant(2, "line 2: a => ", "");

    @Test
    void keepsTheLastVerdictAboutATextAndNoneAboutAnother(@TempDir Path directory) throws IOException {
        MutationJournal first = MutationJournal.open(directory, "entry", "text");
        first.add(ONE, Verdict.SAME);
        first.add(OTHER, Verdict.FAULT);
        first.add(ONE, Verdict.WRONG_RESULT);
        MutationJournal second = MutationJournal.open(directory, "entry", "text");
        assertThat(second.verdict(ONE)).contains(Verdict.WRONG_RESULT);
        assertThat(second.verdict(OTHER)).contains(Verdict.FAULT);
        assertThat(MutationJournal.open(directory, "entry", "other text").verdict(ONE))
                .isEmpty();
        assertThat(MutationJournal.open(directory, "entry", "text").verdict(OTHER))
                .isEmpty();
    }
}
