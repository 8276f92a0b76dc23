package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Placeholder until the kernels' branch is merged. */
record LaunchPlan(NeighborhoodAttentionOperator operator) {
    static Optional<String> refuses(NeighborhoodAttentionOperator operator, DeviceLimits limits) {
        return operator.headDim() > 256
                ? Optional.of("headDim " + operator.headDim() + " is more than 256")
                : Optional.empty();
    }

    static LaunchPlan of(NeighborhoodAttentionOperator operator, DeviceLimits limits) {
        return new LaunchPlan(operator);
    }

    String module() {
        return "placeholder.ptx";
    }

    String entryPoint() {
        return "placeholder";
    }

    Launch launch(long batch) {
        return new Launch(1, 1, (int) batch, 32, 0);
    }

    long maxBatch() {
        return 65535;
    }

    long visitedPairs() {
        return operator.visiblePairs();
    }

    String describe() {
        return "placeholder";
    }

    int parameterBytes() {
        return 128;
    }

    int[] tables() {
        return operator.window(0).table();
    }

    void writeParameter(ByteBuffer target, RunAddresses addresses, long batch) {
        target.putLong(0, addresses.query().address());
        target.putLong(8, addresses.output().address());
        target.putLong(16, operator.outputs().get(0).bytes() * batch);
    }
}
