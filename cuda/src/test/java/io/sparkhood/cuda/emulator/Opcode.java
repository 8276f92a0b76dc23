package io.sparkhood.cuda.emulator;

import java.util.Arrays;
import java.util.List;

/**
 * An opcode such as {@code setp.lt.s32}.
 *
 * @param text whole
 * @param base before the first dot
 * @param modifiers after it, in order
 */
record Opcode(String text, String base, List<String> modifiers) {
    static Opcode of(String text) {
        String[] parts = text.split("\\.", -1);
        return new Opcode(text, parts[0], Arrays.asList(parts).subList(1, parts.length));
    }

    boolean has(String modifier) {
        return modifiers.contains(modifier);
    }

    /** The n-th modifier, or nothing. */
    String modifier(int n) {
        return n < modifiers.size() ? modifiers.get(n) : "";
    }

    /** The last modifier, which names the type of most instructions. */
    String type() {
        return modifiers.isEmpty() ? "" : modifiers.get(modifiers.size() - 1);
    }
}
