package io.sparkhood.cuda.emulator;

/**
 * A word, a number, a string or a sign of a PTX text.
 *
 * @param text of it
 * @param line of the PTX text, counted from 1
 * @param start its first character in the text
 */
record Token(String text, int line, int start) {
    boolean is(String other) {
        return text.equals(other);
    }

    /** One past its last character. */
    int end() {
        return start + text.length();
    }
}
