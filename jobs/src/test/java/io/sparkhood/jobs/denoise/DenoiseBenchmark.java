package io.sparkhood.jobs.denoise;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.image.Picture;
import io.sparkhood.image.PictureReader;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Seconds and PSNR of the denoising arithmetic alone, without Spark: every tile of a picture on two lanes, first to last
 * run. Arguments: backend, maximal components, rounds, strength, then pictures. Needs the test class path.
 */
final class DenoiseBenchmark {
    private static final int LANES = 2;
    private static final double SIGMA = 25;

    private DenoiseBenchmark() {}

    public static void main(String[] args) throws Exception {
        int components = Integer.parseInt(args[1]);
        int rounds = Integer.parseInt(args[2]);
        double strength = Double.parseDouble(args[3]);
        for (int i = 4; i < args.length; i++) {
            for (int round = 0; round < rounds; round++) {
                measure(args[0], components, strength, Path.of(args[i]));
            }
        }
    }

    private static void measure(String backend, int components, double strength, Path file) throws Exception {
        Clip clip = clip(file);
        long start = System.nanoTime();
        PatchBasis basis = PatchBasis.of(clip, 7, components);
        double basisSeconds = seconds(start);
        NonLocalMeans means = new NonLocalMeans(SIGMA, strength, List.of(21, 21));
        TileGrid grid = TileGrid.of(List.of(clip.height(), clip.width()), means.kernelSize(), 160);
        NeighborhoodAttentionOperator operator = means.operator(grid.featureMap(), basis);
        float[] bias = floats(means.bias(basis));
        try (Backends.Handle handle = Backends.choose(backend, operator, BackendOptions.DEFAULT)
                        .handle();
                Plan plan = handle.backend()
                        .plan(
                                operator,
                                (grid.count() + LANES - 1) / LANES,
                                Parameters.of(NeighborhoodAttentionOperator.RELATIVE_POSITION_BIAS, bias))) {
            List<LaneOfTiles> lanes = new ArrayList<>();
            start = System.nanoTime();
            for (int lane = 0; lane < LANES; lane++) {
                lanes.add(new LaneOfTiles(handle.backend(), plan, new TileJob(clip, basis, grid, clip.frames()), lane));
            }
            double features = seconds(start);
            double attention = runAll(lanes);
            double squaredErrors = 0;
            for (LaneOfTiles lane : lanes) {
                squaredErrors += lane.squaredErrors();
            }
            double psnr = Psnr.of(squaredErrors, clip.tokens() * clip.colors());
            System.out.printf(
                    Locale.ROOT,
                    "%s %s components %d strength %.2f tiles %d of %s: attention %.3f s, PSNR %.2f dB, basis %.3f s,"
                            + " features on one thread %.3f s%n",
                    handle.backend().name(),
                    file.getFileName(),
                    basis.components(),
                    strength,
                    grid.count(),
                    grid.featureMap(),
                    attention,
                    psnr,
                    basisSeconds,
                    features);
            lanes.forEach(lane -> lane.lane.close());
        }
    }

    private static Clip clip(Path file) throws IOException {
        Picture picture = PictureReader.read(file);
        return new Clip(List.of(picture), Optional.of(new GaussianNoise(SIGMA, 0)));
    }

    private static double runAll(List<LaneOfTiles> lanes) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(lanes.size());
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        lanes.forEach(lane -> running.add(threads.submit(lane::run)));
        for (Future<?> future : running) {
            future.get();
        }
        double attention = seconds(start);
        threads.shutdown();
        return attention;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Every second tile, as one batch. */
    private static final class LaneOfTiles {
        final Lane lane;
        private final TileJob job;
        private final Plan plan;
        private final List<Integer> tiles = new ArrayList<>();
        private final Map<String, Tensor> tensors = new HashMap<>();
        private final BoundTensors bound;

        LaneOfTiles(Backend backend, Plan plan, TileJob job, int first) {
            this.lane = backend.lane(1);
            this.job = job;
            this.plan = plan;
            for (int tile = first; tile < job.grid().count(); tile += LANES) {
                tiles.add(tile);
            }
            NeighborhoodAttentionOperator operator = (NeighborhoodAttentionOperator) plan.operator();
            List<Port> ports = new ArrayList<>(operator.inputs());
            ports.addAll(operator.outputs());
            ports.forEach(port ->
                    tensors.put(port.name(), lane.tensor(port.dtype(), port.elements() * Math.max(1, tiles.size()))));
            for (int row = 0; row < tiles.size(); row++) {
                TileFeatures features =
                        TileFeatures.of(job.clip(), job.basis(), job.grid().input(tiles.get(row)));
                put("query", row, features.query());
                put("key", row, features.key());
                put("value", row, features.value());
            }
            bound = BoundTensors.of(plan, Math.max(1, tiles.size()), tensors);
        }

        private void put(String name, int row, float[] values) {
            staging(name).write((long) row * values.length, values, 0, values.length);
        }

        private Staging staging(String name) {
            return lane.staging(Objects.requireNonNull(tensors.get(name)));
        }

        void run() {
            if (!tiles.isEmpty()) {
                plan.run(lane, tiles.size(), bound);
                lane.mark().await();
            }
        }

        double squaredErrors() {
            double sum = 0;
            for (int row = 0; row < tiles.size(); row++) {
                float[] output = new float
                        [job.grid().input(tiles.get(row)).tokens() * job.clip().colors()];
                staging("output").read((long) row * output.length, output, 0, output.length);
                sum += TileOutput.of(job, tiles.get(row), output, 0, 0).squaredErrors();
            }
            return sum;
        }
    }
}
