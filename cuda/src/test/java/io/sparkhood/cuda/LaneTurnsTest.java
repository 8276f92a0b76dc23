package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
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
    private static final long LONG = 600_000;

    private final ExecutorService other = Executors.newCachedThreadPool();
    private final LaneTurns turns = new LaneTurns("device 0, Test Device", 1);

    @AfterEach
    void end() {
        other.shutdownNow();
    }

    private Future<?> enter(Object task) {
        return other.submit(() -> turns.enter(task, LONG));
    }

    private static void requireWaiting(Future<?> entering) {
        assertThatThrownBy(() -> entering.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void aTaskNeverWaitsForItself() throws Exception {
        turns.enter("first", LONG);
        turns.enter("first", LONG);
        enter("first").get(); // in another thread
        Future<?> second = enter("second");
        turns.leave("first");
        turns.leave("first");
        requireWaiting(second);
        turns.leave("first");
        second.get();
    }

    @Test
    void theTurnThatOneThreadGetsIsGoodForOthersOfItsTaskThatWait() throws Exception {
        turns.enter("first", LONG);
        Future<?> one = enter("second");
        Future<?> two = enter("second");
        requireWaiting(one);
        requireWaiting(two);
        turns.leave("first");
        one.get();
        two.get();
    }

    @Test
    void firstComeFirstServed() throws Exception {
        turns.enter("first", LONG);
        Future<?> second = enter("second");
        requireWaiting(second);
        Future<?> third = enter("third");
        requireWaiting(third);
        turns.leave("first");
        second.get();
        requireWaiting(third);
        turns.leave("second");
        third.get();
    }

    @Test
    void aWaitingThreadCanBeInterrupted() throws Exception {
        turns.enter("first", LONG);
        Future<Boolean> waiting = other.submit(() -> {
            assertThatThrownBy(() -> turns.enter("second", LONG))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("interrupted while waiting for a lane");
            return Thread.currentThread().isInterrupted();
        });
        requireWaiting(waiting);
        other.shutdownNow();
        assertThat(waiting.get()).as("interrupt kept").isTrue();
        turns.leave("first");
        turns.enter("third", LONG); // the one that gave up is no longer in the queue
    }

    @Test
    void theWaitEndsWithASentence() {
        turns.enter("first", LONG);
        assertThatThrownBy(() -> turns.enter("second", 30))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "this task had no turn on device 0, Test Device within 0.03 s (spark.sparkhood.gpuTaskWait),"
                                + " because as many tasks compute there as may at once, 1"
                                + " (spark.sparkhood.concurrentGpuTasks); raise one of the two, or run fewer tasks in one executor");
        turns.leave("first");
        turns.enter("third", 30);
        turns.leave("third");
        turns.leave("nobody");
        turns.enter("fourth", 30);
    }
}
