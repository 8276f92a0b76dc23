package io.sparkhood.column;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of rows that cannot be computed ({@link InvalidRowException}). A row that Spark itself cannot read fails the
 * task before a stage sees it.
 *
 * @param handling what becomes of them
 * @param errorCol column to add for the sentence that says why, null in rows that were computed; null for no such column
 * @param checkFinite whether a row with a NaN or an infinity among its inputs is one of them
 */
public record InvalidRows(Handling handling, @Nullable String errorCol, boolean checkFinite) implements Serializable {
    /** The first invalid row fails its task; NaN and infinities are computed. */
    public static final InvalidRows FAIL = new InvalidRows(Handling.ERROR, null, false);

    public InvalidRows {
        if (handling == Handling.KEEP && errorCol == null) {
            throw new IllegalArgumentException(
                    "handleInvalid=keep leaves rows without outputs, and errorCol, which says"
                            + " why, is not set; set errorCol, or choose handleInvalid=skip");
        }
    }

    /** The ways, under MLlib's names. */
    public enum Handling {
        /** Fails the task. */
        ERROR,
        /** Leaves the row out, counted in {@link Measure#INVALID_ROWS}. */
        SKIP,
        /** Keeps the row in its place with null outputs and the sentence. */
        KEEP;

        /**
         * The way of this name.
         *
         * @throws IllegalArgumentException if there is none
         */
        public static Handling of(String name) {
            return Arrays.stream(values())
                    .filter(handling -> handling.toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "handleInvalid must be one of " + String.join(", ", names()) + ", but is '" + name + "'"));
        }

        /** All names: {@code error}, {@code skip}, {@code keep}. */
        public static List<String> names() {
            return Arrays.stream(values()).map(Handling::toString).toList();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
