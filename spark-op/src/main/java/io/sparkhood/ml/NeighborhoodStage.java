package io.sparkhood.ml;

import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.TaskTurns;
import io.sparkhood.column.BatchOptions;
import io.sparkhood.column.InvalidRows;
import io.sparkhood.column.InvalidRows.Handling;
import io.sparkhood.column.OutputColumn;
import io.sparkhood.column.RowByRow;
import io.sparkhood.column.RowOperator;
import io.sparkhood.column.TensorForm;
import io.sparkhood.column.TensorTransform;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A stage that runs one operator of neighborhood attention on every row: what is left to the stage itself is which columns are
 * tensors, and which operator their shapes ask for.
 *
 * @param <S> the stage, which its setters return
 */
public abstract class NeighborhoodStage<S extends NeighborhoodStage<S>> extends NeighborhoodParams {
    private static final List<String> READER_BATCHES = List.of(
            "spark.sql.parquet.columnarReaderBatchSize",
            "spark.sql.orc.columnarReaderBatchSize",
            "spark.sql.inMemoryColumnarStorage.batchSize");

    NeighborhoodStage(String uid, String output) {
        super(uid, output);
    }

    /** This stage as its own type. */
    abstract S self();

    /** The stage's name, with which the names of its accumulators on Spark's page begin. */
    abstract String stageName();

    /** The params of the input columns, the one that says the shape first. */
    abstract List<Param<String>> inputParams();

    /** The param of the input column whose form and place the outputs take. */
    abstract Param<String> modelParam();

    /** The outputs, in this form. */
    abstract List<OutputColumn> outputs(TensorForm form);

    /** The rules about params that need no column. */
    abstract void checkParams();

    /** Which operator a row asks for. */
    abstract RowOperator rows(List<String> columns);

    /** The params that name columns to add, set or not. */
    List<Param<String>> outputParams() {
        return List.of(outputCol(), runTimeCol(), errorCol());
    }

    /**
     * Adds the outputs, lazily; the checks of {@link #transformSchema} come first. A row whose tensors are missing, broken or
     * do not fit is treated as {@link #handleInvalid} says: by default it fails its task with a message that names column,
     * expected and found. A backend that refuses, and memory or devices that fail, always fail the task.
     *
     * <p>Spark's page of the stage shows what was computed, in accumulators whose names begin with the stage's,
     * such as {@code neighborhoodAttention}: rows, batches, invalid rows, compute seconds, copy seconds, bytes, batch splits. A partition that
     * Spark computes twice counts twice.
     */
    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        TensorTransform transform = checked(dataset.schema());
        SparkSession session = dataset.sparkSession();
        Map<String, Integer> readerRows = READER_BATCHES.stream()
                .collect(Collectors.toMap(
                        key -> key, key -> Integer.parseInt(session.conf().get(key))));
        return transform.apply(
                stageName(),
                dataset,
                rows(transform.inputs()),
                batchOptions(GpuSettings.turns(session.conf()::get), readerRows));
    }

    /**
     * This stage for a caller that has its rows one by one, such as a SQL function; nothing is batched. The checks of {@link
     * #transformSchema} come first. Close it after the last row.
     *
     * @param schema the input columns
     */
    public RowByRow rowByRow(StructType schema) {
        TensorTransform transform = checked(schema);
        return new RowByRow(
                transform, schema, rows(transform.inputs()), batchOptions(GpuSettings.ofThisJvm(), Map.of()));
    }

    private BatchOptions batchOptions(TaskTurns turns, Map<String, Integer> readerRows) {
        return new BatchOptions(
                getBackend(),
                Implementation.of(getImplementation()),
                getBackendThreads(),
                getMaxBatchBytes(),
                getScratchBytes(),
                getDeviceMemoryBytes(),
                turns,
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
        List<Param<String>> inputs = inputParams();
        List<String> names = inputs.stream().map(this::getOrDefault).toList();
        for (Param<String> input : inputs) {
            requireTensor(schema, input);
        }
        if (!isDefined(kernelSize())) {
            throw new IllegalArgumentException("kernelSize is required: set the keys that a query sees on each axis");
        }
        String shaped = names.get(0);
        if (!form(schema, shaped).carriesShape()) {
            requireForFlat(schema, shaped, featureMap());
            requireForFlat(schema, shaped, heads());
        }
        checkParams();
        List<OutputColumn> outputs = outputs(form(schema, getOrDefault(modelParam())));
        @Nullable String runTime = orNull(runTimeCol());
        InvalidRows invalidRows =
                new InvalidRows(Handling.of(getHandleInvalid()), orNull(errorCol()), getCheckFinite());
        TensorTransform transform = new TensorTransform(names, outputs, runTime, getKeepInputCols(), invalidRows);
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

    private void requireForFlat(StructType schema, String column, Param<?> param) {
        if (!isDefined(param)) {
            throw new IllegalArgumentException(param.name() + " is required: column '" + column + "' is "
                    + schema.apply(column).dataType().simpleString() + ", which carries no shape");
        }
    }

    private void requireFree(StructType schema, List<String> inputs) {
        Set<String> taken = new HashSet<>(); // in lower case: Spark does not tell Output from output
        for (String name : schema.fieldNames()) {
            if (getKeepInputCols() || !inputs.contains(name)) {
                taken.add(name.toLowerCase(Locale.ROOT));
            }
        }
        for (Param<String> param : outputParams()) {
            if (isDefined(param) && !taken.add(getOrDefault(param).toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(param.name() + ": column '" + getOrDefault(param)
                        + "' exists already; choose another name or drop that column first");
            }
        }
    }

    public final S setOutputCol(String value) {
        set(outputCol(), value);
        return self();
    }

    public final S setRunTimeCol(String value) {
        set(runTimeCol(), value);
        return self();
    }

    public final S setFeatureMap(int... value) {
        set(featureMap(), value);
        return self();
    }

    public final S setHeads(int value) {
        set(heads(), value);
        return self();
    }

    public final S setKeyValueHeads(int value) {
        set(keyValueHeads(), value);
        return self();
    }

    public final S setKernelSize(int... value) {
        set(kernelSize(), value);
        return self();
    }

    public final S setStride(int... value) {
        set(stride(), value);
        return self();
    }

    public final S setDilation(int... value) {
        set(dilation(), value);
        return self();
    }

    public final S setCausalAxes(int... value) {
        set(causalAxes(), value);
        return self();
    }

    public final S setImplementation(String value) {
        set(implementation(), value);
        return self();
    }

    public final S setBackend(String value) {
        set(backend(), value);
        return self();
    }

    public final S setBackendThreads(int value) {
        set(backendThreads(), value);
        return self();
    }

    public final S setMaxBatchBytes(long value) {
        set(maxBatchBytes(), value);
        return self();
    }

    public final S setScratchBytes(long value) {
        set(scratchBytes(), value);
        return self();
    }

    public final S setDeviceMemoryBytes(long value) {
        set(deviceMemoryBytes(), value);
        return self();
    }

    public final S setKeepInputCols(boolean value) {
        set(keepInputCols(), value);
        return self();
    }

    public final S setHandleInvalid(String value) {
        set(handleInvalid(), value);
        return self();
    }

    public final S setErrorCol(String value) {
        set(errorCol(), value);
        return self();
    }

    public final S setCheckFinite(boolean value) {
        set(checkFinite(), value);
        return self();
    }
}
