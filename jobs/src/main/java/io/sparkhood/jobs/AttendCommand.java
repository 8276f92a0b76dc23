package io.sparkhood.jobs;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the attend job: the params of the stage in kebab-case. An option left out leaves its param unset. */
@Command(
        name = "attend",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description =
                "Neighborhood attention over the rows of a parquet table. Query, key and value are array<float> (with"
                        + " --feature-map and --heads), vectors, or struct<shape: array<int>, dtype: string, data: binary>.")
final class AttendCommand implements Callable<Integer> {
    @Option(names = "--input", required = true, paramLabel = "PATH", description = "Parquet table to read.")
    String input = "";

    @Option(names = "--output", required = true, paramLabel = "PATH", description = "Parquet table to write.")
    String output = "";

    @Option(names = "--overwrite", description = "Replace the output where it exists.")
    boolean overwrite;

    @Option(names = "--query-col", paramLabel = "NAME", description = "Query column. Default: query.")
    @Nullable
    String queryCol;

    @Option(names = "--key-col", paramLabel = "NAME", description = "Key column. Default: key.")
    @Nullable
    String keyCol;

    @Option(names = "--value-col", paramLabel = "NAME", description = "Value column. Default: value.")
    @Nullable
    String valueCol;

    @Option(names = "--output-col", paramLabel = "NAME", description = "Column to add. Default: output.")
    @Nullable
    String outputCol;

    @Option(
            names = "--log-sum-exp-col",
            paramLabel = "NAME",
            description = "Column to add for ln sum exp of the scores.")
    @Nullable
    String logSumExpCol;

    @Option(names = "--run-time-col", paramLabel = "NAME", description = "Column to add for start and end of each run.")
    @Nullable
    String runTimeCol;

    @Option(names = "--additional-key-col", paramLabel = "NAME", description = "Keys that every query sees.")
    @Nullable
    String additionalKeyCol;

    @Option(names = "--additional-value-col", paramLabel = "NAME", description = "Values of those keys.")
    @Nullable
    String additionalValueCol;

    @Option(
            names = "--feature-map",
            split = ",",
            paramLabel = "N",
            description = "Extents of the token grid, such as 56,56.")
    int @Nullable [] featureMap;

    @Option(names = "--heads", paramLabel = "N", description = "Query heads.")
    @Nullable
    Integer heads;

    @Option(names = "--key-value-heads", paramLabel = "N", description = "Key and value heads; divides the heads.")
    @Nullable
    Integer keyValueHeads;

    @Option(
            names = "--kernel-size",
            required = true,
            split = ",",
            paramLabel = "N",
            description = "Keys that a query sees per axis, such as 7,7; one value stands for all axes.")
    int[] kernelSize = {};

    @Option(names = "--stride", split = ",", paramLabel = "N", description = "Queries that share a window. Default: 1.")
    int @Nullable [] stride;

    @Option(names = "--dilation", split = ",", paramLabel = "N", description = "Distance between keys. Default: 1.")
    int @Nullable [] dilation;

    @Option(names = "--causal-axes", split = ",", paramLabel = "AXIS", description = "Causal axes, counted from 0.")
    int @Nullable [] causalAxes;

    @Option(names = "--scale", paramLabel = "X", description = "Factor of the scores. Default: headDim^-1/2.")
    @Nullable
    Double scale;

    @Option(
            names = "--relative-position-bias",
            paramLabel = "FILE.npy",
            description = "Bias of the scores: [heads, 2 kernelSize - 1 per axis].")
    @Nullable
    Path relativePositionBias;

    @Option(
            names = "--max-batch-bytes",
            paramLabel = "BYTES",
            description = "Bytes computed together. Default: 64 MiB.")
    @Nullable
    Long maxBatchBytes;

    @Option(
            names = "--keep-input-cols",
            paramLabel = "BOOLEAN",
            arity = "1",
            description = "Whether query, key and value stay. Default: true.")
    @Nullable
    Boolean keepInputCols;

    @Option(
            names = "--handle-invalid",
            paramLabel = "MODE",
            description = "What becomes of a row that cannot be computed: error, skip or keep. Default: error.")
    @Nullable
    String handleInvalid;

    @Option(
            names = "--error-col",
            paramLabel = "NAME",
            description = "Column to add for why a row could not be computed; needed by --handle-invalid keep.")
    @Nullable
    String errorCol;

    @Option(
            names = "--check-finite",
            paramLabel = "BOOLEAN",
            arity = "1",
            description = "Whether NaN or infinity in a row makes it one that cannot be computed. Default: false.")
    @Nullable
    Boolean checkFinite;

    @Option(
            names = "--implementation",
            paramLabel = "NAME",
            description = "How to compute: auto, fused, gemm or naive; a backend without it refuses. Default: auto, the"
                    + " backend's choice.")
    @Nullable
    String implementation;

    @Mixin
    BackendOptionsMixin backend = new BackendOptionsMixin();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("picocli fills this before it calls");
        }
        backend.requireKnown();
        new AttendRun(this, spec.commandLine().getOut()).run();
        return 0;
    }
}
