package io.sparkhood.cpu;

import java.util.List;
import java.util.stream.Stream;

/** Multiply-adds as fast as this JVM does them, with operands in the first cache: what a peak is measured with. For one thread. */
interface PeakKernel {
    /** A try is long enough for the clock and for the start of the helpers not to count. */
    double TRY_SECONDS = 0.02;

    /** Times after which the JVM has asked its best compiler for the kernel, with room. */
    int WARM_TIMES = 5_000;

    /** The best is found when it is warm, and this long, and so many tries (long before the compiler is done), found no better. */
    double STEADY_SECONDS = 0.4;

    int STEADY_TRIES = 10;

    /** How much better is better. */
    double NOISE = 1.03;

    /** Multiply-adds of one time. */
    int multiplyAdds();

    /** Computes. */
    void run(int times);

    /** The kernel for the arithmetic that the cpu backend has here. */
    static PeakKernel detected() {
        return VectorSupport.detected().lanes() == 0 ? new PlainPeakKernel() : new VectorPeakKernel();
    }

    /** FLOP/s of the best of some tries on all threads of a lane. */
    static double measure(HostLane lane) {
        List<PeakKernel> kernels =
                Stream.generate(PeakKernel::detected).limit(lane.threads()).toList();
        double flop = 2.0 * kernels.get(0).multiplyAdds() * kernels.size();
        double best = 0;
        long better = System.nanoTime();
        long done = 0;
        int times = 1;
        for (int tries = 0; done < WARM_TIMES || tries < STEADY_TRIES || seconds(better) < STEADY_SECONDS; tries++) {
            long start = System.nanoTime();
            int timesNow = times;
            lane.forEach(
                    kernels.size(), (thread, part) -> kernels.get((int) part).run(timesNow));
            double seconds = seconds(start);
            done += times;
            if (flop * times / seconds > NOISE * best) {
                better = System.nanoTime();
                tries = 0;
            }
            best = Math.max(best, flop * times / seconds);
            times = seconds < TRY_SECONDS ? 2 * times : times;
        }
        return best;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) * 1e-9;
    }
}
