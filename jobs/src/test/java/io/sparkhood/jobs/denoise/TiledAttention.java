package io.sparkhood.jobs.denoise;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.Map;

/** Attends tiles without Spark, one by one. */
final class TiledAttention {
    private TiledAttention() {}

    /** The output of one tile, [tokens, colors]. */
    static float[] output(String name, TileJob job, NonLocalMeans means, int tile) {
        NeighborhoodAttentionOperator operator = means.operator(job.grid().featureMap(), job.basis());
        double[] bias = means.bias(job.basis());
        float[] biasFloats = new float[bias.length];
        for (int i = 0; i < bias.length; i++) {
            biasFloats[i] = (float) bias[i];
        }
        Parameters parameters = Parameters.of(NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS, biasFloats);
        TileFeatures features =
                TileFeatures.of(job.clip(), job.basis(), job.grid().input(tile));
        try (Backends.Handle handle = Backends.open(name, BackendOptions.DEFAULT);
                Plan plan = handle.backend().plan(operator, 1, parameters);
                Lane lane = handle.backend().lane(1)) {
            return run(plan, lane, features);
        }
    }

    private static float[] run(Plan plan, Lane lane, TileFeatures features) {
        Tensor query = tensor(lane, plan, 0, features.query());
        Tensor key = tensor(lane, plan, 1, features.key());
        Tensor value = tensor(lane, plan, 2, features.value());
        Tensor output = lane.tensor(plan.operator().outputs().get(0).dtype(), features.value().length);
        plan.run(
                lane,
                1,
                BoundTensors.of(plan, 1, Map.of("query", query, "key", key, "value", value, "output", output)));
        lane.mark().await();
        float[] result = new float[features.value().length];
        lane.staging(output).read(0, result, 0, result.length);
        return result;
    }

    private static Tensor tensor(Lane lane, Plan plan, int port, float[] values) {
        Tensor tensor = lane.tensor(plan.operator().inputs().get(port).dtype(), values.length);
        Staging staging = lane.staging(tensor);
        staging.write(0, values, 0, values.length);
        return tensor;
    }
}
