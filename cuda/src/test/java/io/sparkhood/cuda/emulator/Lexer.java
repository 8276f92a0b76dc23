package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.List;

/** Cuts a PTX text into tokens; comments and white space fall away. */
final class Lexer {
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.at < text.length()) {
            lexer.next();
        }
        return lexer.tokens;
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\n') {
            line++;
            at++;
        } else if (Character.isWhitespace(c)) {
            at++;
        } else if (text.startsWith("//", at)) {
            skipTo("\n", 0);
        } else if (text.startsWith("/*", at)) {
            skipTo("*/", 2);
        } else if (c == '"') {
            token(text.indexOf('"', at + 1) + 1);
        } else if (inWord(at)) {
            int end = at + 1;
            while (end < text.length() && inWord(end)) {
                end++;
            }
            token(end);
        } else {
            token(at + 1);
        }
    }

    private void token(int end) {
        if (end <= at) {
            throw new EmulatorFault(EmulatorFault.Kind.UNSUPPORTED, "a string without end in line " + line);
        }
        tokens.add(new Token(text.substring(at, end), line, at));
        at = end;
    }

    private void skipTo(String mark, int extra) {
        int end = text.indexOf(mark, at);
        end = end < 0 ? text.length() : end + extra;
        for (; at < end; at++) {
            if (text.charAt(at) == '\n') {
                line++;
            }
        }
    }

    /** Letters, digits, the signs of names, and the double colon inside an opcode such as {@code L2::128B}. */
    private boolean inWord(int index) {
        char c = text.charAt(index);
        return Character.isLetterOrDigit(c)
                || c == '_'
                || c == '$'
                || c == '%'
                || c == '.'
                || c == ':' && (text.startsWith("::", index) || index > 0 && text.startsWith("::", index - 1));
    }
}
