package io.sparkhood.cuda.emulator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instruction as written.
 *
 * @param line of the PTX text, counted from 1
 * @param text of the statement, for messages
 * @param guard the predicate that switches it, or null
 * @param opcode with its modifiers
 * @param operands in order
 */
record Statement(int line, String text, Operand.@Nullable Name guard, Opcode opcode, List<Operand> operands) {
    EmulatorFault unsupported(String why) {
        return new EmulatorFault(EmulatorFault.Kind.UNSUPPORTED, why, new EmulatorFault.Place(line, text, -1, -1, -1));
    }
}
