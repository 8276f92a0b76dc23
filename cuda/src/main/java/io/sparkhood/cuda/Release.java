package io.sparkhood.cuda;

import org.jspecify.annotations.Nullable;

/** Gives back one thing after the other: one that fails does not keep the others, and the first failure is thrown at the end. */
final class Release {
    private @Nullable RuntimeException failure;

    /** Returns whether it succeeded. */
    boolean step(Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException e) {
            if (failure == null) {
                failure = e;
            } else if (failure != e) {
                failure.addSuppressed(e);
            }
            return false;
        }
    }

    boolean failed() {
        return failure != null;
    }

    void end() {
        if (failure != null) {
            throw failure;
        }
    }
}
