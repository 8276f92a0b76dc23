package io.sparkhood.jobs.profile;

import static io.sparkhood.operator.NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A problem on a backend, its inputs uploaded: seeded normals, the same every time. */
final class ReadyProblem implements AutoCloseable, Stopwatch.Runs {
    private static final long SEED = 20261121;
    private static final int BLOCK = 1 << 16;

    private final Backend backend;
    private final Plan plan;
    private final Lane lane;
    private final int batch;
    private final BoundTensors tensors;

    ReadyProblem(Backend backend, Problem problem, int threads) {
        this(backend, problem, threads, plan(backend, problem));
    }

    /** The same in the way of a candidate. */
    ReadyProblem(Backend backend, Problem problem, int threads, Candidate candidate) {
        this(
                backend,
                problem,
                threads,
                backend.plan(problem.operator(), problem.batch(), parameters(problem.operator()), candidate));
    }

    private ReadyProblem(Backend backend, Problem problem, int threads, Plan plan) {
        this.backend = backend;
        this.plan = plan;
        batch = problem.batch();
        lane = backend.lane(threads);
        RandomGenerator random = new SplittableRandom(SEED);
        Map<String, Tensor> byPort = new HashMap<>();
        for (Port port : problem.operator().inputs()) {
            byPort.put(port.name(), filled(port, random));
        }
        for (Port port : problem.operator().outputs()) {
            byPort.put(port.name(), lane.tensor(port.dtype(), batch * port.elements()));
        }
        tensors = BoundTensors.of(plan, batch, byPort);
    }

    /** The plan alone, which computes nothing. */
    static Plan plan(Backend backend, Problem problem) {
        NeighborhoodAttentionOperator operator = problem.operator();
        return backend.plan(operator, problem.batch(), parameters(operator));
    }

    private static Parameters parameters(NeighborhoodAttentionOperator operator) {
        Parameters parameters = Parameters.NONE;
        for (Port port : operator.parameters()) {
            float[] bias = new float[Math.toIntExact(port.elements())];
            normals(new SplittableRandom(SEED), bias, bias.length);
            parameters = parameters.and(RELATIVE_POSITION_BIAS, bias);
        }
        return parameters;
    }

    private Tensor filled(Port port, RandomGenerator random) {
        Tensor tensor = lane.tensor(port.dtype(), batch * port.elements());
        float[] block = new float[BLOCK];
        for (long at = 0; at < tensor.elements(); at += BLOCK) {
            int count = (int) Math.min(BLOCK, tensor.elements() - at);
            normals(random, block, count);
            lane.staging(tensor).write(at, block, 0, count);
        }
        lane.upload(tensor, tensor.elements());
        return tensor;
    }

    private static void normals(RandomGenerator random, float[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (float) random.nextGaussian();
        }
    }

    Plan plan() {
        return plan;
    }

    OptionalDouble measurePeak() {
        return backend.measurePeak(lane);
    }

    @Override
    public void run(int times) {
        for (int i = 0; i < times; i++) {
            plan.run(lane, batch, tensors);
        }
        lane.mark().await();
    }

    @Override
    public void close() {
        lane.close();
        plan.close();
    }
}
