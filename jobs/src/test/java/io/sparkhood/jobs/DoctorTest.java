package io.sparkhood.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class DoctorTest {
    @Test
    void localListsBackendsNameFirstAndStartsNoSpark() {
        Jobs.Outcome outcome = Jobs.run("doctor", "--local");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines().toList())
                .anySatisfy(line -> assertThat(line).startsWith("this JVM: Java "))
                .anySatisfy(line -> assertThat(line).startsWith("cuda: "))
                .anySatisfy(line -> assertThat(line).startsWith("cpu: usable: "))
                .anySatisfy(line -> assertThat(line).matches("auto: (cuda|cpu)"))
                .contains("reference: usable: double precision, the definition word for word; slow");
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @Test
    void asksTheExecutors() throws IOException {
        try (SparkSession spark = Jobs.spark()) {
            Jobs.Outcome outcome = Jobs.run("doctor");
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.out().lines().toList())
                    .contains("Spark " + spark.version() + ", master local[2]", "executors: reached 1 of 1 registered")
                    .anySatisfy(line -> assertThat(line).startsWith("executors driver: Java "));
        }
    }
}
