import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes {@code VectorTileKernels}, the micro-kernels of {@code VectorTileMath}, for the build: {@code java
 * TileKernelWriter.java FOLDER}.
 *
 * <p>They are flat code, an accumulator a variable, because C2 keeps vectors in registers only there; {@code VectorTileMath}
 * tells the rest of what C2 wants. Which kernels there are is the list in {@link #kernels}.
 */
final class TileKernelWriter {
    /** A kernel of more accumulators has no room left for additions to zero: some 75 vector operations are C2's limit. */
    private static final int MOST_ADDED = 10;

    private TileKernelWriter() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0], "io", "sparkhood", "cpu"));
        Files.writeString(folder.resolve("VectorTileKernels.java"), """
                package io.sparkhood.cpu;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorSpecies;

                /** The micro-kernels of {@link VectorTileMath}, written by TileKernelWriter. */
                final class VectorTileKernels {
                    private static final VectorSpecies<Float> SPECIES = VectorTileMath.SPECIES;
                    private static final int LANES = VectorTileMath.LANES;
                    private static final int MIXED_SLAB = VectorTileMath.MIXED_SLAB;

                    private VectorTileKernels() {}

                %s}
                """.formatted(
                        kernels().indent(4)));
    }

    private static String kernels() {
        List<String> kernels = new ArrayList<>();
        for (int slab : new int[] {32, 64}) {
            kernels.add(scoreOne(10, slab));
            kernels.add(scoreOne(8, slab));
            kernels.add(scorePair(10, slab));
            kernels.add(scorePair(8, slab));
            kernels.add(scorePair(5, slab)); // with 16 registers
        }
        kernels.add(mix(8, 2));
        kernels.add(mix(8, 1));
        kernels.add(mix(6, 4));
        kernels.add(mix(4, 4));
        kernels.add(mix(4, 2)); // with 16 registers
        kernels.add(mix(4, 1));
        return String.join("\n", kernels);
    }

    private static String scoreOne(int keys, int slab) {
        return """
                /** %1$d keys, %2$d dims apart, against one patch: one query vector, %1$d accumulators. */
                static void score%1$dOf%2$d(float[] s, int query, int keys, int dims, int starts, int scores) {
                %3$s    for (int dim = 0; dim < dims; dim++) {
                        FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
                        int key = keys + dim;
                %4$s    }
                %5$s}
                """.formatted(
                keys,
                slab,
                each(keys, key -> load("a" + key, "starts", key, "LANES")).indent(4),
                each(
                                keys,
                                key -> "a%1$d = FloatVector.broadcast(SPECIES, s[%2$s]).fma(q, a%1$d);"
                                        .formatted(key, at("key", key, slab)))
                        .indent(8),
                stored(keys, each(keys, key -> store("a" + key, keys, "scores", key, "LANES"))));
    }

    private static String scorePair(int keys, int slab) {
        return """
                /** %1$d keys, %2$d dims apart, against both patches of a tile: every key is loaded once for two query vectors. */
                static void scorePair%1$dOf%2$d(
                        float[] s, int query, int next, int keys, int dims, int starts, int nextStarts, int scores, int nextScores) {
                %3$s    for (int dim = 0; dim < dims; dim++) {
                        FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
                        FloatVector r = FloatVector.fromArray(SPECIES, s, next + dim * LANES);
                        FloatVector k;
                        int key = keys + dim;
                %4$s    }
                %5$s}
                """.formatted(
                keys,
                slab,
                (each(keys, key -> load("a" + key, "starts", key, "LANES"))
                                + each(keys, key -> load("b" + key, "nextStarts", key, "LANES")))
                        .indent(4),
                each(keys, key -> """
                                k = FloatVector.broadcast(SPECIES, s[%2$s]);
                                a%1$d = k.fma(q, a%1$d);
                                b%1$d = k.fma(r, b%1$d);""".formatted(key, at("key", key, slab))).indent(8),
                stored(
                        2 * keys,
                        each(keys, key -> store("a" + key, 2 * keys, "scores", key, "LANES"))
                                + each(keys, key -> store("b" + key, 2 * keys, "nextScores", key, "LANES"))));
    }

    private static String mix(int queries, int vectors) {
        int accumulators = queries * vectors;
        IntFunction<String> place = i -> {
            String slab = at("mixed", i % vectors / 2, "LANES * MIXED_SLAB");
            return at(at(slab, i / vectors, "MIXED_SLAB"), i % vectors % 2, "LANES");
        };
        return """
                /** %1$d queries x %2$d vectors of value dims: every value is loaded once for %1$d weights. */
                static void mix%1$dx%2$d(
                        float[] s, int weights, int values, int[] offsets, int firstKey, int endKey, int mixed) {
                %3$s    int w = weights + firstKey * LANES;
                    for (int key = firstKey; key < endKey; key++) {
                        int v = values + offsets[key];
                        FloatVector b;
                %4$s%5$s        w += LANES;
                    }
                %6$s}
                """.formatted(
                        queries,
                        vectors,
                        each(accumulators, i -> load("a" + i, place.apply(i))).indent(4),
                        each(vectors, vector -> load("v" + vector, "v", vector, "LANES"))
                                .indent(8),
                        each(
                                        queries,
                                        query -> "b = FloatVector.broadcast(SPECIES, s[w + %d]);\n".formatted(query)
                                                + each(
                                                                vectors,
                                                                vector -> "a%1$d = b.fma(v%2$d, a%1$d);"
                                                                        .formatted(query * vectors + vector, vector))
                                                        .stripTrailing())
                                .indent(8),
                        stored(accumulators, each(accumulators, i -> store("a" + i, accumulators, place.apply(i)))));
    }

    private static String load(String name, String array, int index, String step) {
        return load(name, at(array, index, step));
    }

    private static String load(String name, String place) {
        return "FloatVector %s = FloatVector.fromArray(SPECIES, s, %s);".formatted(name, place);
    }

    private static String store(String name, int accumulators, String array, int index, String step) {
        return store(name, accumulators, at(array, index, step));
    }

    private static String store(String name, int accumulators, String place) {
        String value = accumulators > MOST_ADDED ? name : "zero.add(" + name + ")";
        return "%s.intoArray(s, %s);".formatted(value, place);
    }

    private static String stored(int accumulators, String stores) {
        String zero = accumulators > MOST_ADDED ? "" : "FloatVector zero = FloatVector.zero(SPECIES);\n";
        return (zero + stores).indent(4);
    }

    private static String at(String start, int index, Object step) {
        return index == 0 ? start : "%s + %d * %s".formatted(start, index, step);
    }

    private static String each(int count, IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n", "", "\n"));
    }
}
