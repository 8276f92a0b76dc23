package io.sparkhood.jobs.connect;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A user's program on a Connect client: runs queries on the server and prints their rows as JSON. Its class path has the
 * client's jars and this class, nothing of Sparkhood.
 */
final class ConnectClient {
    private ConnectClient() {}

    /**
     * Runs.
     *
     * @param arguments the server's address, {@code sc://host:port}, then queries
     */
    public static void main(String[] arguments) throws Exception {
        try {
            Class.forName("io.sparkhood.sql.SparkhoodCatalog");
            System.out.println("Sparkhood is on the class path of the client");
        } catch (ClassNotFoundException expected) {
            System.out.println("no class of Sparkhood here");
        }
        try (SparkSession spark = SparkSession.builder().remote(arguments[0]).getOrCreate()) {
            System.out.println(spark.getClass().getName() + ", server Spark " + spark.version());
            for (int i = 1; i < arguments.length; i++) {
                System.out.println("> " + arguments[i]);
                run(spark, arguments[i]);
            }
            System.out.println("> columns");
            Column tensor = call_function("sparkhood.tensor", array(col("id").cast("float"), lit(0.5f)), array(lit(2)));
            for (Row row : spark.range(2)
                    .select(call_function("sparkhood.tensor_data", tensor).as("values"))
                    .collectAsList()) {
                System.out.println(row.json());
            }
        }
    }

    private static void run(SparkSession spark, String query) {
        try {
            for (Row row : spark.sql(query).collectAsList()) {
                System.out.println(row.json());
            }
        } catch (Exception e) { // Spark's are checked, but its Scala methods do not say so
            System.out.println(e.getClass().getSimpleName() + ": "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }
}
