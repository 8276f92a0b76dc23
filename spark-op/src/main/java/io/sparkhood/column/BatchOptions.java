package io.sparkhood.column;

import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.TaskTurns;
import java.io.Serializable;
import java.util.Map;

/**
 * How a partition is cut into batches and where they run.
 *
 * @param backend {@code auto} or the name of a backend
 * @param implementation how a backend computes
 * @param threads threads of one task's lane
 * @param maxBatchBytes inputs and outputs of the rows looked ahead
 * @param scratchBytes memory that each thread of a backend may hold beside the tensors, 0 for the backend's own default
 * @param deviceMemoryBytes memory of a device that a backend may take, 0 for the backend's own default
 * @param turns how the tasks of an executor share a device
 * @param readerRows rows that Spark's columnar readers hold at once, by setting, for the warning about them
 */
public record BatchOptions(
        String backend,
        Implementation implementation,
        int threads,
        long maxBatchBytes,
        long scratchBytes,
        long deviceMemoryBytes,
        TaskTurns turns,
        Map<String, Integer> readerRows)
        implements Serializable {
    public BatchOptions {
        readerRows = Map.copyOf(readerRows);
    }
}
