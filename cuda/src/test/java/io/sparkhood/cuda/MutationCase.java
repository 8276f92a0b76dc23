package io.sparkhood.cuda;

import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.cuda.emulator.Emulator;
import io.sparkhood.cuda.emulator.PtxEntryPoint;
import java.util.function.Consumer;

/**
 * One launch by which an entry point is told from a wrong one.
 *
 * @param launch of an entry point that is to stand for the one that ships
 * @param check throws {@link AssertionError} if outputs are wrong
 */
record MutationCase(Launcher launch, Consumer<Outputs> check) {
    /** Runs it with tensors in a new emulator. */
    interface Launcher {
        EmulatedRun run(PtxEntryPoint entryPoint, Emulator emulator);
    }
}
