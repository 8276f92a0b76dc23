package io.sparkhood.column;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Probe;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A backend with little memory and two batches in flight, for attention of kernelSize 1: the output is the value. */
public final class SmallMemoryBackend implements BackendProvider, Backend {
    static long memoryElements;
    /** Largest number of rows of each batch, in order; -1 where a batch or a plan found no memory, -2 where all was lost. */
    static final List<Long> EVENTS = new ArrayList<>();

    static long planElements;
    private static long usedElements;
    private static int lossAfter = Integer.MAX_VALUE;

    /** Forgets everything; a plan takes {@code planElements}, tensors the rest. */
    static void reset(long memoryElements, long planElements) {
        SmallMemoryBackend.memoryElements = memoryElements;
        SmallMemoryBackend.planElements = planElements;
        usedElements = 0;
        lossAfter = Integer.MAX_VALUE;
        EVENTS.clear();
    }

    /** Loses the device when so many batches have run. */
    static void loseAfter(int batches) {
        lossAfter = batches;
    }

    static long usedElements() {
        return usedElements;
    }

    private static void take(long elements) {
        if (elements > memoryElements - usedElements) {
            EVENTS.add(-1L);
            throw new OutOfDeviceMemoryException("no memory for " + elements + " elements");
        }
        usedElements += elements;
    }

    /** An array that counts. */
    private static final class Counted implements Tensor, Staging {
        private final float[] array;
        private boolean closed;

        Counted(long elements) {
            take(elements);
            array = new float[(int) elements];
        }

        @Override
        public DType dtype() {
            return DType.FLOAT32;
        }

        @Override
        public long elements() {
            return array.length;
        }

        @Override
        public Tensor view(long offset, long tokenStride) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long tokenStride() {
            return 0;
        }

        @Override
        public void close() {
            usedElements -= closed ? 0 : array.length;
            closed = true;
        }

        @Override
        public void write(long at, float[] source, int from, int count) {
            System.arraycopy(source, from, array, (int) at, count);
        }

        @Override
        public void write(long at, byte[] source, int fromByte, int count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void read(long at, float[] target, int to, int count) {
            System.arraycopy(array, (int) at, target, to, count);
        }

        @Override
        public void read(long at, byte[] target, int toByte, int count) {
            throw new UnsupportedOperationException();
        }
    }

    /** Copies and runs when they are called. */
    private static final class CountedLane implements Lane {
        private final List<Tensor> tensors = new ArrayList<>();

        @Override
        public Tensor tensor(DType dtype, long elements) {
            tensors.add(new Counted(elements));
            return tensors.get(tensors.size() - 1);
        }

        @Override
        public Staging staging(Tensor tensor) {
            return (Counted) tensor;
        }

        @Override
        public void upload(Tensor tensor, long elements) {}

        @Override
        public void download(Tensor tensor, long elements) {}

        @Override
        public Completion mark() {
            return () -> {};
        }

        @Override
        public void cancel() {}

        @Override
        public void close() {
            tensors.forEach(Tensor::close);
        }
    }

    private record Copy(Operator operator, long maxBatch) implements Plan {
        @Override
        public String describe() {
            return "copy";
        }

        @Override
        public long visitedPairs() {
            return 0;
        }

        @Override
        public long scratchBytes() {
            return 0;
        }

        @Override
        public void run(Lane lane, long batch, BoundTensors tensors) {
            if (EVENTS.size() >= lossAfter) {
                EVENTS.add(-2L);
                throw new DeviceLostException("device 0 is lost", new IllegalStateException("put in by a test"));
            }
            float[] from = ((Counted) tensors.inputs().get(2)).array;
            float[] to = ((Counted) tensors.outputs().get(0)).array;
            System.arraycopy(
                    from, 0, to, 0, (int) (batch * operator.outputs().get(0).elements()));
            EVENTS.add(batch);
        }

        @Override
        public void close() {
            usedElements -= planElements;
        }
    }

    @Override
    public String name() {
        return "small";
    }

    @Override
    public int rank() {
        return -2;
    }

    @Override
    public Probe probe() {
        return Probe.usable("for tests");
    }

    @Override
    public Backend open(BackendOptions options) {
        return this;
    }

    @Override
    public Optional<String> refuses(Operator operator) {
        return Optional.empty();
    }

    @Override
    public long maxBatch(Operator operator, long budgetBytes) {
        return Math.max(1, budgetBytes / operator.rowBytes());
    }

    @Override
    public Plan plan(Operator operator, long maxBatch, Parameters parameters) {
        take(planElements);
        return new Copy(operator, maxBatch);
    }

    @Override
    public Lane lane(int threads) {
        return new CountedLane();
    }

    @Override
    public OptionalDouble measurePeak(Lane lane) {
        return OptionalDouble.empty();
    }

    @Override
    public int batchesInFlight() {
        return 2;
    }

    @Override
    public void close() {}
}
