package io.sparkhood.cuda;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.MutationRules.Kind;
import io.sparkhood.cuda.PtxMutants.Mutant;
import io.sparkhood.cuda.emulator.PtxModule;
import io.sparkhood.cuda.emulator.RedundantMoves;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Every small mistake in the entry points that are named, and what becomes of it: {@code target/mutants/<entry point>.txt} has a
 * line for each. Minutes for each entry point; run by the Maven profile {@code mutants}.
 *
 * <ul>
 *   <li>{@code -Dsparkhood.mutantsSeconds}: stops after so long; the next run goes on from there
 *   <li>{@code -Dsparkhood.mutantsAgain}: tries those again that survived, after cases were added
 * </ul>
 */
public final class MutationRun {
    private static final boolean AGAIN = Boolean.getBoolean("sparkhood.mutantsAgain");

    private final Path directory;
    private final MutationRules rules;
    private final long end = System.nanoTime() + 1_000_000_000L * Long.getLong("sparkhood.mutantsSeconds", 86_400L);

    private MutationRun(Path module) throws IOException {
        directory = module.resolve("target").resolve("mutants");
        rules = MutationRules.read(module.resolve("measurements").resolve("mutation-rules.txt"));
    }

    /**
     * Runs.
     *
     * @param args the module's directory, then entry points, in this order, or patterns of them; none: all
     */
    public static void main(String[] args) throws IOException {
        MutationRun run = new MutationRun(Path.of(args[0]));
        List<String> wanted = args.length == 1 ? List.of(".*") : List.of(args).subList(1, args.length);
        Map<String, Supplier<MutationOracle>> oracles = oracles();
        for (String pattern : wanted) {
            for (String name : oracles.keySet()) {
                if (name.matches(pattern)) {
                    System.out.println(run.of(name, oracles.get(name)));
                }
            }
        }
    }

    private static Map<String, Supplier<MutationOracle>> oracles() {
        Map<String, Supplier<MutationOracle>> oracles = new LinkedHashMap<>();
        UnfusedEntryPoint.all().forEach(code -> oracles.put(code.entryPoint(), () -> MutationOracle.of(code)));
        EntryPointShape.all().forEach(shape -> oracles.put(shape.entryPoint(), () -> MutationOracle.of(shape)));
        return oracles;
    }

    private String of(String name, Supplier<MutationOracle> oracle) throws IOException {
        String text = EmulatedRun.text(name + ".ptx");
        List<Mutant> mutants = PtxMutants.of(text);
        RedundantMoves moves = new RedundantMoves(PtxModule.parse(text).entryPoint(name));
        MutationJournal journal = MutationJournal.open(directory, name, text);
        List<Mutant> untried = mutants.stream()
                .filter(mutant -> journal.verdict(mutant)
                        .filter(verdict -> verdict.isKilled() || !AGAIN)
                        .isEmpty())
                .toList();
        if (!untried.isEmpty() && System.nanoTime() < end) {
            MutationOracle opened = oracle.get();
            untried.parallelStream().filter(mutant -> System.nanoTime() < end).forEach(mutant -> {
                journal.add(mutant, isNeedless(moves, mutant) ? Verdict.SAME : opened.verdict(mutant));
            });
        }
        return summary(name, text, mutants, journal, moves);
    }

    private static boolean isNeedless(RedundantMoves moves, Mutant mutant) {
        return mutant.changed().isBlank() && moves.holds(mutant.line());
    }

    /** A row of the table, and every survivor that no rule explains. */
    private String summary(
            String name, String text, List<Mutant> mutants, MutationJournal journal, RedundantMoves moves) {
        List<String> lines = text.lines().toList();
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        List<String> unclassified = new ArrayList<>();
        for (Mutant mutant : mutants) {
            Verdict verdict = journal.verdict(mutant).orElse(null);
            if (verdict == null) {
                continue;
            }
            verdicts.merge(verdict, 1, Integer::sum);
            if (!verdict.isKilled()) {
                Kind kind = isNeedless(moves, mutant)
                        ? Kind.EQUIVALENT
                        : rules.of(name, MutationRules.seen(verdict, lines, mutant))
                                .kind();
                kinds.merge(kind, 1, Integer::sum);
                if (kind == Kind.UNCLASSIFIED) {
                    unclassified.add("line " + mutant.line() + ": " + MutationRules.seen(verdict, lines, mutant));
                }
            }
        }
        return row(name, mutants.size(), verdicts, kinds) + "\n" + String.join("\n", unclassified);
    }

    private static String row(String name, int mutants, Map<Verdict, Integer> verdicts, Map<Kind, Integer> kinds) {
        int faults = verdicts.getOrDefault(Verdict.FAULT, 0);
        int wrong = verdicts.getOrDefault(Verdict.WRONG_RESULT, 0);
        int tried = verdicts.values().stream().mapToInt(Integer::intValue).sum();
        int couldBe = tried - kinds.getOrDefault(Kind.EQUIVALENT, 0) - kinds.getOrDefault(Kind.DEAD_CODE, 0);
        String untried = tried == mutants ? "" : " (" + (mutants - tried) + " not tried)";
        StringBuilder row = new StringBuilder("| `" + name + "` | " + mutants + untried);
        row.append(" | ").append(faults).append(" | ").append(wrong);
        for (Kind kind : Kind.values()) {
            row.append(" | ").append(kinds.getOrDefault(kind, 0));
        }
        double share = 100.0 * (faults + wrong) / Math.max(1, couldBe);
        return row + String.format(Locale.ROOT, " | %d of %d, %.1f %% |", faults + wrong, couldBe, share);
    }
}
