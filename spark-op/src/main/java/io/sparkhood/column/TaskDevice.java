package io.sparkhood.column;

import java.util.Arrays;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** Which GPU Spark gave a task or an executor, by its address. */
public final class TaskDevice {
    /** Spark's name of the resource. */
    public static final String RESOURCE = "gpu";

    private TaskDevice() {}

    /** {@link #address(Map)} for the task of the calling thread; empty outside of Spark. */
    static String address() {
        @Nullable TaskContext task = TaskContext.get();
        return task == null ? "" : address(task.resourcesJMap());
    }

    /**
     * Address of the GPU among the resources of a task or an executor; empty, for the first one there is, where Spark does not
     * schedule GPUs, as in local mode.
     *
     * @throws IllegalArgumentException if there is more than one, with the cure
     */
    public static String address(Map<String, ResourceInformation> resources) {
        @Nullable ResourceInformation gpu = resources.get(RESOURCE);
        if (gpu == null || gpu.addresses().length == 0) {
            return "";
        }
        if (gpu.addresses().length > 1) {
            throw new IllegalArgumentException("a task computes on one GPU, but Spark gave it "
                    + gpu.addresses().length + ": " + Arrays.toString(gpu.addresses())
                    + "; set spark.executor.resource.gpu.amount=1 and spark.task.resource.gpu.amount to 1 or less");
        }
        return gpu.addresses()[0];
    }

    /** Equal for all threads of one task; the thread itself outside of Spark. */
    static Object task() {
        @Nullable TaskContext task = TaskContext.get();
        return task == null ? Thread.currentThread() : task.taskAttemptId();
    }
}
