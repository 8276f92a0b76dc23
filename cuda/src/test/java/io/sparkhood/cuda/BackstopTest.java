package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackstopTest {
    private static final Logger LOGGER = Logger.getLogger("io.sparkhood.cuda");

    private final List<LogRecord> logged = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger released = new AtomicInteger();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    @Test
    void releasesOnceWithoutAWordWhenClosed() {
        Object owner = new Object();
        Backstop backstop = Backstop.of(owner, "a lane", released::incrementAndGet);
        backstop.close();
        backstop.close();
        assertThat(released).hasValue(1);
        assertThat(logged).isEmpty();
    }

    @Test
    void releasesWhatWasForgottenAndTellsWhereItWasOpened() throws InterruptedException {
        forget();
        for (int i = 0; i < 200 && released.get() == 0; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(released).hasValue(1);
        assertThat(logged).hasSize(1);
        assertThat(logged.get(0).getMessage()).isEqualTo("a lane was never closed and is freed now");
        assertThat(logged.get(0).getThrown().getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("forget"));
    }

    private void forget() {
        Backstop.of(new Object(), "a lane", released::incrementAndGet);
    }
}
