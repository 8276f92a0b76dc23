package io.sparkhood.cuda;

import io.sparkhood.cuda.MutationOracle.Verdict;
import io.sparkhood.cuda.PtxMutants.Mutant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Every small mistake in the entry points that are named, and what becomes of it: {@code target/mutants-<entry point>.txt} has
 * the counts and every survivor. Minutes for each entry point; run by the Maven profile {@code mutants}.
 */
public final class MutationRun {
    /** Faults wherever it is executed. */
    private static final String TRAP = "ld.shared.u8 %r1, [1073741824];";

    private MutationRun() {}

    /**
     * Runs.
     *
     * @param args the module's directory, then entry points; none: all
     */
    public static void main(String[] args) throws IOException {
        Path target = Files.createDirectories(Path.of(args[0], "target"));
        List<String> wanted = List.of(args).subList(1, args.length);
        for (EntryPointShape shape : EntryPointShape.all()) {
            if (wanted.isEmpty() || wanted.contains(shape.entryPoint())) {
                String report = report(shape);
                Files.writeString(target.resolve("mutants-" + shape.entryPoint() + ".txt"), report);
                System.out.println(report.lines().findFirst().orElseThrow());
            }
        }
    }

    private static String report(EntryPointShape shape) {
        String text = EmulatedRun.text(shape.module());
        MutationOracle oracle = new MutationOracle(shape);
        List<Mutant> mutants = PtxMutants.of(text);
        List<Verdict> verdicts = IntStream.range(0, mutants.size())
                .parallel()
                .mapToObj(i -> oracle.verdict(mutants.get(i).text()))
                .toList();
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        List<String> survivors = new ArrayList<>();
        int unreached = 0;
        for (int i = 0; i < mutants.size(); i++) {
            Verdict verdict = verdicts.get(i);
            counts.merge(verdict, 1, Integer::sum);
            if (verdict.compareTo(Verdict.WRONG_RESULT) > 0) {
                boolean reached = isReached(oracle, text, mutants.get(i).line());
                unreached += reached ? 0 : 1;
                survivors.add((reached ? verdict.toString() : "NOT_REACHED") + " "
                        + mutants.get(i).change());
            }
        }
        return shape.entryPoint() + ": " + mutants.size() + " mutants: " + counts + ", not reached " + unreached + "\n"
                + String.join("\n", survivors) + "\n";
    }

    private static boolean isReached(MutationOracle oracle, String text, int line) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        String guard = lines.get(line - 1).strip().startsWith("@")
                ? lines.get(line - 1).strip().split(" ", 2)[0] + " "
                : "";
        lines.set(line - 1, guard + TRAP);
        return oracle.verdict(String.join("\n", lines)) == Verdict.FAULT;
    }
}
