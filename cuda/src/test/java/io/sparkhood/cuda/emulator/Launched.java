package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.Launch;

/**
 * One launch under way.
 *
 * @param entryPoint what runs
 * @param launch its shape
 * @param parameter its bytes
 * @param ticket a number that grows from launch to launch; block {@code b} owns {@code ticket + b}
 */
record Launched(PtxEntryPoint entryPoint, Launch launch, byte[] parameter, int ticket) {
    /** Blocks of the grid. */
    long blocks() {
        return (long) launch.gridX() * launch.gridY() * launch.gridZ();
    }

    int warps() {
        return (launch.threads() + RegisterFile.LANES - 1) / RegisterFile.LANES;
    }

    /** Static and dynamic shared memory of a block. */
    int sharedBytes() {
        return Math.addExact(entryPoint.staticSharedBytes(), launch.sharedBytes());
    }

    int x(long block) {
        return (int) (block % launch.gridX());
    }

    int y(long block) {
        return (int) (block / launch.gridX() % launch.gridY());
    }

    int z(long block) {
        return (int) (block / launch.gridX() / launch.gridY());
    }
}
