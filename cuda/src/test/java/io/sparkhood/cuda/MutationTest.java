package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.ErrorBudget;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.cuda.EmulatedRun.Layout;
import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.PtxMutants.Mutant;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.EmulatorFault;
import io.sparkhood.cuda.emulator.EmulatorOptions;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.cuda.emulator.PtxModule;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Small mistakes in a shipped entry point, a sample of all, must be noticed: by a fault, by a wrong result, or by more or less
 * work. What is not noticed is written to {@code target/mutants.txt}; most of it changes nothing, such as what is computed
 * twice, or a limit that other limits imply.
 */
class MutationTest {
    private static final String ENTRY_POINT = "neighborhood_attention_bfloat16_dim32";
    private static final int EVERY = 5; // mutants of which one is tried
    private static final double LEAST_NOTICED = 0.75;
    private static final Layout ALIGNED = new Layout(8, 16);
    private static final Layout ODD = new Layout(37, 3);
    private static final EmulatorOptions OPTIONS = EmulatorOptions.DEFAULT.withWarpInstructionLimit(200_000);

    private final Backend reference = new ReferenceBackendProvider().open(BackendOptions.DEFAULT);
    private final List<Expected> cases = new ArrayList<>();

    /** A case and what the entry point as it ships makes of it. */
    private record Expected(Example example, Layout layout, Consumer<Outputs> check, LaunchReport work) {
        EmulatedRun run(PtxEntryPoint entryPoint) {
            return MutationTest.run(example, layout, entryPoint);
        }
    }

    private static EmulatedRun run(Example example, Layout layout, PtxEntryPoint entryPoint) {
        LaunchPlan plan = LaunchPlan.candidates(example.operator(), EmulatedRun.DEVICE).stream()
                .filter(candidate -> candidate.shape().family() == Family.STREAM)
                .findFirst()
                .orElseThrow();
        return EmulatedRun.of(example, layout, plan, entryPoint, new Emulator(OPTIONS));
    }

    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap)
                .dtype(DType.BFLOAT16)
                .headDim(32);
    }

    private void prepare(PtxEntryPoint shipped) {
        add(shipped, ALIGNED, on(11, 13).heads(2).kernelSize(5, 4).logSumExp(true));
        add(shipped, ALIGNED, on(19, 22).kernelSize(12, 13).causalAxes(1));
        add(
                shipped,
                ODD,
                on(13, 15)
                        .kernelSize(4, 3)
                        .stride(2, 3)
                        .dilation(2, 1)
                        .headDim(29)
                        .additionalTokens(3));
        add(shipped, ALIGNED, on(4, 6, 9).kernelSize(3, 4, 5).causalAxes(0).logSumExp(true));
        add(
                shipped,
                ODD,
                on(150).heads(4).keyValueHeads(2).kernelSize(40).valueDim(11).additionalTokens(70));
        addSpoilt(shipped);
    }

    private static Example example(Builder operator) {
        return Example.random(new NamedCase("mutants", operator.build(), 1));
    }

    private void add(PtxEntryPoint shipped, Layout layout, Builder operator) {
        Example example = example(operator);
        Outputs outputs = Outputs.of(reference, example.inFloat32(), 1);
        ErrorBudget budget = ErrorBudget.of(example, outputs).weightsIn(DType.BFLOAT16);
        EmulatedRun run = run(example, layout, shipped);
        budget.check("as it ships", run.outputs());
        cases.add(new Expected(example, layout, actual -> budget.check("mutant", actual), run.report()));
    }

    /** A value that is not finite: the rows that see it are computed again. */
    private void addSpoilt(PtxEntryPoint shipped) {
        Example example = example(on(9, 11).heads(2).kernelSize(4, 3)).with("value", 1000, Float.POSITIVE_INFINITY);
        EmulatedRun run = run(example, ALIGNED, shipped);
        cases.add(
                new Expected(example, ALIGNED, actual -> actual.assertSameBits(run.outputs(), "mutant"), run.report()));
    }

    /** How a mutant is noticed. */
    private String noticed(Mutant mutant) {
        try {
            PtxEntryPoint entryPoint = PtxModule.parse(mutant.text()).entryPoint(ENTRY_POINT);
            for (Expected expected : cases) {
                EmulatedRun run = expected.run(entryPoint);
                expected.check().accept(run.outputs());
                if (!sameWork(run.report(), expected.work())) {
                    return "other work";
                }
            }
            return "not noticed";
        } catch (EmulatorFault fault) {
            return fault.kind().toString();
        } catch (AssertionError wrong) {
            return "wrong result";
        }
    }

    /** The work that a device takes time for. */
    private static boolean sameWork(LaunchReport a, LaunchReport b) {
        return a.mma() == b.mma()
                && a.globalSectors() == b.globalSectors()
                && a.sharedWavefronts() == b.sharedWavefronts()
                && a.asyncCopyWavefronts() == b.asyncCopyWavefronts();
    }

    @Test
    void everyMistakeInWaitingIsNoticed() {
        String text = EmulatedRun.text(ENTRY_POINT + ".ptx");
        prepare(PtxModule.parse(text).entryPoint(ENTRY_POINT));
        // The last wait, for all groups, finds only empty ones and is there for whoever changes the loop.
        List<Mutant> mutants = PtxMutants.of(text).stream()
                .filter(mutant ->
                        mutant.change().matches("line \\d+: (bar\\.sync|cp\\.async\\.(commit|wait_group [1-9])).*"))
                .toList();
        assertThat(mutants)
                .hasSizeGreaterThan(5)
                .allSatisfy(mutant ->
                        assertThat(noticed(mutant)).as(mutant.change()).isNotEqualTo("not noticed"));
    }

    @Test
    void mostSmallMistakesAreNoticed() throws IOException {
        String text = EmulatedRun.text(ENTRY_POINT + ".ptx");
        prepare(PtxModule.parse(text).entryPoint(ENTRY_POINT));
        List<Mutant> mutants = PtxMutants.of(text);
        Map<String, Integer> counts = new TreeMap<>();
        List<String> survivors = new ArrayList<>();
        int tried = 0;
        for (int i = 0; i < mutants.size(); i += EVERY) {
            String how = noticed(mutants.get(i));
            counts.merge(how, 1, Integer::sum);
            tried++;
            if (how.equals("not noticed")) {
                survivors.add(mutants.get(i).change());
            }
        }
        Files.writeString(
                Path.of("target", "mutants.txt"),
                tried + " of " + mutants.size() + " mutants: " + counts + "\n" + String.join("\n", survivors) + "\n");
        assertThat(1 - survivors.size() / (double) tried)
                .as("%s; see target/mutants.txt", counts)
                .isGreaterThan(LEAST_NOTICED);
    }
}
