package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Probe;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceID;
import org.apache.spark.resource.ResourceRequest;
import org.junit.jupiter.api.Test;

class GpuDiscoveryTest {
    private record Provider(String name, List<String> devices) implements BackendProvider {
        @Override
        public int rank() {
            return -4;
        }

        @Override
        public Probe probe() {
            return Probe.usable("for tests");
        }

        @Override
        public Backend open(BackendOptions options) {
            throw new AssertionError("finding opens nothing");
        }
    }

    private static ResourceRequest request(String resource) {
        return new ResourceRequest(new ResourceID("spark.worker", resource), 1, Optional.empty(), Optional.empty());
    }

    @Test
    void theDevicesOfAllBackendsAreGpus() {
        var found = GpuDiscovery.found(List.of(
                        new Provider("one", List.of("GPU-1", "GPU-2")),
                        new Provider("none", List.of()),
                        new Provider("two", List.of("MIG-3"))))
                .orElseThrow();
        assertThat(found.name()).isEqualTo("gpu");
        assertThat(found.addresses()).containsExactly("GPU-1", "GPU-2", "MIG-3");
    }

    @Test
    void withoutDevicesSparkAsksItsNextPlugin() {
        assertThat(GpuDiscovery.found(List.of(new Provider("none", List.of())))).isEmpty();
        assertThat(new GpuDiscovery().discoverResource(request("gpu"), new SparkConf(false)))
                .as("the cpu has none")
                .isEmpty();
    }

    @Test
    void otherResourcesAreNotItsBusiness() {
        assertThat(new GpuDiscovery().discoverResource(request("fpga"), new SparkConf(false)))
                .isEmpty();
    }
}
