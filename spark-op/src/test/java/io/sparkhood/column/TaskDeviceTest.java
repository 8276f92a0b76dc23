package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class TaskDeviceTest {
    private static String address(String... addresses) {
        return TaskDevice.address(Map.of("gpu", new ResourceInformation("gpu", addresses)));
    }

    @Test
    void theOneGpuOrNone() {
        assertThat(address("GPU-1")).isEqualTo("GPU-1");
        assertThat(address()).isEmpty();
        assertThat(TaskDevice.address(Map.of("fpga", new ResourceInformation("fpga", new String[] {"7", "8"}))))
                .isEmpty();
    }

    @Test
    void moreThanOneIsAnErrorThatNamesTheSettings() {
        assertThatThrownBy(() -> address("0", "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a task computes on one GPU, but Spark gave it 2: [0, 1]; set"
                        + " spark.executor.resource.gpu.amount=1 and spark.task.resource.gpu.amount to 1 or less");
    }

    @Test
    void outsideOfSparkAThreadIsItsOwnTask() {
        assertThat(TaskDevice.address()).isEmpty();
        assertThat(TaskDevice.task()).isSameAs(Thread.currentThread());
    }
}
