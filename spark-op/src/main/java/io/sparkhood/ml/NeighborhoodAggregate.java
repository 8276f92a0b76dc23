package io.sparkhood.ml;

import io.sparkhood.column.OutputColumn;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorForm;
import io.sparkhood.operator.Normalization;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/**
 * Values of every query's neighborhood, mixed with weights from a column, such as the scores of {@link NeighborhoodScores} with
 * {@code normalization} softmax.
 *
 * <p>Columns have the forms of {@link NeighborhoodAttention}; the output has the form and dtype of the value column. Weights are
 * float32 and lie as {@link NeighborhoodScores} leaves scores; what lies in slots without a key is not read.
 *
 * <pre>{@code
 * new NeighborhoodAggregate().setWeightsCol("scores").setNormalization("softmax").setKernelSize(7, 7).transform(scored)
 * }</pre>
 *
 * <p>Paper: Hassani, Hwu, Shi, "Faster Neighborhood Attention" (2024), which calls this operation NN.
 */
public final class NeighborhoodAggregate extends NeighborhoodStage<NeighborhoodAggregate>
        implements DefaultParamsWritable {
    private static final String NAME = "neighborhoodAggregate";

    private final Param<String> weightsCol;
    private final Param<String> valueCol;
    private final Param<String> additionalValueCol;
    private final Param<String> normalization;

    /** A stage with a new uid. */
    public NeighborhoodAggregate() {
        this(Identifiable$.MODULE$.randomUID(NAME));
    }

    /** A stage with this uid, as MLlib's reader makes it. */
    public NeighborhoodAggregate(String uid) {
        super(uid, "output column: [*featureMap, heads, valueDim], form and dtype of the value");
        StageParams make = new StageParams(this);
        weightsCol = make.column(
                "weightsCol",
                "weights column, or scores with normalization=softmax: [*featureMap, heads, slots], float32");
        valueCol = make.column("valueCol", "value column: [*featureMap, keyValueHeads, valueDim]");
        additionalValueCol = make.column(
                "additionalValueCol",
                "column of values that every query sees beside its neighborhood: [n, keyValueHeads, valueDim], n may "
                        + "differ by row; unset: none");
        normalization = make.choice(
                "normalization",
                "what makes weights of weightsCol: none, they are; softmax, it has scores, whose softmax over the slots that "
                        + "have a key is",
                Normalization.names());
        setDefault(weightsCol, "weights");
        setDefault(valueCol, "value");
        setDefault(normalization, Normalization.NONE.toString());
    }

    /** For MLlib's persistence. */
    public static MLReader<NeighborhoodAggregate> read() {
        return new DefaultParamsReadable<NeighborhoodAggregate>() {}.read();
    }

    /** A stage saved with {@code write().save(path)}. */
    public static NeighborhoodAggregate load(String path) {
        return read().load(path);
    }

    @Override
    public NeighborhoodAggregate copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    NeighborhoodAggregate self() {
        return this;
    }

    @Override
    String stageName() {
        return NAME;
    }

    @Override
    List<Param<String>> inputParams() {
        return isDefined(additionalValueCol)
                ? List.of(weightsCol, valueCol, additionalValueCol)
                : List.of(weightsCol, valueCol);
    }

    @Override
    Param<String> modelParam() {
        return valueCol;
    }

    @Override
    List<OutputColumn> outputs(TensorForm form) {
        return List.of(new OutputColumn("output", getOutputCol(), form));
    }

    @Override
    void checkParams() {
        attentionParams(null, null, false).check();
    }

    @Override
    RowOperator rows(List<String> columns) {
        return new AggregateRows(columns, attentionParams(null, null, false), Normalization.of(getNormalization()));
    }

    public Param<String> weightsCol() {
        return weightsCol;
    }

    public String getWeightsCol() {
        return getOrDefault(weightsCol);
    }

    public Param<String> valueCol() {
        return valueCol;
    }

    public String getValueCol() {
        return getOrDefault(valueCol);
    }

    public Param<String> additionalValueCol() {
        return additionalValueCol;
    }

    public String getAdditionalValueCol() {
        return getOrDefault(additionalValueCol);
    }

    public Param<String> normalization() {
        return normalization;
    }

    public String getNormalization() {
        return getOrDefault(normalization);
    }

    public NeighborhoodAggregate setWeightsCol(String value) {
        set(weightsCol(), value);
        return this;
    }

    public NeighborhoodAggregate setValueCol(String value) {
        set(valueCol(), value);
        return this;
    }

    public NeighborhoodAggregate setAdditionalValueCol(String value) {
        set(additionalValueCol(), value);
        return this;
    }

    public NeighborhoodAggregate setNormalization(String value) {
        set(normalization(), value);
        return this;
    }
}
