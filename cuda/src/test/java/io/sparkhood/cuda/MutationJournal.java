package io.sparkhood.cuda;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the mutants of one entry point so far: a file with one line for each, so that a run that was cut off goes on
 * where it stopped. The first line names the text that was mutated; verdicts about another text are thrown away.
 */
final class MutationJournal {
    private final Path file;
    private final Map<String, Verdict> verdicts = new HashMap<>(); // by change; guarded by this

    private MutationJournal(Path file) {
        this.file = file;
    }

    /** Opens or begins it. */
    static MutationJournal open(Path directory, String entryPoint, String text) throws IOException {
        MutationJournal journal =
                new MutationJournal(Files.createDirectories(directory).resolve(entryPoint + ".txt"));
        String head = String.format("%s %08x", entryPoint, text.hashCode());
        List<String> lines = Files.exists(journal.file) ? Files.readAllLines(journal.file) : List.of();
        if (lines.isEmpty() || !lines.get(0).equals(head)) {
            Files.writeString(journal.file, head + "\n");
            return journal;
        }
        for (String line : lines.subList(1, lines.size())) {
            int end = line.indexOf(' ');
            if (end > 0) {
                journal.verdicts.put(line.substring(end + 1), Verdict.valueOf(line.substring(0, end)));
            }
        }
        return journal;
    }

    /** The last verdict. */
    synchronized Optional<Verdict> verdict(Mutant mutant) {
        return Optional.ofNullable(verdicts.get(mutant.change()));
    }

    /** Keeps a verdict, in the place of one before. */
    synchronized void add(Mutant mutant, Verdict verdict) {
        verdicts.put(mutant.change(), verdict);
        try {
            Files.writeString(
                    file, verdict + " " + mutant.change() + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
