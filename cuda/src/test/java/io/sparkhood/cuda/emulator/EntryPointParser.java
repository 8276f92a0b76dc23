package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads one entry point, from its name to its last brace. */
final class EntryPointParser {
    private static final int MOST_THREADS = 1024;

    private final TokenReader reader;
    private final VariableParser variableParser;
    private final StatementParser statementParser;
    private final List<Variable> variables;
    private final RegisterSlots slots = new RegisterSlots();
    private final List<PtxBody.Scoped> statements = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private int maxThreads = MOST_THREADS;

    /** A reader before a name, and the variables that the module declared so far. */
    EntryPointParser(TokenReader reader, List<Variable> moduleVariables) {
        this.reader = reader;
        this.variableParser = new VariableParser(reader);
        this.statementParser = new StatementParser(reader);
        this.variables = new ArrayList<>(moduleVariables);
    }

    PtxEntryPoint entryPoint() {
        String name = reader.next().text();
        parameters();
        while (!reader.nextIs("{")) {
            directive();
        }
        Token begin = reader.expect("{");
        body();
        if (statements.isEmpty()) {
            throw reader.unsupported(begin, "an entry point without instructions");
        }
        PtxBody body = new PtxBody(statements, labels, new MemoryLayout(variables));
        return new PtxEntryPoint(name, maxThreads, body, slots, body.decode(slots));
    }

    private void parameters() {
        if (!reader.take("(") || reader.take(")")) {
            return;
        }
        do {
            reader.expect(".param");
            variables.add(variableParser.variable(Variable.Space.PARAM));
        } while (reader.take(","));
        reader.expect(")");
    }

    private void directive() {
        Token word = reader.next();
        switch (word.text()) {
            case ".maxntid", ".reqntid" -> {
                maxThreads = Math.toIntExact(reader.nextInteger());
                while (reader.take(",")) {
                    maxThreads = Math.multiplyExact(maxThreads, Math.toIntExact(reader.nextInteger()));
                }
            }
            case ".minnctapersm", ".maxnreg", ".maxnctapersm" -> reader.nextInteger();
            case ".pragma" -> reader.skipPast(";");
            default -> throw reader.unsupported(word, "unknown directive");
        }
    }

    private void body() {
        Scope scope = new Scope(null);
        while (scope != null) {
            Token token = reader.peek();
            if (reader.take("{")) {
                scope = new Scope(scope);
            } else if (reader.take("}")) {
                scope = scope.outer();
            } else if (token.text().startsWith(".")) {
                declaration(scope);
            } else if (reader.secondIs(":")) {
                label();
            } else if (!reader.take(";")) {
                statements.add(new PtxBody.Scoped(statementParser.statement(), scope));
            }
        }
    }

    private void label() {
        Token name = reader.next();
        reader.expect(":");
        if (labels.put(name.text(), statements.size()) != null) {
            throw reader.unsupported(name, "a label twice");
        }
    }

    private void declaration(Scope scope) {
        Token word = reader.peek();
        switch (word.text()) {
            case ".reg" -> registers(scope);
            case ".shared" -> variable(Variable.Space.SHARED);
            case ".local" -> variable(Variable.Space.LOCAL);
            case ".pragma" -> reader.skipPast(";");
            case ".loc", ".file" -> reader.skipLine();
            default -> throw reader.unsupported(word, "unknown directive");
        }
    }

    private void variable(Variable.Space space) {
        reader.next();
        variables.add(variableParser.variable(space));
        reader.expect(";");
    }

    private void registers(Scope scope) {
        reader.expect(".reg");
        Token type = reader.next();
        int bits = ScalarType.of(type.text().substring(1))
                .orElseThrow(() -> reader.unsupported(type, "unknown register type"))
                .bits();
        int registerBits = bits == 8 ? 16 : bits;
        do {
            String name = reader.next().text();
            if (reader.take("<")) {
                long count = reader.nextInteger();
                reader.expect(">");
                for (int i = 0; i < count; i++) {
                    scope.declare(name + i, slots.add(name + i, registerBits));
                }
            } else {
                scope.declare(name, slots.add(name, registerBits));
            }
        } while (reader.take(","));
        reader.expect(";");
    }
}
