package io.sparkhood.cpu;

import io.sparkhood.backend.Completion;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The calling thread and as many helpers as asked; copies are renames. A run is complete when it returns. */
final class HostLane implements Lane {
    /** Floats between the scratch of two threads, so that they never share a cache line. */
    private static final int PADDING = 64;

    /**
     * For each thread: some hundred microseconds of arithmetic, beside which the start of a run is nothing, and little enough
     * to stay in the second-level cache from packing to unpacking.
     */
    private static final long ENOUGH_BATCH_BYTES = 256L << 10;

    private final int threads;
    private final ExecutorService helpers;
    private final float[][] scratch;
    private final Kept[] workers;
    private float[] weights = {};
    private volatile boolean cancelled;

    HostLane(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, but is " + threads);
        }
        this.threads = threads;
        this.scratch = new float[threads][0];
        this.workers = new Kept[threads];
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "sparkhood-lane");
            thread.setDaemon(true);
            return thread;
        }); // starts no thread before its first task
    }

    /** Threads that compute a run, the caller's included. */
    int threads() {
        return threads;
    }

    /** One part of a run. */
    @FunctionalInterface
    interface Part {
        /** Computes part {@code index} with the scratch of thread {@code thread}. */
        void compute(int thread, long index);
    }

    /** Computes parts 0 to {@code parts - 1}, each once, on all threads of this lane. */
    void forEach(long parts, Part part) {
        AtomicLong next = new AtomicLong();
        int used = (int) Math.min(threads, parts);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 1; thread < used; thread++) {
            int index = thread;
            running.add(helpers.submit(() -> drain(index, parts, next, part)));
        }
        try {
            drain(0, parts, next, part);
        } finally {
            next.set(parts); // after a failure the helpers stop at their next part
            running.forEach(HostLane::settle);
        }
        requireNotCancelled();
        running.forEach(HostLane::rethrow);
    }

    private void drain(int thread, long parts, AtomicLong next, Part part) {
        for (long index = next.getAndIncrement(); index < parts; index = next.getAndIncrement()) {
            requireNotCancelled();
            part.compute(thread, index);
        }
    }

    /** Waits without regard to the outcome, so that no helper writes to tensors after a run has returned. */
    private static void settle(Future<?> future) {
        boolean interrupted = false;
        while (!future.isDone()) {
            try {
                future.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break; // rethrow() reports it, unless the calling thread has failed itself
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(Future<?> future) {
        try {
            future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a thread of the lane failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Polled per tile by plans. */
    void requireNotCancelled() {
        if (cancelled) {
            throw new CancellationException("the lane was cancelled");
        }
    }

    /** At least this many floats for one thread, with undefined contents; kept and grown from run to run. */
    float[] scratch(int thread, int floats) {
        if (scratch[thread].length < floats) {
            scratch[thread] = new float[floats + PADDING];
        }
        return scratch[thread];
    }

    /** At least this many floats that all threads share, with undefined contents; kept and grown from run to run. */
    float[] weights(long floats) {
        if (weights.length < floats) {
            weights = new float[(int) floats];
        }
        return weights;
    }

    /** What a thread has made for a plan, with its scratch. */
    private record Kept(Plan plan, PassWorker[] workers) {}

    /**
     * The workers of one thread for a plan, one per pass: the same from run to run, until another plan comes.
     *
     * @param floats of scratch that they need together
     */
    PassWorker[] workers(int thread, Plan plan, long floats, Function<float[], PassWorker[]> make) {
        if (workers[thread] == null || workers[thread].plan != plan) {
            workers[thread] = new Kept(plan, make.apply(scratch(thread, (int) floats)));
        }
        return workers[thread].workers;
    }

    @Override
    public Tensor tensor(DType dtype, long elements) {
        return HostTensor.allocate(dtype, elements);
    }

    @Override
    public Optional<Tensor> adopt(float[] elements) {
        return Optional.of(HostTensor.of(elements));
    }

    @Override
    public Optional<Tensor> adopt(DType dtype, byte[] elements) {
        return Optional.of(HostTensor.of(dtype, elements));
    }

    @Override
    public long enoughBatchBytes() {
        return ENOUGH_BATCH_BYTES * threads;
    }

    @Override
    public Staging staging(Tensor tensor) {
        return (HostTensor) tensor;
    }

    @Override
    public void upload(Tensor tensor, long elements) {}

    @Override
    public void download(Tensor tensor, long elements) {}

    @Override
    public Completion mark() {
        return this::requireNotCancelled;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        helpers.shutdownNow();
    }
}
