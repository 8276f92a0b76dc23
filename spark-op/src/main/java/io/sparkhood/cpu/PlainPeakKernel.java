package io.sparkhood.cpu;

import java.util.Arrays;

/**
 * The fastest multiply-adds known here in plain Java: sums of scaled rows, a loop that the compiler makes vectors of. Multiply
 * and add are two instructions, since plain Java may not fuse them.
 */
final class PlainPeakKernel implements PeakKernel {
    private static final int WIDTH = 512;
    private static final int ROWS = 8;

    private final float[] b = new float[ROWS * WIDTH];
    private final float[] c = new float[WIDTH];

    PlainPeakKernel() {
        Arrays.fill(b, 0.5f);
    }

    @Override
    public int multiplyAdds() {
        return ROWS * WIDTH;
    }

    @Override
    public void run(int times) {
        Arrays.fill(c, 0f);
        for (int i = 0; i < times; i++) {
            multiply(b, c, 0.5f);
        }
    }

    private static void multiply(float[] b, float[] c, float a) {
        for (int i = 0; i < WIDTH; i++) {
            float low = a * b[i] + a * b[i + WIDTH] + a * b[i + 2 * WIDTH] + a * b[i + 3 * WIDTH];
            float high = a * b[i + 4 * WIDTH] + a * b[i + 5 * WIDTH] + a * b[i + 6 * WIDTH] + a * b[i + 7 * WIDTH];
            c[i] += low + high;
        }
    }
}
