package io.sparkhood.ml;

import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.column.TaskDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.resource.ResourceDiscoveryPlugin;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the addresses of GPUs for Spark, without a script: {@code spark.resources.discoveryPlugin=io.sparkhood.ml.GpuDiscovery}.
 * They are the UUIDs of the devices that the backends of this JVM can use, those of MIG instances included, which mean the same
 * device in every process. Where executors are told their GPU by a standalone worker, its class path needs this library as well.
 */
public final class GpuDiscovery implements ResourceDiscoveryPlugin {
    private static final Logger LOG = LoggerFactory.getLogger("io.sparkhood");

    /** For Spark, which makes it by its name. */
    public GpuDiscovery() {}

    /** The GPUs, or nothing if another resource is asked for or there is none, so that Spark asks its next plugin. */
    @Override
    public Optional<ResourceInformation> discoverResource(ResourceRequest request, SparkConf conf) {
        return request.id().resourceName().equals(TaskDevice.RESOURCE) ? found(Backends.providers()) : Optional.empty();
    }

    static Optional<ResourceInformation> found(List<BackendProvider> providers) {
        List<String> addresses = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (BackendProvider provider : providers) {
            addresses.addAll(provider.devices());
            reasons.add(provider.name() + " " + provider.probe());
        }
        if (addresses.isEmpty()) {
            LOG.warn("no GPU was found for Spark: {}", String.join("; ", reasons));
            return Optional.empty();
        }
        LOG.info("GPUs found for Spark: {}", String.join(", ", addresses));
        return Optional.of(new ResourceInformation(TaskDevice.RESOURCE, addresses.toArray(String[]::new)));
    }
}
