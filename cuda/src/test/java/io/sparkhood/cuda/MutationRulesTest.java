package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.MutationRules.Kind;
import io.sparkhood.cuda.PtxMutants.Mutant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationRulesTest {
    private static final List<String> LINES = List.of("\tone;", "  two  %r1;", "three;", "@%p1 four;");

    @Test
    void aSurvivorIsSeenWithItsNeighbours() {
        assertThat(MutationRules.seen(Verdict.SAME, LINES, new Mutant(3, "", " other  %r2;")))
                .isEqualTo("SAME one; two %r1; three => other %r2; @%p1 four; ; ");
        assertThat(MutationRules.seen(Verdict.NOT_REACHED, LINES, new Mutant(1, "", "")))
                .isEqualTo("NOT_REACHED ; ; one => ; two %r1; three; ");
    }

    @Test
    void theFirstRuleThatFitsSaysWhatItIs(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("rules"), """
                # a comment

                DEAD_CODE | a.* | three => | first | of them
                EQUIVALENT | .* | ^SAME .* three => | second
                """);
        MutationRules rules = MutationRules.read(file);
        assertThat(rules.of("ab", "SAME two; three => ; four").reason()).isEqualTo("first | of them");
        assertThat(rules.of("b", "SAME two; three => ; four").kind()).isEqualTo(Kind.EQUIVALENT);
        assertThat(rules.of("b", "OTHER_WORK two; three => ; four").kind()).isEqualTo(Kind.UNCLASSIFIED);
        assertThat(rules.of("ba", "SAME four; five => ").kind()).isEqualTo(Kind.UNCLASSIFIED);
    }

    @Test
    void theRulesThatAreKeptCanBeRead() throws IOException {
        assertThat(MutationRules.read(Path.of("measurements", "mutation-rules.txt"))
                        .of("slot_softmax", "SAME ; ; mul.f32 %f1, %f2, 0f4B000000 => ; ; ; ")
                        .kind())
                .isEqualTo(Kind.EQUIVALENT);
    }
}
