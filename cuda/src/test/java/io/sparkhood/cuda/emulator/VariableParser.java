package io.sparkhood.cuda.emulator;

/** Reads the declaration of a variable after its state space: alignment, type, name and extent. */
final class VariableParser {
    private final TokenReader reader;

    VariableParser(TokenReader reader) {
        this.reader = reader;
    }

    Variable variable(Variable.Space space) {
        int alignment = 0;
        int elementBytes = 0;
        while (reader.peek().text().startsWith(".")) {
            Token word = reader.next();
            if (word.is(".align")) {
                alignment = Math.toIntExact(reader.nextInteger());
            } else if (!word.is(".ptr") && !word.is(".global") && !word.is(".shared")) {
                elementBytes = ScalarType.of(word.text().substring(1))
                        .orElseThrow(() -> reader.unsupported(word, "unknown in a declaration"))
                        .bytes();
            }
        }
        Token name = reader.next();
        int elements = 1;
        if (reader.take("[")) {
            elements = reader.nextIs("]") ? 0 : Math.toIntExact(reader.nextInteger());
            reader.expect("]");
        }
        if (reader.nextIs("=")) {
            throw reader.unsupported(name, "variables with values are unknown");
        }
        return new Variable(
                space, name.text(), Math.max(alignment, elementBytes), Math.multiplyExact(elements, elementBytes));
    }
}
