package io.sparkhood.column;

import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.Port;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tensors of one batch under way, kept from batch to batch and grown where a batch needs more. */
final class Buffers {
    private final Lane lane;
    private final Map<String, Tensor> tensors = new HashMap<>(); // by port name

    Buffers(Lane lane) {
        this.lane = lane;
    }

    /** A tensor for a port of a batch, large enough for the rows. */
    Tensor tensor(Port port, long rows) {
        long elements = Math.multiplyExact(rows, port.elements());
        @Nullable Tensor kept = tensors.get(port.name());
        if (kept != null && kept.dtype() == port.dtype() && kept.elements() >= elements) {
            return kept;
        }
        if (kept != null) {
            tensors.remove(port.name());
            kept.close(); // before the larger one is made
        }
        Tensor made = lane.tensor(port.dtype(), elements);
        tensors.put(port.name(), made);
        return made;
    }

    /** Frees the tensors and returns whether there were any. */
    boolean clear() {
        boolean any = !tensors.isEmpty();
        tensors.values().forEach(Tensor::close);
        tensors.clear();
        return any;
    }
}
