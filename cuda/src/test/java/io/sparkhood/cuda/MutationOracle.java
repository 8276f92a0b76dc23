package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.PtxMutants.Mutant;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.EmulatorFault;
import io.sparkhood.cuda.emulator.EmulatorOptions;
import io.sparkhood.cuda.emulator.LaunchReport;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import io.sparkhood.cuda.emulator.PtxModule;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** Says whether an entry point still does what it should: by small cases that together take every path. */
final class MutationOracle {
    /** How a changed entry point is told from the one that ships. */
    enum Verdict {
        /** The emulator stops: a race, a wild address, a copy not waited for, an endless loop. */
        FAULT,
        /** An output is beyond the error budget, or something beside the outputs was written. */
        WRONG_RESULT,
        /** Right, but with other matrix instructions, bytes moved or bank conflicts. */
        OTHER_WORK,
        /** Right and as fast, but not the same bits, or another number of instructions. */
        OTHER_STEPS,
        /** Nothing differs. */
        SAME,
        /** No case comes to it. */
        NOT_REACHED;

        /** Whether it was noticed. */
        boolean isKilled() {
            return this == FAULT || this == WRONG_RESULT;
        }
    }

    /** Warp instructions of one block, beyond four times those of all blocks together: more is an endless loop. */
    private static final long MORE_INSTRUCTIONS = 20_000;

    private final PtxEntryPoint shipped;
    private final List<Mutant> mutants;
    private final List<Expected> cases = new ArrayList<>();

    /**
     * A case and what the entry point as it ships makes of it.
     *
     * @param lines of the text that it comes to: a mistake in another line changes nothing
     */
    private record Expected(MutationCase launch, EmulatedRun shipped, BitSet lines, EmulatorOptions options) {
        static Expected of(MutationCase launch, PtxEntryPoint shipped) {
            Emulator emulator = new Emulator();
            EmulatedRun run = launch.launch().run(shipped, emulator);
            launch.check().accept(run.outputs());
            long limit = 4 * run.report().warpInstructions() + MORE_INSTRUCTIONS;
            EmulatorOptions options = EmulatorOptions.DEFAULT.withWarpInstructionLimit(limit);
            return new Expected(launch, run, emulator.linesReached(), options);
        }
    }

    private MutationOracle(String module, String name, List<MutationCase> launches) {
        String text = EmulatedRun.text(module);
        shipped = PtxModule.parse(text).entryPoint(name);
        mutants = PtxMutants.of(text);
        launches.forEach(launch -> cases.add(Expected.of(launch, shipped)));
        cases.sort(Comparator.comparingLong(
                expected -> expected.shipped.report().warpInstructions())); // most mistakes show in any case
    }

    /** Of an entry point of fused attention. */
    static MutationOracle of(EntryPointShape shape) {
        return new MutationOracle(shape.module(), shape.entryPoint(), FusedMutationCases.of(shape));
    }

    /** Of one of attention in several launches. */
    static MutationOracle of(UnfusedEntryPoint code) {
        return new MutationOracle(code.module(), code.entryPoint(), UnfusedMutationCases.of(code));
    }

    /** All small mistakes in it. */
    List<Mutant> mutants() {
        return mutants;
    }

    /** Of the entry point with a mistake. */
    Verdict verdict(Mutant mutant) {
        PtxEntryPoint entryPoint = shipped.with(mutant.line(), mutant.changed());
        Verdict verdict = Verdict.NOT_REACHED;
        try {
            for (Expected expected : cases) {
                if (expected.lines.get(mutant.line())) {
                    EmulatedRun run = expected.launch.launch().run(entryPoint, new Emulator(expected.options));
                    expected.launch.check().accept(run.outputs());
                    Verdict worse = compare(run, expected.shipped);
                    verdict = worse.compareTo(verdict) < 0 ? worse : verdict;
                }
            }
            return verdict;
        } catch (EmulatorFault fault) {
            return Verdict.FAULT;
        } catch (AssertionError wrong) {
            return Verdict.WRONG_RESULT;
        }
    }

    private static Verdict compare(EmulatedRun run, EmulatedRun shipped) {
        LaunchReport a = run.report();
        LaunchReport b = shipped.report();
        boolean sameWork = a.mma() == b.mma()
                && a.globalSectors() == b.globalSectors()
                && a.sharedWavefronts() == b.sharedWavefronts()
                && a.asyncCopyWavefronts() == b.asyncCopyWavefronts();
        if (!sameWork) {
            return Verdict.OTHER_WORK;
        }
        return a.warpInstructions() == b.warpInstructions() && sameBits(run.outputs(), shipped.outputs())
                ? Verdict.SAME
                : Verdict.OTHER_STEPS;
    }

    private static boolean sameBits(Outputs a, Outputs b) {
        try {
            a.assertSameBits(b, "");
            return true;
        } catch (AssertionError different) {
            return false;
        }
    }
}
