package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LaneTurnsTest {
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void end() {
        other.shutdownNow();
    }

    @Test
    void aThreadNeverWaitsForItself() throws Exception {
        LaneTurns turns = new LaneTurns(1, 60_000);
        Thread first = turns.enter();
        Thread second = turns.enter();
        Future<Thread> waiting = other.submit(turns::enter);
        turns.leave(first);
        assertThatThrownBy(() -> waiting.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        turns.leave(second);
        Thread entered = waiting.get();
        assertThat(entered).isNotSameAs(first);
        turns.leave(entered); // from this thread
        turns.leave(turns.enter());
    }

    @Test
    void aWaitingThreadCanBeInterrupted() throws Exception {
        LaneTurns turns = new LaneTurns(1, 60_000);
        Thread held = turns.enter();
        Future<Boolean> waiting = other.submit(() -> {
            assertThatThrownBy(turns::enter)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("interrupted while waiting for a lane");
            return Thread.currentThread().isInterrupted();
        });
        Thread.sleep(20);
        other.shutdownNow();
        assertThat(waiting.get()).as("interrupt kept").isTrue();
        turns.leave(held);
        turns.leave(turns.enter());
    }

    @Test
    void patienceEnds() throws ExecutionException, InterruptedException {
        LaneTurns turns = new LaneTurns(1, 30);
        Thread held = turns.enter();
        Thread impatient = other.submit(turns::enter).get();
        turns.leave(impatient); // had no turn, so gives none back
        Future<Thread> again = other.submit(turns::enter);
        turns.leave(again.get());
        turns.leave(held);
        turns.leave(turns.enter());
    }
}
