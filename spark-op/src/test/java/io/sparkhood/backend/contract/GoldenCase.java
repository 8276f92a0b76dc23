package io.sparkhood.backend.contract;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Neighborhood;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One line of {@code golden/neighborhood_attention.tsv}: closed-form inputs and the outputs of an independent program. */
public record GoldenCase(Example example, long visiblePairs, double[] output, double[] logSumExp) {
    private static final Map<String, double[]> WAVES = Map.of( // frequency, phase
            "query",
            new double[] {0.7, 0.1},
            "key",
            new double[] {1.3, 0.2},
            "value",
            new double[] {2.1, 0.3},
            "additionalKeys",
            new double[] {1.7, 0.5},
            "additionalValues",
            new double[] {1.9, 0.6},
            RELATIVE_POSITION_BIAS,
            new double[] {0.9, 0.7});

    /** The 20 cases. */
    public static List<GoldenCase> all() {
        return lines("neighborhood_attention.tsv").stream()
                .map(GoldenCase::parse)
                .toList();
    }

    /** The lines of a golden file without its header, split at tabs. */
    public static List<String[]> lines(String file) {
        InputStream bytes = Objects.requireNonNull(
                GoldenCase.class.getResourceAsStream("/golden/" + file), "golden data is missing");
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            return reader.lines().skip(1).map(line -> line.split("\t", -1)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GoldenCase parse(String[] fields) {
        List<Boolean> causal = ints(fields[9]).stream().map(flag -> flag == 1).toList();
        NeighborhoodAttentionOperator operator = new NeighborhoodAttentionOperator(
                ints(fields[0]),
                new Neighborhood(ints(fields[6]), ints(fields[7]), ints(fields[8]), causal),
                Integer.parseInt(fields[2]),
                Integer.parseInt(fields[3]),
                Integer.parseInt(fields[4]),
                Integer.parseInt(fields[5]),
                Double.parseDouble(fields[12]),
                Integer.parseInt(fields[10]),
                fields[11].equals("1"),
                true,
                DType.FLOAT32);
        int batch = Integer.parseInt(fields[1]);
        Map<String, float[]> inputs = new LinkedHashMap<>();
        for (Port port : operator.inputs()) {
            inputs.put(port.name(), wave(port.name(), batch * port.elements()));
        }
        Parameters parameters = Parameters.NONE;
        for (Port port : operator.parameters()) {
            parameters = parameters.and(port.name(), wave(port.name(), port.elements()));
        }
        Example example = new Example(operator, batch, inputs, parameters);
        return new GoldenCase(example, Long.parseLong(fields[13]), doubles(fields[14]), doubles(fields[15]));
    }

    private static float[] wave(String name, long elements) {
        double[] wave = Objects.requireNonNull(WAVES.get(name));
        float[] values = new float[Math.toIntExact(elements)];
        for (int n = 0; n < values.length; n++) {
            values[n] = (float) Math.sin(wave[0] * n + wave[1]);
        }
        return values;
    }

    private static List<Integer> ints(String field) {
        return Arrays.stream(field.split(",", -1)).map(Integer::valueOf).toList();
    }

    private static double[] doubles(String field) {
        return Arrays.stream(field.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public String toString() {
        return example.operator().toString();
    }
}
