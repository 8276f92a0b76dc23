package io.sparkhood.jobs.profile;

import java.util.Arrays;

/**
 * Times runs warm, in regions of many: long enough for the clock, for copies and launches to overlap, and for all threads to be
 * placed on cores of their own.
 *
 * @param warmupRuns runs before the clock counts, at least
 * @param warmupSeconds seconds before the clock counts, at least
 * @param regions how many regions
 */
record Stopwatch(int warmupRuns, double warmupSeconds, int regions) {
    private static final double REGION_SECONDS = 0.04;

    /** Aimed at, so that few regions come out too short. */
    private static final double AIM_SECONDS = 1.25 * REGION_SECONDS;

    /** Something that can be done many times. */
    @FunctionalInterface
    interface Runs {
        /** Returns when so many runs are complete. */
        void run(int times);
    }

    Times time(Runs runs) {
        int times = warmUp(runs);
        double[] each = new double[regions];
        for (int region = 0; region < regions; region++) {
            double seconds = seconds(runs, times);
            while (seconds < REGION_SECONDS) {
                times = aim(times, seconds);
                seconds = seconds(runs, times);
            }
            each[region] = seconds / times;
        }
        Arrays.sort(each);
        double median = (each[(regions - 1) / 2] + each[regions / 2]) / 2;
        return new Times(each[0], median, each[regions - 1]);
    }

    /** Returns the runs of a region. */
    private int warmUp(Runs runs) {
        long start = System.nanoTime();
        int times = 1;
        for (long done = 0; done < warmupRuns || (System.nanoTime() - start) * 1e-9 < warmupSeconds; ) {
            double seconds = seconds(runs, times);
            done += times;
            times = aim(times, seconds);
        }
        return times;
    }

    /** Runs that fill a region; at most doubled, since early runs wait for the compiler. */
    private static int aim(int times, double seconds) {
        double wanted = Math.ceil(times * AIM_SECONDS / Math.max(seconds, 1e-9));
        return (int) Math.max(1, Math.min(wanted, Math.min(2.0 * times, 1 << 24)));
    }

    private static double seconds(Runs runs, int times) {
        long start = System.nanoTime();
        runs.run(times);
        return (System.nanoTime() - start) * 1e-9;
    }
}
