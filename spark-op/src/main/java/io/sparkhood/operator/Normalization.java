package io.sparkhood.operator;

import java.util.Arrays;
import java.util.List;

/** What becomes of the numbers of a query's slots before they weigh its values. */
public enum Normalization {
    /** Nothing: they are the weights. */
    NONE("none"),
    /** They are scores: the softmax over the slots that have a key makes weights of them. */
    SOFTMAX("softmax");

    private final String text;

    Normalization(String text) {
        this.text = text;
    }

    /**
     * The normalization of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Normalization of(String name) {
        for (Normalization normalization : values()) {
            if (normalization.text.equals(name)) {
                return normalization;
            }
        }
        throw new IllegalArgumentException(
                "normalization must be one of " + String.join(", ", names()) + ", but is '" + name + "'");
    }

    /** The names, in order. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Normalization::toString).toList();
    }

    /** {@code none} or {@code softmax}. */
    @Override
    public String toString() {
        return text;
    }
}
