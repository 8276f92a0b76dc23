package io.sparkhood.cuda.emulator;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The statements of an entry point, from which its instructions are decoded.
 *
 * @param statements in order
 * @param labels and the statements behind them
 * @param layout of its variables
 */
record PtxBody(List<Scoped> statements, Map<String, Integer> labels, MemoryLayout layout) {
    /** A statement and the registers that it sees. */
    record Scoped(Statement statement, Scope scope) {}

    PtxBody {
        statements = List.copyOf(statements);
        labels = Map.copyOf(labels);
    }

    Instruction[] decode(RegisterSlots slots) {
        Instruction[] code = new Instruction[statements.size()];
        for (int i = 0; i < code.length; i++) {
            code[i] = decode(statements.get(i), slots);
        }
        checkEnd(code);
        return code;
    }

    private Instruction decode(Scoped scoped, RegisterSlots slots) {
        Binding binding = new Binding(scoped.statement(), scoped.scope(), slots, layout);
        return binding.opcode().base().equals("bra")
                ? ControlInstructions.branch(binding, labels)
                : InstructionSet.decode(binding);
    }

    private void checkEnd(Instruction[] code) {
        Instruction last = code[code.length - 1];
        boolean ends = last.endsAll() || last.flow() == Flow.BRANCH && last.guard() < 0;
        if (!ends || labels.containsValue(code.length)) {
            throw last.statement().unsupported("an entry point must end with ret, exit or a branch");
        }
    }

    /** The place of the only statement that begins in a line of the text. */
    int at(int line) {
        int[] found = IntStream.range(0, statements.size())
                .filter(i -> statements.get(i).statement().line() == line)
                .toArray();
        if (found.length != 1) {
            throw new IllegalArgumentException(found.length + " statements begin in line " + line);
        }
        return found[0];
    }

    /** Another statement in the place of one; blank: one that does nothing. */
    Instruction decode(int at, String text, RegisterSlots slots) {
        Scoped scoped = statements.get(at);
        TokenReader reader = new TokenReader(text.isBlank() ? "fence.sc.cta;" : text);
        Statement parsed = new StatementParser(reader).statement();
        if (!reader.atEnd()) {
            throw parsed.unsupported("more than one statement");
        }
        int line = scoped.statement().line();
        Statement changed = new Statement(line, parsed.text(), parsed.guard(), parsed.opcode(), parsed.operands());
        return decode(new Scoped(changed, scoped.scope()), slots);
    }
}
