package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one instruction up to its semicolon. */
final class StatementParser {
    private final TokenReader reader;

    StatementParser(TokenReader reader) {
        this.reader = reader;
    }

    Statement statement() {
        Token first = reader.peek();
        Operand.Name guard = guard();
        Token opcode = reader.next();
        if (!Character.isLetter(opcode.text().charAt(0))) {
            throw reader.unsupported(opcode, "expected an instruction");
        }
        List<Operand> operands = new ArrayList<>();
        if (!reader.nextIs(";")) {
            do {
                operands.add(operand());
            } while (reader.take(","));
        }
        reader.expect(";");
        return new Statement(
                first.line(), reader.textFrom(first), guard, Opcode.of(opcode.text()), List.copyOf(operands));
    }

    private Operand.@Nullable Name guard() {
        if (!reader.take("@")) {
            return null;
        }
        boolean negated = reader.take("!");
        return new Operand.Name(reader.next().text(), 0, negated);
    }

    private Operand operand() {
        if (reader.take("[")) {
            return address();
        }
        if (reader.take("{")) {
            return vector();
        }
        if (reader.take("!")) {
            return new Operand.Name(reader.next().text(), 0, true);
        }
        Token token = reader.peek();
        if (token.is("-") || Character.isDigit(token.text().charAt(0))) {
            return literal();
        }
        Operand.Name name = new Operand.Name(reader.next().text(), offset(), false);
        return reader.take("|") ? new Operand.Pair(name, operand()) : name;
    }

    private Operand address() {
        Operand base =
                reader.peek().is("-") || Character.isDigit(reader.peek().text().charAt(0))
                        ? literal()
                        : new Operand.Name(reader.next().text(), 0, false);
        long offset = offset();
        reader.expect("]");
        return new Operand.Address(base, offset);
    }

    private long offset() {
        if (reader.take("+")) {
            return reader.nextInteger();
        }
        return reader.nextIs("-") ? reader.nextInteger() : 0;
    }

    private Operand vector() {
        List<Operand> elements = new ArrayList<>();
        do {
            elements.add(operand());
        } while (reader.take(","));
        reader.expect("}");
        return new Operand.Vector(List.copyOf(elements));
    }

    private Operand literal() {
        Token token = reader.peek();
        if (token.text().startsWith("0f")
                || token.text().startsWith("0F")
                || token.text().startsWith("0d")) {
            reader.next();
            return new Operand.Literal(Long.parseUnsignedLong(token.text().substring(2), 16));
        }
        return new Operand.Literal(reader.nextInteger());
    }
}
