package io.sparkhood.column;

import io.sparkhood.backend.Plan;
import io.sparkhood.operator.Operator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once per operator and backend, in one INFO line, why that backend was taken, how it will compute, and what. */
final class ChoiceLog {
    /** That of the tasks. */
    static final ChoiceLog OF_THIS_JVM = new ChoiceLog();

    /** A table of ever new shapes must fill neither the log nor the heap. */
    static final int MOST_OPERATORS = 100;

    private static final Logger LOG = LoggerFactory.getLogger("io.sparkhood");

    private record Choice(String backend, Operator operator) {}

    private final Set<Choice> logged = ConcurrentHashMap.newKeySet();

    /**
     * Logs the choice unless it was logged before, or too many were.
     *
     * @param explanation why the backend was taken, and no other
     */
    void log(String backend, String explanation, Plan plan) {
        if (logged.size() < MOST_OPERATORS && logged.add(new Choice(backend, plan.operator()))) {
            boolean last = logged.size() >= MOST_OPERATORS;
            LOG.info(
                    "{}; {}; {}{}",
                    explanation,
                    plan.describe(),
                    plan.operator(),
                    last ? "; further operators go unlogged" : "");
        }
    }
}
