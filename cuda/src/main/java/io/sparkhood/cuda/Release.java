package io.sparkhood.cuda;

import org.jspecify.annotations.Nullable;

/** Gives back one thing after the other: one that fails does not keep the others, and the first failure is thrown at the end. */
final class Release {
    private @Nullable RuntimeException failure;

    void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (failure == null) {
                failure = e;
            } else if (failure != e) {
                failure.addSuppressed(e);
            }
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
