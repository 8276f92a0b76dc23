package io.sparkhood.cuda;

import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.cuda.driver.GpuDriver;
import io.sparkhood.operator.DType;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/** The ordered work of one task on a CUDA device. Calls return when their work is queued; a {@link Completion} waits for it. */
final class CudaLane implements Lane {
    private final LaneResources resources;
    private final Backstop backstop;
    private ByteBuffer parameter = ByteBuffer.allocateDirect(0); // reused: the driver copies it at the launch
    private volatile boolean cancelled;

    /** @param whenClosed called once, after the resources are freed */
    CudaLane(LaneResources resources, Runnable whenClosed) {
        this.resources = resources;
        this.backstop = Backstop.of(this, "a lane of the cuda backend", () -> {
            try {
                resources.close();
            } finally {
                whenClosed.run();
            }
        });
    }

    @Override
    public Tensor tensor(DType dtype, long elements) {
        DeviceBlock block = resources.allocate(Math.multiplyExact(elements, dtype.bytes()));
        return new CudaTensor(resources, block, dtype, 0, elements, 0, false);
    }

    @Override
    public Staging staging(Tensor tensor) {
        CudaTensor own = own(tensor);
        DeviceBlock block = own.block();
        return new PinnedStaging(
                resources.host(block), own.dtype(), own.offset(), own.elements(), () -> resources.awaitCopies(block));
    }

    @Override
    public void upload(Tensor tensor, long elements) {
        OrderedStream in = resources.in();
        copy(
                tensor,
                elements,
                in,
                (driver, address, host) -> driver.upload(address, host, host.capacity(), in.handle()));
    }

    @Override
    public void download(Tensor tensor, long elements) {
        OrderedStream out = resources.out();
        copy(
                tensor,
                elements,
                out,
                (driver, address, host) -> driver.download(host, address, host.capacity(), out.handle()));
    }

    /** A copy, either way, between some device memory and as much host memory. */
    private interface Copy {
        void enqueue(GpuDriver driver, long address, ByteBuffer host);
    }

    private void copy(Tensor tensor, long elements, OrderedStream on, Copy copy) {
        CudaTensor own = own(tensor);
        Objects.checkFromIndexSize(0, elements, own.elements());
        PinnedMemory host = resources.host(own.block());
        long first = own.offset() * own.dtype().bytes();
        long address = own.block().address() + first;
        resources.enqueue(
                on,
                List.of(own.block()),
                driver -> host.forEachPart(
                        first,
                        elements * own.dtype().bytes(),
                        (part, from) -> copy.enqueue(driver, address + from, part)));
        Reference.reachabilityFence(this); // or the backstop might free what is in use
    }

    /** Launches a plan for the first rows of the tensors. */
    void run(CudaPlan plan, long batch, BoundTensors tensors) {
        requireNotCancelled();
        List<CudaTensor> inputs = tensors.inputs().stream().map(this::own).toList();
        List<CudaTensor> outputs = tensors.outputs().stream().map(this::own).toList();
        List<DeviceBlock> uses = new ArrayList<>();
        inputs.forEach(tensor -> uses.add(tensor.block()));
        outputs.forEach(tensor -> uses.add(tensor.block()));
        long weights = 0;
        if (plan.weightsBytes() > 0) {
            DeviceBlock block = resources.weights(plan.weightsBytes());
            weights = block.address();
            uses.add(block);
        }
        ByteBuffer struct = parameter(plan.parameterBytes());
        plan.writeParameter(struct, batch, inputs, outputs, weights);
        resources.launch(
                plan.prepared(),
                uses,
                driver -> plan.launch(driver, batch, struct, resources.compute().handle()));
        Reference.reachabilityFence(this);
    }

    private ByteBuffer parameter(int bytes) {
        if (parameter.capacity() < bytes) {
            parameter = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return parameter.clear();
    }

    private CudaTensor own(Tensor tensor) {
        if (tensor instanceof CudaTensor own && own.lane() == resources) {
            return own;
        }
        throw new IllegalArgumentException("the tensor belongs to another lane");
    }

    @Override
    public Completion mark() {
        LaneResources.Mark mark = resources.mark();
        return () -> {
            requireNotCancelled();
            resources.await(mark);
            requireNotCancelled();
        };
    }

    private void requireNotCancelled() {
        if (cancelled) {
            throw new CancellationException("the lane was cancelled");
        }
    }

    /** The launch in flight ends by itself; no later one begins. */
    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        backstop.close();
    }
}
