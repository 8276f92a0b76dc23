package io.sparkhood.ml;

import io.sparkhood.backend.BackendChoice;
import io.sparkhood.backend.Implementation;
import io.sparkhood.column.InvalidRows.Handling;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.jspecify.annotations.Nullable;

/**
 * The params that all stages of neighborhood attention have, with their docs, validators, defaults and getters; {@code
 * explainParams()} prints them. A getter of a param that is unset and has no default throws {@link
 * java.util.NoSuchElementException}.
 */
public abstract class NeighborhoodParams extends Transformer {
    private final String uid;
    private final Param<String> outputCol;
    private final Param<String> runTimeCol;
    private final IntArrayParam featureMap;
    private final IntParam heads;
    private final IntParam keyValueHeads;
    private final IntArrayParam kernelSize;
    private final IntArrayParam stride;
    private final IntArrayParam dilation;
    private final IntArrayParam causalAxes;
    private final Param<String> implementation;
    private final Param<String> backend;
    private final IntParam backendThreads;
    private final LongParam maxBatchBytes;
    private final LongParam scratchBytes;
    private final LongParam deviceMemoryBytes;
    private final BooleanParam keepInputCols;
    private final Param<String> handleInvalid;
    private final Param<String> errorCol;
    private final BooleanParam checkFinite;

    /** The params of a stage whose output column has this doc. */
    NeighborhoodParams(String uid, String output) {
        this.uid = uid; // before the params, which ask for it
        StageParams make = new StageParams(this);
        outputCol = make.column("outputCol", output);
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
        implementation = make.choice(
                "implementation",
                "how a backend computes it: auto, its own choice; fused, one pass that keeps no attention weights; gemm, "
                        + "matrix products with the weights in memory; naive, each query and key by itself; a backend "
                        + "without it refuses",
                Implementation.names());
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
        setDefault(outputCol, "output");
        setDefault(stride, new int[] {1});
        setDefault(dilation, new int[] {1});
        setDefault(causalAxes, new int[0]);
        setDefault(implementation, Implementation.AUTO.toString());
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

    /**
     * What shapes the operator, as plain values.
     *
     * @param scale null: headDim^-1/2
     * @param relativePositionBias null: none
     */
    final AttentionParams attentionParams(
            @Nullable Double scale, double @Nullable [][] relativePositionBias, boolean logSumExp) {
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
                scale,
                relativePositionBias,
                logSumExp);
    }

    public final Param<String> outputCol() {
        return outputCol;
    }

    public final String getOutputCol() {
        return getOrDefault(outputCol);
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

    public final Param<String> implementation() {
        return implementation;
    }

    public final String getImplementation() {
        return getOrDefault(implementation);
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
