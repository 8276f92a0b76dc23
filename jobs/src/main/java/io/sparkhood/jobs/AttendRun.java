package io.sparkhood.jobs;

import io.sparkhood.format.Npy;
import io.sparkhood.ml.NeighborhoodAttention;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The attend job: parquet in, the stage, parquet out. */
record AttendRun(AttendCommand options, PrintWriter out) {
    void run() throws IOException {
        NeighborhoodAttention stage = stage(options);
        try (JobSession session = JobSession.open("attend", out)) {
            SparkSession spark = session.spark();
            new AttendPaths(options.input, options.output, options.overwrite)
                    .check(spark.sparkContext().hadoopConfiguration());
            stage.transform(spark.read().parquet(options.input))
                    .write()
                    .mode(options.overwrite ? SaveMode.Overwrite : SaveMode.Append) // to what holds no files
                    .parquet(options.output);
        }
        out.println("attended: " + options.output);
        out.flush();
    }

    /**
     * The stage with the options' params.
     *
     * @throws IOException if the bias cannot be read
     * @throws IllegalArgumentException if a param is out of range or the bias has another shape
     */
    static NeighborhoodAttention stage(AttendCommand options) throws IOException {
        NeighborhoodAttention stage = new NeighborhoodAttention()
                .setKernelSize(options.kernelSize)
                .setBackend(options.backend.backend)
                .setBackendThreads(options.backend.backendThreads);
        set(options.implementation, stage::setImplementation);
        set(options.queryCol, stage::setQueryCol);
        set(options.keyCol, stage::setKeyCol);
        set(options.valueCol, stage::setValueCol);
        set(options.outputCol, stage::setOutputCol);
        set(options.logSumExpCol, stage::setLogSumExpCol);
        set(options.runTimeCol, stage::setRunTimeCol);
        set(options.additionalKeyCol, stage::setAdditionalKeyCol);
        set(options.additionalValueCol, stage::setAdditionalValueCol);
        set(options.featureMap, stage::setFeatureMap);
        set(options.heads, stage::setHeads);
        set(options.keyValueHeads, stage::setKeyValueHeads);
        set(options.stride, stage::setStride);
        set(options.dilation, stage::setDilation);
        set(options.causalAxes, stage::setCausalAxes);
        set(options.scale, stage::setScale);
        set(options.maxBatchBytes, stage::setMaxBatchBytes);
        set(options.backend.scratchBytes, stage::setScratchBytes);
        set(options.backend.deviceMemoryBytes, stage::setDeviceMemoryBytes);
        set(options.keepInputCols, stage::setKeepInputCols);
        set(options.handleInvalid, stage::setHandleInvalid);
        set(options.errorCol, stage::setErrorCol);
        set(options.checkFinite, stage::setCheckFinite);
        if (options.relativePositionBias != null) {
            stage.setRelativePositionBias(bias(options.relativePositionBias, options.kernelSize));
        }
        return stage;
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /** One row per head. */
    private static double[][] bias(Path file, int[] kernelSize) throws IOException {
        Npy array = Npy.read(file);
        List<Integer> shape = array.shape();
        List<Integer> expected = new ArrayList<>();
        int rank = kernelSize.length == 1 ? Math.max(1, shape.size() - 1) : kernelSize.length;
        for (int axis = 0; axis < rank; axis++) {
            expected.add(2 * kernelSize[kernelSize.length == 1 ? 0 : axis] - 1);
        }
        if (shape.size() != rank + 1
                || shape.get(0) < 1
                || !shape.subList(1, shape.size()).equals(expected)) {
            throw new IllegalArgumentException(file + ": a relative position bias must have the shape [heads, "
                    + expected.toString().substring(1) + ", 2 kernelSize - 1 on each axis, but has " + shape);
        }
        double[] values = array.toDoubles();
        double[][] perHead = new double[shape.get(0)][];
        int length = values.length / perHead.length;
        for (int head = 0; head < perHead.length; head++) {
            perHead[head] = Arrays.copyOfRange(values, head * length, (head + 1) * length);
        }
        return perHead;
    }
}
