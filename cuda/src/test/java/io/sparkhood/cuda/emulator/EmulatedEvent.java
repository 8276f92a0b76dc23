package io.sparkhood.cuda.emulator;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event: the last record that was asked for, and the last one that was done. */
final class EmulatedEvent {
    private @Nullable EmulatedStream stream; // of the last record
    private long asked;
    private long done;

    /** The work that marks one record on a stream done. */
    Work record(EmulatedStream on) {
        stream = on;
        long mine = ++asked;
        return () -> done = Math.max(done, mine);
    }

    /** The work that waits for the last record asked for so far; if there is none it waits for nothing. */
    Work await() {
        long mine = asked;
        return new Work() {
            @Override
            public boolean ready() {
                return done >= mine;
            }

            @Override
            public void run() {}
        };
    }

    /** The stream of the last record, if there was one. */
    Optional<EmulatedStream> stream() {
        return Optional.ofNullable(stream);
    }

    /** Whether everything asked for is done. */
    boolean isDone() {
        return done >= asked;
    }
}
