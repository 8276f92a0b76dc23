package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundTensorsTest {
    private final Backends.Handle handle = Backends.open("reference", BackendOptions.DEFAULT);
    private final Lane lane = handle.backend().lane(1);
    private final Plan plan = handle.backend()
            .plan(NeighborhoodAttentionOperator.on(5).headDim(4).kernelSize(3).build(), 3, Parameters.NONE);
    private final Map<String, Tensor> tensors = new HashMap<>();

    @BeforeEach
    void fill() {
        for (String name : new String[] {"query", "key", "value", "output"}) {
            tensors.put(name, lane.tensor(DType.FLOAT32, 40)); // two rows of [5, 1, 4]
        }
    }

    @AfterEach
    void close() {
        plan.close();
        lane.close();
        handle.close();
    }

    @Test
    void bindsInTheOrderOfThePorts() {
        BoundTensors bound = BoundTensors.of(plan, 2, tensors);
        assertThat(bound.inputs()).containsExactly(tensors.get("query"), tensors.get("key"), tensors.get("value"));
        assertThat(bound.outputs()).containsExactly(tensors.get("output"));
        assertThat(bound.maxBatch()).isEqualTo(2);
    }

    @Test
    void refusesWhatDoesNotFit() {
        refused(3, "tensor query must have 60 elements for 3 rows of [5, 1, 4], but has 40");
        refused(4, "a batch must have 1 to 3 rows on this plan, but has 4");
        refused(0, "a batch must have 1 to 3 rows on this plan, but has 0");
        tensors.put("value", lane.tensor(DType.FLOAT16, 40));
        refused(2, "tensor value must be float32, but is float16");
        tensors.remove("value");
        refused(2, "tensor value is missing");
        tensors.put("value", lane.tensor(DType.FLOAT32, 40));
        tensors.put("logSumExp", lane.tensor(DType.FLOAT32, 10));
        refused(2, "the operator has no port logSumExp");
    }

    @Test
    void countsTheStrideOfViews() {
        Tensor wide = lane.tensor(DType.FLOAT32, 10 * 12 - 4);
        tensors.put("key", wide.view(4, 12)); // the last token ends 4 elements before the end of its stride
        assertThat(BoundTensors.of(plan, 2, tensors).inputs()).hasSize(3);
        tensors.put("key", wide.view(5, 12));
        refused(2, "tensor key must have 112 elements for 2 rows of [5, 1, 4], but has 111");
        assertThatThrownBy(() -> wide.view(200, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void refused(long rows, String message) {
        assertThatThrownBy(() -> BoundTensors.of(plan, rows, tensors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
