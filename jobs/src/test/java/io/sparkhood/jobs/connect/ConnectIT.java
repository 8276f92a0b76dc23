package io.sparkhood.jobs.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The SQL functions from a Connect client: a server in a JVM of its own has the built jar and the catalog's setting, a client
 * in another has nothing of Sparkhood. What the client printed stays in {@code target/connect/client.txt}.
 */
class ConnectIT {
    private static final int TOKENS = 6;
    private static final long PATIENCE_SECONDS = 120;
    private static final String MAPS = "(select id, "
            + "transform(sequence(0, 5), i -> float(sin(i + id))) as q, "
            + "transform(sequence(0, 5), i -> float(cos(2 * i + id))) as k, "
            + "transform(sequence(0, 5), i -> float(i * i + id)) as v from range(2))";
    private static final String ATTENTION =
            "select sparkhood.neighborhood_attention(q, k, v, 3, map('feature_map', '6', 'heads', '1')) as output from "
                    + MAPS + " order by id";
    private static final String TENSORS = "select sparkhood.neighborhood_attention(sparkhood.tensor(q, s), "
            + "sparkhood.tensor(k, s), sparkhood.tensor(v, s), array(3)) as output from (select *, array(6, 1, 1) as s from "
            + MAPS + ") order by id";
    private static final String FUNCTIONS = "show user functions in sparkhood";
    private static final String WRONG =
            "select sparkhood.neighborhood_attention(q, k, v, 3, map('head', '1')) as output from " + MAPS;

    private static Process server;
    private static int port;

    @BeforeAll
    static void startServer() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        server = ConnectJvms.server(port).start();
        for (long tries = 0; tries < 4 * PATIENCE_SECONDS && server.isAlive() && !listening(); tries++) {
            Thread.sleep(250);
        }
        assertThat(server.isAlive()).as("see target/connect/server.txt").isTrue();
    }

    private static boolean listening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 250);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.destroy();
        if (!server.waitFor(20, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    @Test
    void aClientWithoutOurClassesRunsTheFunctions(@TempDir Path classes) throws Exception {
        List<String> lines = client(classes, ATTENTION, TENSORS, FUNCTIONS, WRONG);
        assertThat(lines.get(0)).isEqualTo("no class of Sparkhood here");
        assertThat(lines.get(1)).startsWith("org.apache.spark.sql.connect.SparkSession, server Spark 4.1.");
        List<String> arrays = answer(lines, ATTENTION);
        assertThat(arrays).hasSize(2);
        for (int id = 0; id < 2; id++) {
            JsonNode output = new ObjectMapper().readTree(arrays.get(id)).get("output");
            double[] expected = attention(id);
            assertThat(output.size()).isEqualTo(TOKENS);
            for (int i = 0; i < TOKENS; i++) {
                assertThat(output.get(i).asDouble())
                        .as("row %d token %d", id, i)
                        .isCloseTo(expected[i], within(1e-5));
            }
        }
        assertThat(answer(lines, TENSORS))
                .hasSize(2)
                .allSatisfy(tensor -> assertThat(tensor)
                        .startsWith("{\"output\":{\"shape\":[6,1,1],\"dtype\":\"float32\",\"data\":\""));
        assertThat(answer(lines, FUNCTIONS)).contains("{\"function\":\"sparkhood.neighborhood_attention\"}");
        assertThat(answer(lines, WRONG))
                .anySatisfy(line -> assertThat(line)
                        .contains("neighborhood_attention: there is no option 'head'; the options are "));
        assertThat(answer(lines, "columns")).containsExactly("{\"values\":[0.0,0.5]}", "{\"values\":[1.0,0.5]}");
    }

    /** The definition, word for word: every token attends to the three around it, at the ends to the first or last three. */
    private static double[] attention(int id) {
        double[] output = new double[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
            int start = Math.max(0, Math.min(TOKENS - 3, i - 1));
            double sum = 0;
            for (int j = start; j < start + 3; j++) {
                double weight = Math.exp(Math.sin(i + id) * Math.cos(2 * j + id));
                sum += weight;
                output[i] += weight * (j * j + id);
            }
            output[i] /= sum;
        }
        return output;
    }

    private static List<String> client(Path classes, String... queries) throws Exception {
        Path output = ConnectJvms.DIRECTORY.resolve("client.txt");
        Process client = ConnectJvms.client(classes, port, queries)
                .redirectOutput(output.toFile())
                .start();
        assertThat(client.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue())
                .as("see %s, and client-errors.txt beside it", output)
                .isZero();
        return Files.readAllLines(output);
    }

    /** The lines between a query and the next. */
    private static List<String> answer(List<String> lines, String query) {
        int from = lines.indexOf("> " + query) + 1;
        int to = from;
        while (to < lines.size() && !lines.get(to).startsWith("> ")) {
            to++;
        }
        return lines.subList(from, to).stream()
                .filter(line -> !line.startsWith("Using Spark's default"))
                .toList();
    }
}
