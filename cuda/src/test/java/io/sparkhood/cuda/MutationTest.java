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
    private record Expected(Example example, Layout layout, ErrorBudget budget, LaunchReport work) {
        EmulatedRun run(PtxEntryPoint entryPoint) {
            return EmulatedRun.of(example, layout, entryPoint, new Emulator(OPTIONS));
        }
    }

    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap)
                .dtype(DType.BFLOAT16)
                .headDim(32);
    }

    private void prepare(PtxEntryPoint shipped) {
        add(shipped, ALIGNED, on(11, 13).heads(2).kernelSize(5, 4).logSumExp(true));
        add(shipped, ALIGNED, on(19, 22).kernelSize(12, 13).causalAxes(1));
        add(shipped, ODD, on(13, 15).kernelSize(4, 3).stride(2, 3).dilation(2, 1).headDim(29).additionalTokens(3));
        add(shipped, ALIGNED, on(4, 6, 9).kernelSize(3, 4, 5).causalAxes(0).logSumExp(true));
        add(shipped, ODD, on(150).heads(4).keyValueHeads(2).kernelSize(40).valueDim(11).additionalTokens(70));
    }

    private void add(PtxEntryPoint shipped, Layout layout, Builder operator) {
        Example example = Example.random(new NamedCase("mutants", operator.build(), 1));
        Outputs outputs = Outputs.of(reference, example.inFloat32(), 1);
        ErrorBudget budget = ErrorBudget.of(example, outputs).weightsIn(DType.BFLOAT16);
        EmulatedRun run = EmulatedRun.of(example, layout, shipped, new Emulator(OPTIONS));
        budget.check("as it ships", run.outputs());
        cases.add(new Expected(example, layout, budget, run.report()));
    }

    /** How a mutant is noticed. */
    private String noticed(Mutant mutant) {
        try {
            PtxEntryPoint entryPoint = PtxModule.parse(mutant.text()).entryPoint(ENTRY_POINT);
            for (Expected expected : cases) {
                EmulatedRun run = expected.run(entryPoint);
                expected.budget().check("mutant", run.outputs());
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

    /** The text of the first entry point alone. */
    private static String shippedText() {
        String text = EmulatedRun.text(ENTRY_POINT + ".ptx");
        return text.substring(0, text.indexOf("\n}\n") + 3);
    }

    @Test
    void mostSmallMistakesAreNoticed() throws IOException {
        String text = shippedText();
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
