package io.sparkhood.ml;

import org.apache.spark.ml.param.DoubleArrayArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.jspecify.annotations.Nullable;

/**
 * A stage that scores queries against keys.
 *
 * @param <S> the stage, which its setters return
 */
public abstract class ScoringStage<S extends ScoringStage<S>> extends NeighborhoodStage<S> {
    private final Param<String> queryCol;
    private final Param<String> keyCol;
    private final Param<String> additionalKeyCol;
    private final DoubleParam scale;
    private final DoubleArrayArrayParam relativePositionBias;

    ScoringStage(String uid, String output) {
        super(uid, output);
        StageParams make = new StageParams(this);
        queryCol = make.column("queryCol", "query column: [*featureMap, heads, headDim]");
        keyCol = make.column("keyCol", "key column: [*featureMap, keyValueHeads, headDim]");
        additionalKeyCol = make.column(
                "additionalKeyCol",
                "column of keys that every query sees beside its neighborhood: [n, keyValueHeads, headDim], n may differ "
                        + "by row; unset: none");
        scale = make.finite("scale", "factor of the scores; unset: headDim^-1/2");
        relativePositionBias = make.matrix(
                "relativePositionBias",
                "bias of the scores by relative position: one row per head, each [*(2 kernelSize - 1)] flattened "
                        + "row-major; unset: none");
        setDefault(queryCol, "query");
        setDefault(keyCol, "key");
    }

    @Override
    final Param<String> modelParam() {
        return queryCol;
    }

    /** What shapes the operator, as plain values. */
    final AttentionParams attentionParams(boolean logSumExp) {
        @Nullable Double factor = isDefined(scale) ? Double.valueOf(getScale()) : null;
        return attentionParams(factor, orNull(relativePositionBias), logSumExp);
    }

    public final Param<String> queryCol() {
        return queryCol;
    }

    public final String getQueryCol() {
        return getOrDefault(queryCol);
    }

    public final Param<String> keyCol() {
        return keyCol;
    }

    public final String getKeyCol() {
        return getOrDefault(keyCol);
    }

    public final Param<String> additionalKeyCol() {
        return additionalKeyCol;
    }

    public final String getAdditionalKeyCol() {
        return getOrDefault(additionalKeyCol);
    }

    public final DoubleParam scale() {
        return scale;
    }

    public final double getScale() {
        return (double) getOrDefault(scale);
    }

    public final DoubleArrayArrayParam relativePositionBias() {
        return relativePositionBias;
    }

    public final double[][] getRelativePositionBias() {
        return getOrDefault(relativePositionBias);
    }

    public final S setQueryCol(String value) {
        set(queryCol(), value);
        return self();
    }

    public final S setKeyCol(String value) {
        set(keyCol(), value);
        return self();
    }

    public final S setAdditionalKeyCol(String value) {
        set(additionalKeyCol(), value);
        return self();
    }

    public final S setScale(double value) {
        set(scale(), value);
        return self();
    }

    public final S setRelativePositionBias(double[][] value) {
        set(relativePositionBias(), value);
        return self();
    }
}
