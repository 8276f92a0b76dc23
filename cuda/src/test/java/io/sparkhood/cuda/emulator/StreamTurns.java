package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Does the work of streams, each in its order, only when something waits for it. Which stream is next is drawn: sometimes the
 * one that is waited for as long as it can go on, so that the others lag behind, sometimes any.
 */
final class StreamTurns {
    private final Random random;
    private final List<EmulatedStream> streams = new ArrayList<>();

    StreamTurns(long seed) {
        random = new Random(seed);
    }

    EmulatedStream open() {
        EmulatedStream stream = new EmulatedStream();
        streams.add(stream);
        return stream;
    }

    /** Works until something holds, first of all on a stream. */
    void runUntil(BooleanSupplier done, EmulatedStream preferred) {
        boolean lag = random.nextBoolean();
        while (!done.getAsBoolean()) {
            next(lag, preferred).step();
        }
        streams.removeIf(stream -> stream.isDone() && stream.isDestroyed());
    }

    private EmulatedStream next(boolean lag, EmulatedStream preferred) {
        if (lag && preferred.isReady()) {
            return preferred;
        }
        List<EmulatedStream> ready =
                streams.stream().filter(EmulatedStream::isReady).toList();
        // Records come before the waits for them, so there is always one.
        return ready.get(random.nextInt(ready.size()));
    }
}
