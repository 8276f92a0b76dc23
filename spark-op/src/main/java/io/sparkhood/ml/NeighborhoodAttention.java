package io.sparkhood.ml;

import io.sparkhood.column.BatchOptions;
import io.sparkhood.column.OutputColumn;
import io.sparkhood.column.RowByRow;
import io.sparkhood.column.TensorForm;
import io.sparkhood.column.TensorTransform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReadable;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

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
public final class NeighborhoodAttention extends NeighborhoodAttentionParams implements DefaultParamsWritable {
    private static final List<String> READER_BATCHES = List.of(
            "spark.sql.parquet.columnarReaderBatchSize",
            "spark.sql.orc.columnarReaderBatchSize",
            "spark.sql.inMemoryColumnarStorage.batchSize");

    /** A stage with a new uid. */
    public NeighborhoodAttention() {
        this(Identifiable$.MODULE$.randomUID("neighborhoodAttention"));
    }

    /** A stage with this uid, as MLlib's reader makes it. */
    public NeighborhoodAttention(String uid) {
        super(uid);
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

    /**
     * Adds the outputs, lazily; the checks of {@link #transformSchema} come first. A row whose tensors do not fit fails its
     * task with a message that names column, expected and found.
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        TensorTransform transform = checked(dataset.schema());
        SparkSession session = dataset.sparkSession();
        Map<String, Integer> readerRows = READER_BATCHES.stream()
                .collect(Collectors.toMap(
                        key -> key, key -> Integer.parseInt(session.conf().get(key))));
        return transform.apply(dataset, rows(transform), batchOptions(readerRows));
    }

    /**
     * This stage for a caller that has its rows one by one, such as a SQL function; nothing is batched. The checks of {@link
     * #transformSchema} come first. Close it after the last row.
     *
     * @param schema the input columns
     */
    public RowByRow rowByRow(StructType schema) {
        TensorTransform transform = checked(schema);
        return new RowByRow(transform, schema, rows(transform), batchOptions(Map.of()));
    }

    private AttentionRows rows(TensorTransform transform) {
        return new AttentionRows(transform.inputs(), attentionParams());
    }

    private BatchOptions batchOptions(Map<String, Integer> readerRows) {
        return new BatchOptions(
                getBackend(),
                getBackendThreads(),
                getMaxBatchBytes(),
                getScratchBytes(),
                getDeviceMemoryBytes(),
                readerRows);
    }

    /**
     * Everything that can be said before a job: columns exist and are tensor columns, outputs are free, params fit each
     * other.
     *
     * @throws IllegalArgumentException naming the param, the column and the cure
     */
    @Override
    public StructType transformSchema(StructType schema) {
        return checked(schema).schema(schema);
    }

    private TensorTransform checked(StructType schema) {
        List<Param<String>> inputs = new ArrayList<>(List.of(queryCol(), keyCol(), valueCol()));
        if (isDefined(additionalKeyCol()) != isDefined(additionalValueCol())) {
            throw new IllegalArgumentException(
                    "additionalKeyCol and additionalValueCol belong together: set both or none");
        }
        if (isDefined(additionalKeyCol())) {
            inputs.addAll(List.of(additionalKeyCol(), additionalValueCol()));
        }
        List<String> names = inputs.stream().map(this::getOrDefault).toList();
        for (Param<String> input : inputs) {
            requireTensor(schema, input);
        }
        if (!isDefined(kernelSize())) {
            throw new IllegalArgumentException("kernelSize is required: set the keys that a query sees on each axis");
        }
        TensorForm queryForm = form(schema, getQueryCol());
        if (!queryForm.carriesShape()) {
            requireForFlat(schema, featureMap());
            requireForFlat(schema, heads());
        }
        attentionParams().check();
        List<OutputColumn> outputs = new ArrayList<>();
        outputs.add(new OutputColumn("output", getOutputCol(), queryForm));
        if (isDefined(logSumExpCol())) {
            outputs.add(new OutputColumn("logSumExp", getLogSumExpCol(), queryForm));
        }
        @Nullable String runTime = orNull(runTimeCol());
        TensorTransform transform = new TensorTransform(names, outputs, runTime, getKeepInputCols());
        requireFree(schema, names);
        return transform;
    }

    private static TensorForm form(StructType schema, String column) {
        return TensorForm.of(schema.apply(column).dataType()).orElseThrow();
    }

    private void requireTensor(StructType schema, Param<String> param) {
        String name = getOrDefault(param);
        if (!Arrays.asList(schema.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(param.name() + ": there is no column '" + name + "'; the columns are "
                    + String.join(", ", schema.fieldNames()));
        }
        if (Arrays.stream(schema.fieldNames()).filter(name::equals).count() > 1) {
            throw new IllegalArgumentException(
                    param.name() + ": there is more than one column '" + name + "'; rename all but one");
        }
        DataType type = schema.apply(name).dataType();
        if (TensorForm.of(type).isEmpty()) {
            throw new IllegalArgumentException(param.name() + ": column '" + name + "' is " + type.simpleString()
                    + ", but a tensor column is " + TensorForm.ALLOWED + "; cast or convert it first");
        }
    }

    private void requireForFlat(StructType schema, Param<?> param) {
        if (!isDefined(param)) {
            throw new IllegalArgumentException(param.name() + " is required: column '" + getQueryCol() + "' is "
                    + schema.apply(getQueryCol()).dataType().simpleString() + ", which carries no shape");
        }
    }

    private void requireFree(StructType schema, List<String> inputs) {
        Set<String> taken = new HashSet<>(); // in lower case: Spark does not tell Output from output
        for (String name : schema.fieldNames()) {
            if (getKeepInputCols() || !inputs.contains(name)) {
                taken.add(name.toLowerCase(Locale.ROOT));
            }
        }
        for (Param<String> param : List.of(outputCol(), logSumExpCol(), runTimeCol())) {
            if (isDefined(param) && !taken.add(getOrDefault(param).toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(param.name() + ": column '" + getOrDefault(param)
                        + "' exists already; choose another name or drop that column first");
            }
        }
    }

    public NeighborhoodAttention setQueryCol(String value) {
        set(queryCol(), value);
        return this;
    }

    public NeighborhoodAttention setKeyCol(String value) {
        set(keyCol(), value);
        return this;
    }

    public NeighborhoodAttention setValueCol(String value) {
        set(valueCol(), value);
        return this;
    }

    public NeighborhoodAttention setOutputCol(String value) {
        set(outputCol(), value);
        return this;
    }

    public NeighborhoodAttention setLogSumExpCol(String value) {
        set(logSumExpCol(), value);
        return this;
    }

    public NeighborhoodAttention setAdditionalKeyCol(String value) {
        set(additionalKeyCol(), value);
        return this;
    }

    public NeighborhoodAttention setAdditionalValueCol(String value) {
        set(additionalValueCol(), value);
        return this;
    }

    public NeighborhoodAttention setRunTimeCol(String value) {
        set(runTimeCol(), value);
        return this;
    }

    public NeighborhoodAttention setFeatureMap(int... value) {
        set(featureMap(), value);
        return this;
    }

    public NeighborhoodAttention setHeads(int value) {
        set(heads(), value);
        return this;
    }

    public NeighborhoodAttention setKeyValueHeads(int value) {
        set(keyValueHeads(), value);
        return this;
    }

    public NeighborhoodAttention setKernelSize(int... value) {
        set(kernelSize(), value);
        return this;
    }

    public NeighborhoodAttention setStride(int... value) {
        set(stride(), value);
        return this;
    }

    public NeighborhoodAttention setDilation(int... value) {
        set(dilation(), value);
        return this;
    }

    public NeighborhoodAttention setCausalAxes(int... value) {
        set(causalAxes(), value);
        return this;
    }

    public NeighborhoodAttention setScale(double value) {
        set(scale(), value);
        return this;
    }

    public NeighborhoodAttention setRelativePositionBias(double[][] value) {
        set(relativePositionBias(), value);
        return this;
    }

    public NeighborhoodAttention setBackend(String value) {
        set(backend(), value);
        return this;
    }

    public NeighborhoodAttention setBackendThreads(int value) {
        set(backendThreads(), value);
        return this;
    }

    public NeighborhoodAttention setMaxBatchBytes(long value) {
        set(maxBatchBytes(), value);
        return this;
    }

    public NeighborhoodAttention setScratchBytes(long value) {
        set(scratchBytes(), value);
        return this;
    }

    public NeighborhoodAttention setDeviceMemoryBytes(long value) {
        set(deviceMemoryBytes(), value);
        return this;
    }

    public NeighborhoodAttention setKeepInputCols(boolean value) {
        set(keepInputCols(), value);
        return this;
    }
}
