package io.sparkhood.backend.contract;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.Parameters;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import io.sparkhood.operator.Port;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far scores, or a mix of values, may be from the double-precision reference: as many roundings of float32 as their
 * arithmetic has, relative to the sum of the magnitudes of what is added, and one rounding to the output's dtype.
 */
public final class UnfusedBudget {
    private final Port port;
    private final float[] expected;
    private final double[] budget; // of each element

    private UnfusedBudget(UnfusedCase half, Outputs expected, Outputs magnitudes, double roundings) {
        this.port = half.operator().outputs().get(0);
        this.expected = expected.get(port.name());
        float[] magnitude = magnitudes.get(port.name());
        this.budget = new double[magnitude.length];
        double absolute = port.dtype() == DType.FLOAT16 ? 0x1p-25 : 0;
        for (int i = 0; i < budget.length; i++) {
            budget[i] = roundings * 0x1p-24 * magnitude[i]
                    + ErrorBudget.halfUnit(port.dtype()) * Math.abs(this.expected[i])
                    + absolute;
        }
    }

    /** Of the scores of an example. */
    public static UnfusedBudget scores(Backend reference, Example example) {
        Outputs expected = UnfusedCase.scores("expected", example.inFloat32()).on(reference, 1);
        Outputs magnitudes =
                UnfusedCase.scores("magnitudes", magnitudes(example)).on(reference, 1);
        return new UnfusedBudget(
                UnfusedCase.scores("scores", example),
                expected,
                magnitudes,
                example.operator().headDim() + 5);
    }

    /** Of a mix of an example's values with weights of any size. */
    public static UnfusedBudget weighted(Backend reference, Example example, float[] weights) {
        Outputs expected = mix(example.inFloat32(), Normalization.NONE, weights).on(reference, 1);
        Outputs magnitudes =
                mix(magnitudes(example), Normalization.NONE, absolute(weights)).on(reference, 1);
        return new UnfusedBudget(
                mix(example, Normalization.NONE, weights),
                expected,
                magnitudes,
                example.operator().slots() + 4);
    }

    /** The same where weights are rounded to an element type before. */
    public static UnfusedBudget weightedIn(DType dtype, Backend reference, Example example, float[] weights) {
        UnfusedBudget budget = weighted(reference, example, weights);
        float[] magnitude = mix(magnitudes(example), Normalization.NONE, absolute(weights))
                .on(reference, 1)
                .get("output");
        double least = dtype == DType.FLOAT16 ? 0x1p-24 * example.operator().slots() : 0; // of weights near 0
        for (int i = 0; i < magnitude.length; i++) {
            budget.budget[i] += ErrorBudget.halfUnit(dtype) * magnitude[i] + least;
        }
        return budget;
    }

    /** Of a mix of an example's values with the softmax of scores. */
    public static UnfusedBudget softmax(Backend reference, Example example, float[] scores) {
        Outputs expected =
                mix(example.inFloat32(), Normalization.SOFTMAX, scores).on(reference, 1);
        Outputs magnitudes =
                mix(magnitudes(example), Normalization.SOFTMAX, scores).on(reference, 1);
        double largest = 0;
        for (float score : scores) {
            largest = Float.isFinite(score) ? Math.max(largest, Math.abs(score)) : largest;
        }
        // of the mix, of the sum of weights, and of exponents, which a rounded score moves by the more the larger it is
        double roundings = 2.0 * example.operator().slots() + 8 + 8 * largest;
        return new UnfusedBudget(mix(example, Normalization.SOFTMAX, scores), expected, magnitudes, roundings);
    }

    private static UnfusedCase mix(Example example, Normalization normalization, float[] weights) {
        return UnfusedCase.aggregate("mix", example, normalization, weights);
    }

    /** The example with the magnitudes of all its numbers: its outputs are what roundings are relative to. */
    private static Example magnitudes(Example example) {
        NeighborhoodAttentionOperator o = example.operator();
        var operator = new NeighborhoodAttentionOperator(
                o.featureMap(),
                o.neighborhood(),
                o.heads(),
                o.keyValueHeads(),
                o.headDim(),
                o.valueDim(),
                Math.abs(o.scale()),
                o.additionalTokens(),
                o.relativePositionBias(),
                o.logSumExp(),
                DType.FLOAT32);
        Map<String, float[]> inputs = new LinkedHashMap<>();
        example.inputs().forEach((name, values) -> inputs.put(name, absolute(values)));
        Parameters parameters = Parameters.NONE;
        for (Port port : operator.parameters()) {
            parameters =
                    parameters.and(port.name(), absolute(example.parameters().require(port)));
        }
        return new Example(operator, example.batch(), inputs, parameters);
    }

    private static float[] absolute(float[] values) {
        float[] absolute = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            absolute[i] = Math.abs(values[i]);
        }
        return absolute;
    }

    /** Fails at the first element beyond it; where the reference is -infinity, so must the element be. */
    public void check(String name, Outputs actual) {
        float[] got = actual.get(port.name());
        for (int i = 0; i < expected.length; i++) {
            boolean infinite = expected[i] == Float.NEGATIVE_INFINITY;
            double error = Math.abs((double) got[i] - expected[i]);
            if (infinite ? got[i] != expected[i] : !(error <= budget[i])) {
                throw new AssertionError(name + " seed " + Example.SEED + "\n  " + port.name() + "[" + i
                        + "]: expected " + expected[i] + ", got " + got[i] + ", budget " + budget[i]);
            }
        }
    }
}
