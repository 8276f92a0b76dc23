package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheLinesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1000, 1000000, 1000", // another collector
        "1048576, 1000, 262144, 131072",
        "1048576, 1000, 262143, 1000", // a region is beyond the limit
        "1048576, 131071, 262144, 131072",
        "1048576, 131072, 262144, 131072",
        "1048576, 200000, 262144, 200000", // gets regions of its own anyhow
    })
    void smallArraysGetARegionOfTheirOwnWithinTheLimit(long region, long needed, long limit, long floats) {
        assertThat(new CacheLines(region).floats(needed, limit)).isEqualTo(floats);
    }

    /** What the arithmetic rests on; the day a JVM lays arrays out otherwise, this says so. */
    @ParameterizedTest
    @ValueSource(strings = {"1m", "4m"})
    void arraysOfTheirOwnRegionsBeginWithALine(String region) throws Exception {
        List<String> options =
                List.of("-Xmx256m", "-XX:-UseCompressedOops", "-XX:+UseG1GC", "-XX:G1HeapRegionSize=" + region);
        assertThat(CpuPlanTest.inFreshJvm(512, options, AlignmentCheck.class)).isEqualTo("0 0 0");
    }

    @Test
    void otherCollectorsAreLeftAlone() throws Exception {
        List<String> options = List.of("-Xmx256m", "-XX:-UseCompressedOops", "-XX:+UseSerialGC");
        assertThat(CpuPlanTest.inFreshJvm(512, options, AlignmentCheck.class)).matches("\\d+ \\d+ \\d+");
    }
}
