package io.sparkhood.jobs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a failure says to a person, in one line: the outermost of its causes that carries a sentence of ours, for it knows
 * most (the file, the row); without one the deepest, where the rule that was broken speaks.
 */
final class Failure {
    private Failure() {}

    static String sentence(Throwable failure) {
        Throwable deepest = failure;
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isOurs(cause)) {
                return oneLine(Objects.requireNonNull(cause.getMessage()));
            }
            if (cause instanceof LinkageError && !(cause instanceof ExceptionInInitializerError)) {
                return oneLine("a part of the job cannot be loaded: " + named(cause)
                        + "; start it with jobs/submit, which brings Spark and all else");
            }
            deepest = cause;
        }
        return oneLine(foreign(deepest));
    }

    /** Spark's exceptions are told by their names, since a job that needs no Spark may fail without it. */
    private static boolean isOurs(Throwable failure) {
        String name = failure.getClass().getName();
        boolean speaks = failure.getMessage() != null
                && (failure.getCause() == null
                        || !failure.getMessage().equals(failure.getCause().toString()));
        return speaks
                && !name.startsWith("org.apache.spark.")
                && (failure instanceof IllegalArgumentException || name.startsWith("io.sparkhood."));
    }

    private static String foreign(Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return failure.getMessage() + ": there is no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return failure.getMessage() + ": access denied";
        }
        return failure instanceof IOException && failure.getMessage() != null ? failure.getMessage() : named(failure);
    }

    private static String named(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? kind : kind + ": " + failure.getMessage();
    }

    private static String oneLine(String message) {
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; "));
    }
}
