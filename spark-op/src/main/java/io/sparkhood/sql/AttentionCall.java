package io.sparkhood.sql;

import io.sparkhood.column.RowByRow;
import io.sparkhood.ml.NeighborhoodAttention;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What a call says beside its tensors. Calls that are equal share their plans.
 *
 * @param tensors types of query, key and value
 */
record AttentionCall(StructType tensors, List<Integer> kernelSize, Map<String, @Nullable String> options) {
    /**
     * Opens what computes it.
     *
     * @throws IllegalArgumentException as the stage's transformSchema, or about an option
     */
    RowByRow open() {
        NeighborhoodAttention stage = new NeighborhoodAttention(AttentionFunction.NAME);
        stage.setKernelSize(kernelSize.stream().mapToInt(Integer::intValue).toArray());
        AttentionOptions.set(stage, options);
        return stage.rowByRow(tensors);
    }
}
