package io.sparkhood.cuda;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Why mutants survive: {@code measurements/mutation-rules.txt}, each rule made by reading the survivors that it names. A line is
 * {@code class | entry points | what is seen | reason}, the second and the third regular expressions, of which the first in the
 * file that fits counts. What is seen are the verdict, the two lines before, the change, and the two lines behind it: {@code
 * SAME before; before; instruction => changed; behind; behind;}.
 */
final class MutationRules {
    /** What a surviving mutant is. */
    enum Kind {
        /** Nothing that anybody could see is different. */
        EQUIVALENT,
        /** No operator comes to it. */
        DEAD_CODE,
        /** Right, but more is done. */
        EXTRA_WORK,
        /** Wrong, and not noticed. */
        HOLE,
        /** No rule fits. */
        UNCLASSIFIED
    }

    /** One of them. */
    record Rule(Kind kind, Pattern entryPoints, Pattern seen, String reason) {}

    private static final Rule NONE =
            new Rule(Kind.UNCLASSIFIED, Pattern.compile(""), Pattern.compile(""), "no rule fits");
    private static final int AROUND = 2;

    private final List<Rule> rules = new ArrayList<>();

    private MutationRules() {}

    /** Reads them. */
    static MutationRules read(Path file) throws IOException {
        MutationRules read = new MutationRules();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(" \\| ", 4);
                Kind kind = Kind.valueOf(parts[0]);
                read.rules.add(new Rule(kind, Pattern.compile(parts[1]), Pattern.compile(parts[2]), parts[3]));
            }
        }
        return read;
    }

    /** The rule for what is seen of a survivor. */
    Rule of(String entryPoint, String seen) {
        Optional<Rule> found = rules.stream()
                .filter(rule -> rule.entryPoints().matcher(entryPoint).matches())
                .filter(rule -> rule.seen().matcher(seen).find())
                .findFirst();
        return found.orElse(NONE);
    }

    /** What is seen of a survivor in a text, line by line. */
    static String seen(Verdict verdict, List<String> lines, Mutant mutant) {
        StringBuilder seen = new StringBuilder(verdict + " ");
        for (int line = mutant.line() - AROUND; line <= mutant.line() + AROUND; line++) {
            String text = line < 1 || line > lines.size() ? "" : plain(lines.get(line - 1));
            seen.append(text);
            if (line == mutant.line()) {
                seen.append(" => ").append(plain(mutant.changed()));
            }
            seen.append("; ");
        }
        return seen.toString();
    }

    private static String plain(String line) {
        return line.strip().replace(";", "").replaceAll("\\s+", " ");
    }
}
