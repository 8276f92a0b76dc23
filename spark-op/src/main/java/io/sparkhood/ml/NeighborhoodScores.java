package io.sparkhood.ml;

import io.sparkhood.column.OutputColumn;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorForm;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/**
 * The scores of neighborhood attention, before softmax: adds to every row one number per query, head and key that it sees, so
 * that they can be looked at, masked or replaced before {@link NeighborhoodAggregate} weighs values with them. With {@code
 * normalization} softmax that gives the output of {@link NeighborhoodAttention}.
 *
 * <p>Columns have the forms of {@link NeighborhoodAttention}; the output has the form of the query column and is float32. The
 * last axis of {@code [*featureMap, heads, slots]} is the window row-major, slot t of an axis being the key at {@code first + t x
 * dilation}, then the additional keys; on a causal axis a slot without a key has -infinity.
 *
 * <p>Paper: Hassani, Hwu, Shi, "Faster Neighborhood Attention" (2024), which calls this operation PN.
 */
public final class NeighborhoodScores extends ScoringStage<NeighborhoodScores> implements DefaultParamsWritable {
    private static final String NAME = "neighborhoodScores";

    /** A stage with a new uid. */
    public NeighborhoodScores() {
        this(Identifiable$.MODULE$.randomUID(NAME));
    }

    /** A stage with this uid, as MLlib's reader makes it. */
    public NeighborhoodScores(String uid) {
        super(
                uid,
                "scores column: [*featureMap, heads, slots], slots = the product of kernelSize + one per additional key, "
                        + "form of the query, float32");
        setDefault(outputCol(), "scores");
    }

    /** For MLlib's persistence. */
    public static MLReader<NeighborhoodScores> read() {
        return new DefaultParamsReadable<NeighborhoodScores>() {}.read();
    }

    /** A stage saved with {@code write().save(path)}. */
    public static NeighborhoodScores load(String path) {
        return read().load(path);
    }

    @Override
    public NeighborhoodScores copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    NeighborhoodScores self() {
        return this;
    }

    @Override
    String stageName() {
        return NAME;
    }

    @Override
    List<Param<String>> inputParams() {
        return isDefined(additionalKeyCol())
                ? List.of(queryCol(), keyCol(), additionalKeyCol())
                : List.of(queryCol(), keyCol());
    }

    @Override
    List<OutputColumn> outputs(TensorForm form) {
        return List.of(new OutputColumn("scores", getOutputCol(), form));
    }

    @Override
    void checkParams() {
        attentionParams(false).check();
    }

    @Override
    RowOperator rows(List<String> columns) {
        return new ScoresRows(columns, attentionParams(false));
    }
}
