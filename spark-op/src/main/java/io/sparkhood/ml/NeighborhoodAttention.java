package io.sparkhood.ml;

import io.sparkhood.column.OutputColumn;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorForm;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/**
 * Neighborhood attention over a DataFrame of feature maps: adds the attention output of every row.
 *
 * <p>Reads a query, a key and a value column, each in one of three forms told apart by its type: {@code array<float>} (flat;
 * needs the params featureMap and heads), {@code struct<shape: array<int>, dtype: string, data: binary>} (every row carries
 * its shape {@code [*extents, heads, headDim]}), or an MLlib vector (flat). The output has the form and dtype of the query
 * column. Rows keep their order and all other columns; every column comes out nullable.
 *
 * <pre>{@code
 * new NeighborhoodAttention().setKernelSize(7, 7).setFeatureMap(56, 56).setHeads(2).transform(maps)
 * }</pre>
 *
 * <p>Papers: Hassani et al., "Neighborhood Attention Transformer" (2022), "Faster Neighborhood Attention" (2024),
 * "Generalized Neighborhood Attention" (2025).
 */
public final class NeighborhoodAttention extends ScoringStage<NeighborhoodAttention> implements DefaultParamsWritable {
    private static final String NAME = "neighborhoodAttention";

    private final Param<String> valueCol;
    private final Param<String> logSumExpCol;
    private final Param<String> additionalValueCol;

    /** A stage with a new uid. */
    public NeighborhoodAttention() {
        this(Identifiable$.MODULE$.randomUID(NAME));
    }

    /** A stage with this uid, as MLlib's reader makes it. */
    public NeighborhoodAttention(String uid) {
        super(uid, "output column: [*featureMap, heads, valueDim], form and dtype of the query");
        StageParams make = new StageParams(this);
        valueCol = make.column("valueCol", "value column: [*featureMap, keyValueHeads, valueDim]");
        logSumExpCol = make.column(
                "logSumExpCol",
                "column for the natural logarithm of every query's sum of exponentials: [*featureMap, heads], float32; "
                        + "unset: none");
        additionalValueCol = make.column(
                "additionalValueCol", "values of the additional keys: [n, keyValueHeads, valueDim]; unset: none");
        setDefault(valueCol, "value");
    }

    /** For MLlib's persistence. */
    public static MLReader<NeighborhoodAttention> read() {
        return new DefaultParamsReadable<NeighborhoodAttention>() {}.read();
    }

    /** A stage saved with {@code write().save(path)}. */
    public static NeighborhoodAttention load(String path) {
        return read().load(path);
    }

    @Override
    public NeighborhoodAttention copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    NeighborhoodAttention self() {
        return this;
    }

    @Override
    String stageName() {
        return NAME;
    }

    @Override
    List<Param<String>> inputParams() {
        if (isDefined(additionalKeyCol()) != isDefined(additionalValueCol)) {
            throw new IllegalArgumentException(
                    "additionalKeyCol and additionalValueCol belong together: set both or none");
        }
        List<Param<String>> inputs = new ArrayList<>(List.of(queryCol(), keyCol(), valueCol));
        if (isDefined(additionalValueCol)) {
            inputs.addAll(List.of(additionalKeyCol(), additionalValueCol));
        }
        return inputs;
    }

    @Override
    List<Param<String>> outputParams() {
        return List.of(outputCol(), logSumExpCol, runTimeCol(), errorCol());
    }

    @Override
    List<OutputColumn> outputs(TensorForm form) {
        List<OutputColumn> outputs = new ArrayList<>();
        outputs.add(new OutputColumn("output", getOutputCol(), form));
        if (isDefined(logSumExpCol)) {
            outputs.add(new OutputColumn("logSumExp", getLogSumExpCol(), form));
        }
        return outputs;
    }

    private AttentionParams attentionParams() {
        return attentionParams(isDefined(logSumExpCol));
    }

    @Override
    void checkParams() {
        attentionParams().check();
    }

    @Override
    RowOperator rows(List<String> columns) {
        return new AttentionRows(columns, attentionParams());
    }

    public Param<String> valueCol() {
        return valueCol;
    }

    public String getValueCol() {
        return getOrDefault(valueCol);
    }

    public Param<String> logSumExpCol() {
        return logSumExpCol;
    }

    public String getLogSumExpCol() {
        return getOrDefault(logSumExpCol);
    }

    public Param<String> additionalValueCol() {
        return additionalValueCol;
    }

    public String getAdditionalValueCol() {
        return getOrDefault(additionalValueCol);
    }

    public NeighborhoodAttention setValueCol(String value) {
        set(valueCol(), value);
        return this;
    }

    public NeighborhoodAttention setLogSumExpCol(String value) {
        set(logSumExpCol(), value);
        return this;
    }

    public NeighborhoodAttention setAdditionalValueCol(String value) {
        set(additionalValueCol(), value);
        return this;
    }
}
