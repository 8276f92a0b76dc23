package io.sparkhood.cuda;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What a task does: batches on two sets of tensors, the next one packed while the last is under way. */
final class BatchLoop {
    static final NeighborhoodAttentionOperator OPERATOR = NeighborhoodAttentionOperator.on(3, 5)
            .heads(1)
            .headDim(8)
            .kernelSize(3)
            .dtype(DType.FLOAT16)
            .relativePositionBias(true)
            .logSumExp(true)
            .build();
    static final Parameters PARAMETERS = Parameters.of("relativePositionBias", new float[5 * 5]);

    private static final int BATCHES = 4;
    private static final int ROWS = 2;

    private BatchLoop() {}

    /** Runs it and returns the first output of each batch. */
    static List<float[]> run(CudaBackend backend) {
        try (Plan plan = backend.plan(OPERATOR, ROWS, PARAMETERS);
                Lane lane = backend.lane(1)) {
            List<Map<String, Tensor>> sets = List.of(tensors(lane), tensors(lane));
            List<Completion> underWay = new ArrayList<>();
            List<float[]> outputs = new ArrayList<>();
            for (int batch = 0; batch < BATCHES; batch++) {
                if (batch >= sets.size()) {
                    outputs.add(unpack(lane, sets.get(batch % 2), underWay.get(batch - 2)));
                }
                underWay.add(submit(plan, lane, sets.get(batch % 2), batch));
            }
            for (int batch = BATCHES - 2; batch < BATCHES; batch++) {
                outputs.add(unpack(lane, sets.get(batch % 2), underWay.get(batch)));
            }
            return outputs;
        }
    }

    private static Map<String, Tensor> tensors(Lane lane) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ports(OPERATOR).forEach(port -> tensors.put(port.name(), lane.tensor(port.dtype(), ROWS * port.elements())));
        return tensors;
    }

    private static Stream<Port> ports(Operator operator) {
        return Stream.concat(operator.inputs().stream(), operator.outputs().stream());
    }

    private static Completion submit(Plan plan, Lane lane, Map<String, Tensor> tensors, int batch) {
        for (Port port : OPERATOR.inputs()) {
            Tensor tensor = tensor(tensors, port.name());
            float[] values = new float[(int) (ROWS * port.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i * 7 + batch * 13) % 11 / 5f - 1;
            }
            lane.staging(tensor).write(0, values, 0, values.length);
            lane.upload(tensor, values.length);
        }
        plan.run(lane, ROWS, BoundTensors.of(plan, ROWS, tensors));
        OPERATOR.outputs().forEach(port -> lane.download(tensor(tensors, port.name()), ROWS * port.elements()));
        return lane.mark();
    }

    private static float[] unpack(Lane lane, Map<String, Tensor> tensors, Completion done) {
        done.await();
        Tensor output = tensor(tensors, "output");
        float[] values = new float[(int) output.elements()];
        lane.staging(output).read(0, values, 0, values.length);
        return values;
    }

    private static Tensor tensor(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name));
    }
}
