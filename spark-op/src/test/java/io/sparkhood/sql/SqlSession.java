package io.sparkhood.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.ml.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The local Spark with the catalog, and what queries say there. */
final class SqlSession {
    static final SparkSession SESSION = LocalSpark.SESSION;

    static {
        SparkhoodCatalog.register(SESSION);
    }

    private SqlSession() {}

    /** Rows as a view whose queries run in tasks; those on local rows would be computed on the driver. */
    static void view(String name, Dataset<Row> rows) {
        rows.repartition(2).createOrReplaceTempView(name);
    }

    static Row row(String query) {
        return SESSION.sql(query).first();
    }

    static void refused(String query, String message) {
        assertThatThrownBy(() -> SESSION.sql(query).collectAsList())
                .satisfies(thrown -> assertThat(causes(thrown))
                        .anySatisfy(text -> assertThat(text).isEqualTo(message)));
    }

    /** What Spark says before a job; its own words stand around ours. */
    static void refusedAtAnalysis(String query, String message) {
        assertThatThrownBy(() -> SESSION.sql(query))
                .isInstanceOf(org.apache.spark.sql.AnalysisException.class)
                .hasMessageContaining(message);
    }

    static List<String> causes(Throwable thrown) {
        List<String> messages = new ArrayList<>();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            messages.add(String.valueOf(t.getMessage()));
        }
        return messages;
    }
}
