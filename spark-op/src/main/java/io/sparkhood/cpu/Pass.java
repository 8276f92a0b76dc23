package io.sparkhood.cpu;

import io.sparkhood.operator.Normalization;

/** One sweep of a plan over its batch; the next begins when all its parts are done. */
interface Pass {
    /** How the sweep is divided. */
    Tiling.Parts parts(long batch, int threads);

    /** What one thread needs for it, with its part of the thread's scratch. */
    PassWorker worker(HostLane lane, float[] scratch);

    /** Where its part of the scratch ends. */
    long end();

    /** Of all tensors of a run those that it reads and writes. */
    RunTensors of(RunTensors all);

    /** Scores of all queries, by tiles. */
    static Pass scores(Tiling tiling) {
        return new Tiled(tiling, true, Normalization.NONE);
    }

    /** Values mixed with weights, by tiles. */
    static Pass mix(Tiling tiling, Normalization normalization) {
        return new Tiled(tiling, false, normalization);
    }

    /** A sweep over tiles. */
    record Tiled(Tiling tiling, boolean scores, Normalization normalization) implements Pass {
        @Override
        public Tiling.Parts parts(long batch, int threads) {
            return tiling.parts(batch, threads);
        }

        @Override
        public PassWorker worker(HostLane lane, float[] scratch) {
            Workbench bench = new Workbench(tiling, scratch);
            return new TileWorker(bench, scores ? new ScoresSteps(bench) : new MixSteps(bench, normalization), lane);
        }

        @Override
        public long end() {
            return tiling.layout().floats();
        }

        @Override
        public RunTensors of(RunTensors all) {
            return scores ? all.ofScores() : all.ofMix();
        }
    }

    /** Makes a worker of a thread's scratch. */
    @FunctionalInterface
    interface Make {
        PassWorker of(HostLane lane, float[] scratch);
    }

    /** A sweep over blocks of neighbouring tokens, each query by itself. */
    record ByQuery(long tokens, long end, Make make) implements Pass {
        /** Tokens of a block: some work for a thread, and enough blocks for all. */
        static final int BLOCK = 16;

        @Override
        public Tiling.Parts parts(long batch, int threads) {
            return new Tiling.Parts(batch * blocks(tokens), 1, 1);
        }

        @Override
        public PassWorker worker(HostLane lane, float[] scratch) {
            return make.of(lane, scratch);
        }

        @Override
        public RunTensors of(RunTensors all) {
            return all;
        }

        static long blocks(long tokens) {
            return (tokens - 1) / BLOCK + 1;
        }
    }
}
