package io.sparkhood.notebook;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one query attends to: the softmax of its scaled scores over the keys that it sees, by the definition, in double
 * precision; 0 for all other keys. For looking at, one query at a time; the stage itself never keeps these weights.
 */
public final class AttentionMap {
    private final int[] extents;
    private final int query;
    private final int[] visible; // tokens, row-major order
    private final double[] weights; // of the visible tokens; their sum is 1

    private AttentionMap(int[] extents, int query, int[] visible, double[] weights) {
        this.extents = extents;
        this.query = query;
        this.visible = visible;
        this.weights = weights;
    }

    /**
     * The weights of the query at a position.
     *
     * @param operator feature map, neighborhood and scale; heads, additional tokens and bias are left aside
     * @throws IllegalArgumentException if the maps have not the operator's feature map and headDim
     */
    public static AttentionMap of(
            NeighborhoodAttentionOperator operator, FeatureMap query, FeatureMap key, int... position) {
        requireSizes(operator, "query", query);
        requireSizes(operator, "key", key);
        int token = query.token(position);
        int[] visible = visible(operator, position);
        float[] queries = query.values();
        float[] keys = key.values();
        int dim = query.dim();
        double[] weights = new double[visible.length];
        for (int i = 0; i < visible.length; i++) {
            double product = 0;
            for (int d = 0; d < dim; d++) {
                product += (double) queries[token * dim + d] * keys[visible[i] * dim + d];
            }
            weights[i] = operator.scale() * product;
        }
        softmax(weights);
        return new AttentionMap(query.extents(), token, visible, weights);
    }

    private static void requireSizes(NeighborhoodAttentionOperator operator, String name, FeatureMap map) {
        List<Integer> extents = Arrays.stream(map.extents()).boxed().toList();
        if (!extents.equals(operator.featureMap()) || map.dim() != operator.headDim()) {
            throw new IllegalArgumentException(name + " must be " + operator.featureMap() + " of dim "
                    + operator.headDim() + " as the operator has it, but is " + map);
        }
    }

    private static void softmax(double[] scores) {
        double most = Arrays.stream(scores).max().orElseThrow();
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - most);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }

    /** The keys that the query at a position sees, as tokens in row-major order. */
    static int[] visible(NeighborhoodAttentionOperator operator, int... position) {
        List<Integer> tokens = List.of(0);
        for (int axis = 0; axis < operator.rank(); axis++) {
            AxisWindow window = operator.window(axis);
            List<Integer> longer = new ArrayList<>();
            for (int token : tokens) {
                for (int i = 0; i < window.count(position[axis]); i++) {
                    longer.add(token * window.extent() + window.first(position[axis]) + i * window.dilation());
                }
            }
            tokens = longer;
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Number of keys that the query sees. */
    public int visibleKeys() {
        return visible.length;
    }

    /** Weight of every token of the map, {@code [*extents]} of dim 1; 0 where the query does not see. */
    public FeatureMap weights() {
        float[] all = new float[IntStream.of(extents).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < visible.length; i++) {
            all[visible[i]] = (float) weights[i];
        }
        return FeatureMap.of(all, 1, extents);
    }

    /** Entropy of the weights as a number of keys: 1 if one key has all, visibleKeys if all have the same. */
    public double effectiveKeys() {
        double entropy = 0;
        for (double weight : weights) {
            entropy -= weight > 0 ? weight * Math.log(weight) : 0;
        }
        return Math.exp(entropy);
    }

    /** The weighted mean of the values: the output of this query. */
    public double[] mean(FeatureMap value) {
        float[] values = value.values();
        double[] mean = new double[value.dim()];
        for (int i = 0; i < visible.length; i++) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += weights[i] * values[visible[i] * mean.length + d];
            }
        }
        return mean;
    }

    /**
     * The photograph, pale, with the query in orange and the other keys that it sees painted by their weight: dark blue is none,
     * yellow the largest, by the square root, so that small weights show.
     *
     * @param photograph grey or RGB levels of the same extents, two axes
     */
    public BufferedImage over(FeatureMap photograph) {
        BufferedImage image = photograph.picture();
        if (!Arrays.equals(photograph.extents(), extents)) {
            throw new IllegalArgumentException("the photograph must have the extents of the attention map, "
                    + Arrays.toString(extents) + ", but is " + photograph);
        }
        for (int token = 0; token < photograph.tokens(); token++) {
            image.setRGB(token % extents[1], token / extents[1], Colors.pale(rgb(image, token)));
        }
        double most = IntStream.range(0, visible.length)
                .filter(i -> visible[i] != query)
                .mapToDouble(i -> weights[i])
                .max()
                .orElse(1);
        for (int i = 0; i < visible.length; i++) {
            int color = Colors.cividis(Math.sqrt(weights[i] / most));
            image.setRGB(visible[i] % extents[1], visible[i] / extents[1], color);
        }
        image.setRGB(query % extents[1], query / extents[1], Colors.QUERY);
        return image;
    }

    private int rgb(BufferedImage image, int token) {
        return image.getRGB(token % extents[1], token / extents[1]);
    }
}
