package io.sparkhood.column;

import org.jspecify.annotations.Nullable;

/**
 * A row that cannot be computed because of what is in it: a tensor that is missing, broken, or does not fit the others or the
 * params. What {@link InvalidRows} decides about; everything else that goes wrong fails the task.
 */
public final class InvalidRowException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /**
     * An invalid row.
     *
     * @param sentence column, what was expected and what was found
     */
    public InvalidRowException(String sentence) {
        super(sentence);
    }

    private InvalidRowException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** A row with a broken rule about one of its columns. */
    public static InvalidRowException of(String column, @Nullable String sentence) {
        return new InvalidRowException("column " + column + ": " + sentence);
    }

    /** The same with where the row is added. */
    InvalidRowException at(String place) {
        return new InvalidRowException(getMessage() + place, this);
    }
}
