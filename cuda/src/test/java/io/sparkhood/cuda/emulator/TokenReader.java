package io.sparkhood.cuda.emulator;

import java.util.List;

/** Tokens, read one by one. */
final class TokenReader {
    private final String text;
    private final List<Token> tokens;
    private int at;

    TokenReader(String text) {
        this.text = text;
        this.tokens = Lexer.tokens(text);
    }

    boolean atEnd() {
        return at == tokens.size();
    }

    Token peek() {
        if (atEnd()) {
            throw new EmulatorFault(EmulatorFault.Kind.UNSUPPORTED, "the text ends in the middle");
        }
        return tokens.get(at);
    }

    Token next() {
        Token token = peek();
        at++;
        return token;
    }

    boolean nextIs(String sign) {
        return !atEnd() && tokens.get(at).is(sign);
    }

    /** Whether the token after the next one is this. */
    boolean secondIs(String sign) {
        return at + 1 < tokens.size() && tokens.get(at + 1).is(sign);
    }

    /** Takes the next token if it is this. */
    boolean take(String sign) {
        boolean found = nextIs(sign);
        if (found) {
            at++;
        }
        return found;
    }

    Token expect(String sign) {
        Token token = next();
        if (!token.is(sign)) {
            throw unsupported(token, "expected " + sign);
        }
        return token;
    }

    long nextInteger() {
        boolean negative = take("-");
        Token token = next();
        try {
            long value = integer(token.text());
            return negative ? -value : value;
        } catch (NumberFormatException notANumber) {
            throw unsupported(token, "expected an integer");
        }
    }

    /** The value of a decimal, hexadecimal or octal integer with or without the mark of unsigned ones. */
    static long integer(String digits) {
        String plain = digits.endsWith("U") ? digits.substring(0, digits.length() - 1) : digits;
        if (plain.startsWith("0x") || plain.startsWith("0X")) {
            return Long.parseUnsignedLong(plain.substring(2), 16);
        }
        return plain.length() > 1 && plain.startsWith("0")
                ? Long.parseUnsignedLong(plain, 8)
                : Long.parseUnsignedLong(plain);
    }

    /** Skips the rest of the next token's line. */
    void skipLine() {
        int line = peek().line();
        while (!atEnd() && tokens.get(at).line() == line) {
            at++;
        }
    }

    /** Skips everything up to and with the next sign. */
    void skipPast(String sign) {
        while (!next().is(sign)) {
            // what a directive says that changes nothing here
        }
    }

    /** The text from a token to the last one read, on one line. */
    String textFrom(Token first) {
        return text.substring(first.start(), tokens.get(at - 1).end()).replaceAll("\\s+", " ");
    }

    EmulatorFault unsupported(Token token, String why) {
        return new EmulatorFault(
                EmulatorFault.Kind.UNSUPPORTED, why, new EmulatorFault.Place(token.line(), token.text(), -1, -1, -1));
    }
}
