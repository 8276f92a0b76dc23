package io.sparkhood.ml;

import io.sparkhood.backend.BackendChoice;
import io.sparkhood.column.InvalidRows.Handling;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.jspecify.annotations.Nullable;

/**
 * The params of {@link NeighborhoodAttention} with their docs, validators, defaults and getters; {@code explainParams()}
 * prints them. A getter of a param that is unset and has no default throws {@link java.util.NoSuchElementException}.
 */
public abstract class NeighborhoodAttentionParams extends Transformer {
    private final String uid;
    private final Param<String> queryCol;
    private final Param<String> keyCol;
    private final Param<String> valueCol;
    private final Param<String> outputCol;
    private final Param<String> logSumExpCol;
    private final Param<String> additionalKeyCol;
    private final Param<String> additionalValueCol;
    private final Param<String> runTimeCol;
    private final IntArrayParam featureMap;
    private final IntParam heads;
    private final IntParam keyValueHeads;
    private final IntArrayParam kernelSize;
    private final IntArrayParam stride;
    private final IntArrayParam dilation;
    private final IntArrayParam causalAxes;
    private final DoubleParam scale;
    private final DoubleArrayArrayParam relativePositionBias;
    private final Param<String> backend;
    private final IntParam backendThreads;
    private final LongParam maxBatchBytes;
    private final LongParam scratchBytes;
    private final LongParam deviceMemoryBytes;
    private final BooleanParam keepInputCols;
    private final Param<String> handleInvalid;
    private final Param<String> errorCol;
    private final BooleanParam checkFinite;

    NeighborhoodAttentionParams(String uid) {
        this.uid = uid; // before the params, which ask for it
        StageParams make = new StageParams(this);
        queryCol = make.column("queryCol", "query column: [*featureMap, heads, headDim]");
        keyCol = make.column("keyCol", "key column: [*featureMap, keyValueHeads, headDim]");
        valueCol = make.column("valueCol", "value column: [*featureMap, keyValueHeads, valueDim]");
        outputCol =
                make.column("outputCol", "output column: [*featureMap, heads, valueDim], form and dtype of the query");
        logSumExpCol = make.column(
                "logSumExpCol",
                "column for the natural logarithm of every query's sum of exponentials: [*featureMap, heads], float32; "
                        + "unset: none");
        additionalKeyCol = make.column(
                "additionalKeyCol",
                "column of keys that every query sees beside its neighborhood: [n, keyValueHeads, headDim], n may differ "
                        + "by row; unset: none");
        additionalValueCol = make.column(
                "additionalValueCol", "values of the additional keys: [n, keyValueHeads, valueDim]; unset: none");
        runTimeCol = make.column(
                "runTimeCol",
                "column for the start and end of the run that computed the row, nanoseconds since the epoch by the "
                        + "executor's clock; unset: none");
        featureMap = make.extents(
                "featureMap",
                "extents of the token grid, 1 to 3 axes; required for array and vector columns; unset: from each row's "
                        + "shape");
        heads = make.positive(
                "heads", "query heads; required for array and vector columns; unset: from each row's shape");
        keyValueHeads = make.positive(
                "keyValueHeads", "key and value heads, a divisor of heads; unset: from each row's shape, else = heads");
        kernelSize = make.extents(
                "kernelSize", "keys that a query sees per axis, at least 1; one value stands for all axes; required");
        stride = make.extents(
                "stride", "queries per axis that share one window, 1 to kernelSize; one value stands for all axes");
        dilation = make.extents(
                "dilation", "distance between neighbouring keys per axis, at least 1; one value stands for all axes");
        causalAxes = make.axes("causalAxes", "axes, counted from 0, on which a query sees no key after itself");
        scale = make.finite("scale", "factor of the scores; unset: headDim^-1/2");
        relativePositionBias = make.matrix(
                "relativePositionBias",
                "bias of the scores by relative position: one row per head, each [*(2 kernelSize - 1)] flattened "
                        + "row-major; unset: none");
        backend = make.backend("backend", "auto, or the name of a backend: cpu, reference, cuda");
        backendThreads =
                make.threads("backendThreads", "threads that one task's arithmetic uses on the CPU, 1 to 1024");
        maxBatchBytes = make.positiveLong(
                "maxBatchBytes", "inputs and outputs of the rows computed together, in bytes; a larger row is alone");
        scratchBytes = make.positiveLong(
                "scratchBytes",
                "memory that each thread of the cpu backend may hold beside the tensors, in bytes; an operator that "
                        + "needs more is refused");
        deviceMemoryBytes = make.countLong(
                "deviceMemoryBytes",
                "memory of a GPU that all tasks of an executor may take together, in bytes; what finds no room is computed "
                        + "in smaller batches; 0: three quarters of what is free");
        keepInputCols = make.flag("keepInputCols", "whether the input columns stay in the output");
        handleInvalid = make.choice(
                "handleInvalid",
                "what becomes of a row that cannot be computed: error fails its task, skip leaves it out and counts it, keep "
                        + "keeps it with null outputs and the reason in errorCol",
                Handling.names());
        errorCol = make.column(
                "errorCol",
                "column for why a row could not be computed, null where it was; needed by handleInvalid=keep");
        checkFinite = make.flag(
                "checkFinite",
                "whether a row with a NaN or an infinity among its inputs counts as one that cannot be computed");
        setDefault(queryCol, "query");
        setDefault(keyCol, "key");
        setDefault(valueCol, "value");
        setDefault(outputCol, "output");
        setDefault(stride, new int[] {1});
        setDefault(dilation, new int[] {1});
        setDefault(causalAxes, new int[0]);
        setDefault(backend, BackendChoice.AUTO);
        setDefault(backendThreads, 1);
        setDefault(maxBatchBytes, 64L << 20);
        setDefault(scratchBytes, 8L << 20); // the cpu backend's own
        setDefault(deviceMemoryBytes, 0L);
        setDefault(keepInputCols, true);
        setDefault(handleInvalid, Handling.ERROR.toString());
        setDefault(checkFinite, false);
    }

    @Override
    public final String uid() {
        return uid;
    }

    /** As MLlib explains a param, with arrays written out. */
    @Override
    public final String explainParam(Param<?> param) {
        String value = getDefault(param).isDefined()
                ? "default: " + text(getDefault(param).get())
                : "undefined";
        if (isSet(param)) {
            value = getDefault(param).isDefined() ? value + ", " : "";
            value += "current: " + text(getOrDefault(param));
        }
        return param.name() + ": " + param.doc() + " (" + value + ")";
    }

    private static String text(Object value) {
        if (value instanceof int[] ints) {
            return Arrays.toString(ints);
        }
        if (value instanceof double[][] rows) {
            return Arrays.stream(rows).map(Arrays::toString).collect(Collectors.joining(", ", "[", "]"));
        }
        return String.valueOf(value);
    }

    /** The value of a param, or null if it is unset and has no default. */
    final <T> @Nullable T orNull(Param<T> param) {
        return isDefined(param) ? getOrDefault(param) : null;
    }

    /** What shapes the operator, as plain values. */
    final AttentionParams attentionParams() {
        int[] grid = isDefined(featureMap) ? getFeatureMap() : new int[0];
        List<Integer> extents = Arrays.stream(grid).boxed().toList();
        return new AttentionParams(
                extents,
                isDefined(heads) ? Integer.valueOf(getHeads()) : null,
                isDefined(keyValueHeads) ? Integer.valueOf(getKeyValueHeads()) : null,
                getKernelSize(),
                getStride(),
                getDilation(),
                getCausalAxes(),
                isDefined(scale) ? Double.valueOf(getScale()) : null,
                orNull(relativePositionBias),
                isDefined(logSumExpCol));
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

    public final Param<String> valueCol() {
        return valueCol;
    }

    public final String getValueCol() {
        return getOrDefault(valueCol);
    }

    public final Param<String> outputCol() {
        return outputCol;
    }

    public final String getOutputCol() {
        return getOrDefault(outputCol);
    }

    public final Param<String> logSumExpCol() {
        return logSumExpCol;
    }

    public final String getLogSumExpCol() {
        return getOrDefault(logSumExpCol);
    }

    public final Param<String> additionalKeyCol() {
        return additionalKeyCol;
    }

    public final String getAdditionalKeyCol() {
        return getOrDefault(additionalKeyCol);
    }

    public final Param<String> additionalValueCol() {
        return additionalValueCol;
    }

    public final String getAdditionalValueCol() {
        return getOrDefault(additionalValueCol);
    }

    public final Param<String> runTimeCol() {
        return runTimeCol;
    }

    public final String getRunTimeCol() {
        return getOrDefault(runTimeCol);
    }

    public final IntArrayParam featureMap() {
        return featureMap;
    }

    public final int[] getFeatureMap() {
        return getOrDefault(featureMap);
    }

    public final IntParam heads() {
        return heads;
    }

    public final int getHeads() {
        return (int) getOrDefault(heads);
    }

    public final IntParam keyValueHeads() {
        return keyValueHeads;
    }

    public final int getKeyValueHeads() {
        return (int) getOrDefault(keyValueHeads);
    }

    public final IntArrayParam kernelSize() {
        return kernelSize;
    }

    public final int[] getKernelSize() {
        return getOrDefault(kernelSize);
    }

    public final IntArrayParam stride() {
        return stride;
    }

    public final int[] getStride() {
        return getOrDefault(stride);
    }

    public final IntArrayParam dilation() {
        return dilation;
    }

    public final int[] getDilation() {
        return getOrDefault(dilation);
    }

    public final IntArrayParam causalAxes() {
        return causalAxes;
    }

    public final int[] getCausalAxes() {
        return getOrDefault(causalAxes);
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

    public final Param<String> backend() {
        return backend;
    }

    public final String getBackend() {
        return getOrDefault(backend);
    }

    public final IntParam backendThreads() {
        return backendThreads;
    }

    public final int getBackendThreads() {
        return (int) getOrDefault(backendThreads);
    }

    public final LongParam maxBatchBytes() {
        return maxBatchBytes;
    }

    public final long getMaxBatchBytes() {
        return (long) getOrDefault(maxBatchBytes);
    }

    public final LongParam scratchBytes() {
        return scratchBytes;
    }

    public final long getScratchBytes() {
        return (long) getOrDefault(scratchBytes);
    }

    public final LongParam deviceMemoryBytes() {
        return deviceMemoryBytes;
    }

    public final long getDeviceMemoryBytes() {
        return (long) getOrDefault(deviceMemoryBytes);
    }

    public final BooleanParam keepInputCols() {
        return keepInputCols;
    }

    public final boolean getKeepInputCols() {
        return (boolean) getOrDefault(keepInputCols);
    }

    public final Param<String> handleInvalid() {
        return handleInvalid;
    }

    public final String getHandleInvalid() {
        return getOrDefault(handleInvalid);
    }

    public final Param<String> errorCol() {
        return errorCol;
    }

    public final String getErrorCol() {
        return getOrDefault(errorCol);
    }

    public final BooleanParam checkFinite() {
        return checkFinite;
    }

    public final boolean getCheckFinite() {
        return (boolean) getOrDefault(checkFinite);
    }
}
