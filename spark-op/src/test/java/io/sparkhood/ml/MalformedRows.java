package io.sparkhood.ml;

import static java.util.stream.Collectors.joining;

import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Random rows q, k, v of one column form for kernelSize 3, two heads and checkFinite: good ones, and ones with a single fault
 * of a known kind and hence a known sentence. Flat maps have 4 tokens.
 */
final class MalformedRows {
    /**
     * One row.
     *
     * @param kind what was done to it, empty for a good one
     * @param sentence what the stage must say, empty for a good one
     */
    record Sample(String kind, List<@Nullable Object> tensors, String sentence) {}

    private static final List<String> COLUMNS = List.of("q", "k", "v");
    private static final int HEADS = 2;
    private static final int HEAD_DIM = 3;
    private static final int FLAT_LENGTH = 4 * HEADS * HEAD_DIM;
    private static final List<String> FLAT_KINDS =
            List.of("null", "empty", "too short or long", "another multiple", "not finite");
    private static final List<String> STRUCT_KINDS = List.of(
            "null",
            "null field",
            "null extent",
            "negative extent",
            "overflowing shape",
            "truncated data",
            "extended data",
            "unknown dtype",
            "another dtype",
            "another rank",
            "zero extent",
            "another extent",
            "map below the kernel",
            "heads that do not divide",
            "a thousand axes",
            "not finite");

    private final String form;
    private final Random random;
    private final List<String> kinds;

    MalformedRows(String form, long seed) {
        this.form = form;
        this.random = new Random(seed);
        kinds = new ArrayList<>(form.equals("struct") ? STRUCT_KINDS : FLAT_KINDS);
        if (form.equals("array")) {
            kinds.add("null element");
        }
        if (form.equals("vector")) {
            kinds.add("sparse and huge");
        }
    }

    private int below(int bound) {
        return random.nextInt(bound);
    }

    private float[] values(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private Object flat(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return form.equals("array") ? values : Vectors.dense(doubles);
    }

    /** The shape of a row that could be computed. */
    private int[] shape() {
        int[] shape = new int[3 + below(form.equals("struct") ? 3 : 1)];
        for (int axis = 0; axis < shape.length - 2; axis++) {
            shape[axis] = form.equals("struct") ? 3 + below(3) : 4;
        }
        shape[shape.length - 2] = HEADS;
        shape[shape.length - 1] = HEAD_DIM;
        return shape;
    }

    private List<@Nullable Object> tensors(int[] shape) {
        List<@Nullable Object> tensors = new ArrayList<>();
        for (int port = 0; port < 3; port++) {
            tensors.add(tensor(shape));
        }
        return tensors;
    }

    private Object tensor(int... shape) {
        float[] values = values(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        return form.equals("struct") ? TensorStruct.of(values, shape) : flat(values);
    }

    Sample good() {
        return new Sample("", tensors(shape()), "");
    }

    Sample malformed() {
        String kind = kinds.get(below(kinds.size()));
        int port = below(3);
        return form.equals("struct") ? struct(kind, port) : flat(kind, port);
    }

    private static Sample faulty(String kind, List<@Nullable Object> tensors, int port, String sentence) {
        return new Sample(kind, tensors, "column " + COLUMNS.get(port) + ": " + sentence);
    }

    private Sample flat(String kind, int port) {
        List<@Nullable Object> tensors = tensors(shape());
        switch (kind) {
            case "null":
                tensors.set(port, null);
                return faulty(kind, tensors, port, "the tensor is null");
            case "empty":
                tensors.set(port, flat(new float[0]));
                return faulty(kind, tensors, port, port == 1 ? lengthOfKey(FLAT_LENGTH, 0) : "the tensor is empty");
            case "too short or long":
                int length = 8 * below(40) + 1 + below(7);
                tensors.set(port, flat(values(length)));
                return faulty(kind, tensors, port, wrongLength(port, length));
            case "another multiple":
                int other = 8 * (4 + below(40));
                int resized = below(2); // of the value another multiple is another valueDim, and right
                tensors.set(resized, flat(values(other)));
                return faulty(
                        kind, tensors, 1, resized == 0 ? lengthOfKey(other, FLAT_LENGTH) : lengthOfKey(24, other));
            case "not finite":
                return notFinite(kind, port, shape());
            case "null element":
                Float[] holed = new Float[FLAT_LENGTH];
                Arrays.fill(holed, 1f);
                int first = below(FLAT_LENGTH);
                Arrays.fill(holed, first, first + 1 + below(FLAT_LENGTH - first), null);
                tensors.set(port, holed);
                return faulty(kind, tensors, port, "element " + first + " is null");
            default: // sparse and huge
                int huge = 2_000_000_001 + 8 * below(10_000_000);
                tensors.set(port, Vectors.sparse(huge, new int[] {below(huge)}, new double[] {1}));
                return faulty(kind, tensors, port, wrongLength(port, huge));
        }
    }

    private static String lengthOfKey(int query, int found) {
        return "length must be " + query + " for shape [4, 2, " + query / 8 + "], but is " + found;
    }

    private static String wrongLength(int port, int found) {
        return port == 1
                ? lengthOfKey(FLAT_LENGTH, found)
                : "length must be a multiple of tokens × " + (port == 0 ? "heads" : "keyValueHeads") + " = 8, but is "
                        + found + " (featureMap=[4], heads=2)";
    }

    private Sample notFinite(String kind, int port, int[] shape) {
        List<@Nullable Object> tensors = tensors(shape);
        float[] values = values(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        int index = below(values.length);
        float[] wrongs = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float wrong = wrongs[below(3)];
        values[index] = wrong;
        tensors.set(port, form.equals("struct") ? TensorStruct.of(values, shape) : flat(values));
        return faulty(
                kind, tensors, port, "element " + index + " is " + wrong + ", but checkFinite asks for finite values");
    }

    private Sample struct(String kind, int port) {
        int[] shape = shape();
        List<@Nullable Object> tensors = tensors(shape);
        int bytes = 4 * Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        switch (kind) {
            case "null":
                tensors.set(port, null);
                return faulty(kind, tensors, port, "the tensor is null");
            case "null field":
                int field = below(3);
                @Nullable Object[] fields = {shape, "float32", new byte[bytes]};
                fields[field] = null;
                tensors.set(port, RowFactory.create(fields));
                return faulty(
                        kind,
                        tensors,
                        port,
                        "the tensor's " + List.of("shape", "dtype", "data").get(field) + " is null");
            case "null extent":
                @Nullable Integer[] holed = Arrays.stream(shape).boxed().toArray(Integer[]::new);
                holed[below(holed.length)] = null;
                tensors.set(port, RowFactory.create(holed, "float32", new byte[bytes]));
                return faulty(kind, tensors, port, "the tensor's shape " + Arrays.asList(holed) + " has a null");
            case "truncated data":
                return lengthened(kind, tensors, port, shape, below(bytes));
            case "extended data":
                return lengthened(kind, tensors, port, shape, bytes + 1 + below(100));
            case "unknown dtype":
                String dtype = random.ints(below(12), 'a', 'z')
                        .mapToObj(Character::toString)
                        .collect(joining("", "F", ""));
                tensors.set(port, RowFactory.create(shape, dtype, new byte[bytes]));
                return faulty(
                        kind, tensors, port, "dtype must be one of float32, float16, bfloat16, but is '" + dtype + "'");
            case "another dtype":
                return anotherType(kind, tensors, port, shape, bytes);
            case "not finite":
                return notFinite(kind, port, shape);
            default:
                return misshapen(kind, tensors, port, shape);
        }
    }

    private static Sample lengthened(String kind, List<@Nullable Object> tensors, int port, int[] shape, int found) {
        int expected = 4 * Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        tensors.set(port, RowFactory.create(shape, "float32", new byte[found]));
        return faulty(
                kind,
                tensors,
                port,
                "data has " + found + " bytes, but shape " + Arrays.toString(shape) + " of float32 takes " + expected);
    }

    private Sample anotherType(String kind, List<@Nullable Object> tensors, int port, int[] shape, int bytes) {
        DType other = random.nextBoolean() ? DType.FLOAT16 : DType.BFLOAT16;
        tensors.set(port, TensorStruct.of(other, new byte[bytes / 2], shape));
        DType query = port == 0 ? other : DType.FLOAT32;
        DType found = port == 0 ? DType.FLOAT32 : other;
        return faulty(
                kind,
                tensors,
                Math.max(1, port),
                "dtype must be that of column q, " + query + ", but is " + found + "; convert one of them");
    }

    /** Shapes that no tensor, or not this one, can have. */
    private Sample misshapen(String kind, List<@Nullable Object> tensors, int port, int[] original) {
        int[] shape = original.clone(); // the tensors hold the other
        String given = Arrays.toString(shape);
        int axis = below(shape.length);
        switch (kind) {
            case "negative extent":
                shape[axis] = -1 - below(Integer.MAX_VALUE);
                tensors.set(port, empty(shape));
                return faulty(kind, tensors, port, "shape " + Arrays.toString(shape) + " has a negative extent");
            case "overflowing shape":
                int[] huge =
                        random.ints(3 + below(6), 1 << 30, Integer.MAX_VALUE).toArray();
                tensors.set(port, empty(huge));
                return faulty(
                        kind,
                        tensors,
                        port,
                        "shape " + Arrays.toString(huge) + " has more elements than a 64-bit number counts");
            case "zero extent":
                shape[axis] = 0;
                tensors.set(port, empty(shape));
                return faulty(
                        kind,
                        tensors,
                        port,
                        "every extent must be at least 1, but the shape is " + Arrays.toString(shape));
            case "another extent":
                int resized = 1 + below(2);
                int grown = below(shape.length - 2);
                shape[grown] += 1 + below(3);
                tensors.set(resized, tensor(shape));
                return faulty(kind, tensors, resized, "shape must be " + given + ", but is " + Arrays.toString(shape));
            case "another rank":
                return anotherRank(kind, tensors, port, shape);
            case "map below the kernel":
                int extent = 1 + below(2);
                return faulty(
                        kind,
                        tensors(new int[] {extent, HEADS, HEAD_DIM}),
                        0,
                        "kernelSize × dilation must not exceed the feature map: on axis 0, 3 × 1 = 3 > " + extent
                                + " (featureMap=[" + extent + "], kernelSize=[3], dilation=[1]); choose a smaller "
                                + "kernelSize or dilation on that axis");
            case "heads that do not divide":
                shape[shape.length - 2] = 3;
                tensors.set(1, tensor(shape));
                tensors.set(2, tensor(shape));
                return faulty(
                        kind, tensors, 0, "keyValueHeads must divide heads: 2 % 3 = 2 (heads=2, keyValueHeads=3)");
            default: // a thousand axes
                int[] ones = new int[33 + below(1000)];
                Arrays.fill(ones, 1);
                tensors.set(port, RowFactory.create(ones, "float32", new byte[4]));
                return faulty(
                        kind, tensors, port, "the tensor's shape must have at most 32 numbers, but has " + ones.length);
        }
    }

    private Sample anotherRank(String kind, List<@Nullable Object> tensors, int port, int[] shape) {
        int axes;
        do {
            axes = below(9);
        } while (port == 0 ? axes >= 3 && axes <= 5 : axes == shape.length);
        int[] ones = new int[axes];
        Arrays.fill(ones, 1);
        tensors.set(port, tensor(ones));
        String wanted = port == 0
                ? "[*featureMap, heads, headDim], 3 to 5 numbers"
                : "[*featureMap, keyValueHeads, dim], " + shape.length + " numbers";
        return faulty(kind, tensors, port, "shape must be " + wanted + ", but is " + Arrays.toString(ones));
    }

    private static Row empty(int[] shape) {
        return RowFactory.create(shape, "float32", new byte[0]);
    }
}
