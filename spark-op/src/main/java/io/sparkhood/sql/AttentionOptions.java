package io.sparkhood.sql;

import io.sparkhood.ml.NeighborhoodAttention;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.jspecify.annotations.Nullable;

/** The options of the SQL function: the params of the stage, in snake_case, as texts. */
final class AttentionOptions {
    /** The stage's params that say nothing about one row alone, by name, and why. */
    private static final Map<String, String> OF_THE_STAGE_ALONE = Map.of(
            "kernelSize", "it is the function's argument kernel_size",
            "keepInputCols", "a function leaves the columns of its row as they are",
            "maxBatchBytes", "a function computes one row per call; use the stage NeighborhoodAttention for batches",
            "handleInvalid",
                    "a function fails on a row that it cannot compute; use the stage NeighborhoodAttention to skip or keep such"
                            + " rows");

    private AttentionOptions() {}

    /**
     * Sets the options on a stage.
     *
     * @throws IllegalArgumentException if there is no such option, or its value is none for it; the message names both
     */
    static void set(NeighborhoodAttention stage, Map<String, @Nullable String> options) {
        options.forEach((key, text) -> {
            Param<?> param = param(stage, key);
            if (text == null) {
                throw new IllegalArgumentException("option " + key + " is null; leave it out for its default");
            }
            set(stage, param, value(param, key, text));
        });
    }

    @SuppressWarnings("unchecked") // value() makes what the param's class holds
    private static void set(NeighborhoodAttention stage, Param<?> param, Object value) {
        stage.set((Param<Object>) param, value);
    }

    /** The keys, in order, for messages. */
    static String allowed() {
        return String.join(
                ", ", params(new NeighborhoodAttention(AttentionFunction.NAME)).keySet());
    }

    private static Map<String, Param<?>> params(NeighborhoodAttention stage) {
        Map<String, Param<?>> allowed = new TreeMap<>();
        for (Param<?> param : stage.params()) {
            if (!OF_THE_STAGE_ALONE.containsKey(param.name()) && !isColumn(param.name())) {
                allowed.put(snakeCase(param.name()), param);
            }
        }
        return allowed;
    }

    private static boolean isColumn(String name) {
        return name.endsWith("Col");
    }

    private static Param<?> param(NeighborhoodAttention stage, String key) {
        Map<String, Param<?>> allowed = params(stage);
        @Nullable Param<?> param = allowed.get(key);
        if (param != null) {
            return param;
        }
        String name = camelCase(key);
        if (isColumn(name)) {
            throw alone(key, "columns are the function's arguments and its result");
        }
        @Nullable String reason = OF_THE_STAGE_ALONE.get(name);
        if (reason != null && key.equals(snakeCase(name))) {
            throw alone(key, reason);
        }
        throw new IllegalArgumentException(
                "there is no option '" + key + "'; the options are " + String.join(", ", allowed.keySet()));
    }

    private static IllegalArgumentException alone(String key, String reason) {
        return new IllegalArgumentException("option " + key + " is none of a function: " + reason);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static String camelCase(String key) {
        StringBuilder name = new StringBuilder();
        for (String word : key.split("_")) {
            boolean first = name.isEmpty() || word.isEmpty();
            name.append(first ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }

    /** The value of a text for a param, by the param's class. */
    private static Object value(Param<?> param, String key, String text) {
        if (param instanceof IntArrayParam) {
            return parsed(key, text, "whole numbers separated by commas, such as '7,7'", AttentionOptions::ints);
        }
        if (param instanceof IntParam) {
            return parsed(key, text, "a whole number", Integer::valueOf);
        }
        if (param instanceof LongParam) {
            return parsed(key, text, "a whole number", Long::valueOf);
        }
        if (param instanceof DoubleParam) {
            return parsed(key, text, "a number", Double::valueOf);
        }
        if (param instanceof DoubleArrayArrayParam) {
            return parsed(key, text, "a row of numbers per head, such as '0,0.5,1; 1,0.5,0'", AttentionOptions::matrix);
        }
        if (param instanceof BooleanParam) {
            return parsed(key, text, "true or false", AttentionOptions::flag);
        }
        return text;
    }

    private static Object parsed(String key, String text, String wanted, Function<String, Object> parser) {
        try {
            return parser.apply(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("option " + key + " must be " + wanted + ", but is '" + text + "'", e);
        }
    }

    private static int[] ints(String text) {
        String[] numbers = text.isEmpty() ? new String[0] : text.split(",", -1);
        return Arrays.stream(numbers)
                .map(String::strip)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static double[][] matrix(String text) {
        return Arrays.stream(text.split(";", -1))
                .map(row -> Arrays.stream(row.split(",", -1))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toArray(double[][]::new);
    }

    private static Boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new NumberFormatException(text);
        };
    }
}
