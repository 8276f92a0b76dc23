package io.sparkhood.cuda.driver;

/**
 * The shape of one launch.
 *
 * @param gridX blocks on the first axis of the grid, up to 2^31 - 1
 * @param gridY blocks on the second, up to 65,535
 * @param gridZ blocks on the third, up to 65,535
 * @param threads threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
public record Launch(int gridX, int gridY, int gridZ, int threads, int sharedBytes) {}
