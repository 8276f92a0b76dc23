package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.TaskTurns;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuSettingsTest {
    private static TaskTurns turns(Map<String, String> settings) {
        return GpuSettings.turns(settings::getOrDefault);
    }

    @Test
    void twoTasksAndTenMinutesByDefault() {
        assertThat(turns(Map.of())).isEqualTo(new TaskTurns(2, 600_000));
        assertThat(turns(Map.of("spark.sparkhood.concurrentGpuTasks", " 7 "))).isEqualTo(new TaskTurns(7, 600_000));
    }

    @ParameterizedTest
    @CsvSource({
        "600, 600000",
        "90s, 90000",
        "250ms, 250",
        "3m, 180000",
        "3min, 180000",
        "3 MIN, 180000",
        "2h, 7200000",
        "1d, 86400000"
    })
    void timesAreWrittenAsSparkDoesAndInSecondsWithoutAUnit(String value, long millis) {
        assertThat(turns(Map.of("spark.sparkhood.gpuTaskWait", value)).waitMillis())
                .isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "two", "", "1.5", "1000000", "99999999999"})
    void wrongNumbersOfTasks(String value) {
        assertThatThrownBy(() -> turns(Map.of("spark.sparkhood.concurrentGpuTasks", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("spark.sparkhood.concurrentGpuTasks must be a number of tasks from 1 to 999999, but is '"
                        + value + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0ms", "-5s", "", "s", "10 years", "1.5h", "99999999999"})
    void wrongTimes(String value) {
        assertThatThrownBy(() -> turns(Map.of("spark.sparkhood.gpuTaskWait", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "spark.sparkhood.gpuTaskWait must be a time above 0 such as 600, 600s or 10min (units ms, s,"
                                + " m or min, h, d; without one seconds), but is '" + value + "'");
    }

    @Test
    void theSessionsSettingsAreCheckedOnTheDriver() {
        var conf = LocalSpark.SESSION.conf();
        conf.set("spark.sparkhood.concurrentGpuTasks", "none");
        try {
            var maps = LocalSpark.SESSION.sql(
                    "select array(1f, 2f) as query, array(1f, 2f) as key, array(1f, 2f) as value");
            NeighborhoodAttention stage = new NeighborhoodAttention()
                    .setKernelSize(1)
                    .setFeatureMap(2)
                    .setHeads(1);
            assertThatThrownBy(() -> stage.transform(maps))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("spark.sparkhood.concurrentGpuTasks must be a number of tasks");
        } finally {
            conf.unset("spark.sparkhood.concurrentGpuTasks");
        }
    }
}
