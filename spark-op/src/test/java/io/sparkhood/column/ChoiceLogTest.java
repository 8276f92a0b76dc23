package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChoiceLogTest {
    private static final String OPERATOR =
            "NeighborhoodAttentionOperator[featureMap=[%d], neighborhood=Neighborhood[kernelSize=[1], stride=[1], "
                    + "dilation=[1], causal=[false]], heads=1, keyValueHeads=1, headDim=1, valueDim=1, scale=1.0, "
                    + "additionalTokens=0, relativePositionBias=false, logSumExp=false, dtype=float32]";

    private final Logger logger = (Logger) LogManager.getLogger("io.sparkhood");
    private final Level before = logger.getLevel();
    private final Kept kept = new Kept();
    private final ChoiceLog log = new ChoiceLog();

    /** Keeps what is logged. */
    private static final class Kept extends AbstractAppender {
        private final List<String> lines = new ArrayList<>();

        Kept() {
            super("kept", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    }

    @BeforeEach
    void listen() {
        kept.start();
        logger.addAppender(kept);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void restore() {
        logger.removeAppender(kept);
        logger.setLevel(before);
    }

    private void choose(String backend, int tokens) {
        try (Backends.Handle handle = Backends.open("reference", BackendOptions.DEFAULT);
                Plan plan = handle.backend()
                        .plan(
                                NeighborhoodAttentionOperator.on(tokens)
                                        .headDim(1)
                                        .kernelSize(1)
                                        .build(),
                                1,
                                Parameters.NONE)) {
            log.log(backend, "taken: " + backend, plan);
        }
    }

    @Test
    void oneLineForEachOperatorAndBackend() {
        for (int task = 0; task < 3; task++) {
            choose("first", 5);
            choose("first", 6);
            choose("second", 5);
        }
        assertThat(kept.lines)
                .containsExactly(
                        "INFO taken: first; reference: one query at a time, double precision; "
                                + String.format(OPERATOR, 5),
                        "INFO taken: first; reference: one query at a time, double precision; "
                                + String.format(OPERATOR, 6),
                        "INFO taken: second; reference: one query at a time, double precision; "
                                + String.format(OPERATOR, 5));
    }

    @Test
    void everNewShapesDoNotFillTheLog() {
        for (int tokens = 1; tokens <= 2 * ChoiceLog.MOST_OPERATORS; tokens++) {
            choose("first", tokens);
        }
        assertThat(kept.lines).hasSize(100);
        assertThat(kept.lines.get(99)).endsWith(String.format(OPERATOR, 100) + "; further operators go unlogged");
    }
}
