package io.sparkhood.cpu;

import io.sparkhood.operator.NeighborhoodAttentionOperator;

/**
 * The relative position bias in the form of start values: for a key at a distance from a patch's first query, the
 * biases of all lanes. It depends on the distance alone, so one table serves all patches.
 */
final class BiasTables {
    private final int kernelZ;
    private final int kernelY;
    private final int kernelX;
    private final int rows; // distances on y: 1 - kernelY to laneY - 1 + kernelY - 1
    private final int columns;
    private final int lanes;
    private final float[] bias;
    private final float[][] tables; // [head][(z * rows + y) * columns + x][lane]

    /**
     * Makes the tables.
     *
     * @param factor what the bias is multiplied by, log2(e) where scores are in base 2
     */
    BiasTables(NeighborhoodAttentionOperator operator, float[] bias, int laneY, int laneX, double factor) {
        this.bias = bias;
        int rank = operator.rank();
        kernelZ = rank == 3 ? operator.window(0).kernelSize() : 1;
        kernelY = operator.window(Math.max(0, rank - 2)).kernelSize();
        kernelX = rank == 1 ? 1 : operator.window(rank - 1).kernelSize();
        lanes = laneY * laneX;
        rows = 2 * kernelY - 1 + laneY - 1;
        columns = 2 * kernelX - 1 + laneX - 1;
        tables = new float[operator.heads()][];
        for (int head = 0; head < tables.length; head++) {
            tables[head] = table(head, laneX, factor);
        }
    }

    /** A bound of the floats that one head's table has, whatever the shape of the patches. */
    static long floats(NeighborhoodAttentionOperator operator, int lanes) {
        double floats = lanes;
        for (int axis = 0; axis < operator.rank(); axis++) {
            floats *= 2.0 * operator.window(axis).kernelSize() - 1 + (axis == 0 ? lanes : 4);
        }
        return (long) floats;
    }

    private float[] table(int head, int laneX, double factor) {
        float[] table = new float[(2 * kernelZ - 1) * rows * columns * lanes];
        int at = 0;
        for (int z = 0; z < 2 * kernelZ - 1; z++) {
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    for (int lane = 0; lane < lanes; lane++) {
                        double value = bias(head, z, y - lane / laneX, x - lane % laneX);
                        // beyond what a score can be, such as -infinity, it weighs nothing but stays a number
                        table[at++] = Math.max((float) (factor * value), TileMath.MASKED);
                    }
                }
            }
        }
        return table;
    }

    private double bias(int head, int z, int y, int x) {
        if (y < 0 || y >= 2 * kernelY - 1 || x < 0 || x >= 2 * kernelX - 1) {
            return 0; // masked
        }
        return bias[((head * (2 * kernelZ - 1) + z) * (2 * kernelY - 1) + y) * (2 * kernelX - 1) + x];
    }

    /** The bias that the tables were made of. */
    float[] bias() {
        return bias;
    }

    float[] table(int head) {
        return tables[head];
    }

    /** Place of a key at this distance, in places of the group, from the first query of a patch. */
    int at(int z, int y, int x) {
        return (((z + kernelZ - 1) * rows + y + kernelY - 1) * columns + x + kernelX - 1) * lanes;
    }

    /** Whether keys one below the other lie side by side here. */
    boolean oneColumn() {
        return columns == 1;
    }

    /** Bytes held. */
    long bytes() {
        return 4L * tables.length * (tables.length == 0 ? 0 : tables[0].length);
    }
}
