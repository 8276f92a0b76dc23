package io.sparkhood.column;

import java.util.Arrays;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** What Spark gave the task of the calling thread: the address of its GPU, if any. */
final class TaskDevice {
    private static final String RESOURCE = "gpu";

    private TaskDevice() {}

    /**
     * Address of the task's GPU; empty, for the first one there is, where Spark does not schedule GPUs, as in local mode.
     *
     * @throws IllegalArgumentException if the task has more than one
     */
    static String address() {
        @Nullable TaskContext task = TaskContext.get();
        return task == null ? "" : address(task.resourcesJMap().get(RESOURCE));
    }

    static String address(@Nullable ResourceInformation gpu) {
        if (gpu == null || gpu.addresses().length == 0) {
            return "";
        }
        if (gpu.addresses().length > 1) {
            throw new IllegalArgumentException("a task computes on one GPU, but Spark gave it "
                    + gpu.addresses().length + ", " + Arrays.toString(gpu.addresses())
                    + "; set spark.executor.resource.gpu.amount=1 and spark.task.resource.gpu.amount=1 or less");
        }
        return gpu.addresses()[0];
    }

    /** Equal for all threads of one task; the thread itself outside of Spark. */
    static Object task() {
        @Nullable TaskContext task = TaskContext.get();
        return task == null ? Thread.currentThread() : task.taskAttemptId();
    }
}
