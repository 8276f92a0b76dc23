package io.sparkhood.jobs.denoise;

import io.sparkhood.image.Picture;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is kept of an attended tile.
 *
 * @param tile number in its grid
 * @param frames its interior, one small picture per frame, rounded to the bits of the clip; no alpha
 * @param squaredErrors of the interior before rounding but clipped to 0-255, summed, against the clean clip; 0 without one
 * @param startNanos when the run that computed the tile began, in nanoseconds since the epoch
 * @param endNanos when it ended
 */
record TileOutput(int tile, List<Picture> frames, double squaredErrors, long startNanos, long endNanos)
        implements Serializable {
    /**
     * Cuts the halo off.
     *
     * @param output [frames, rows, columns, colors] of the whole tile
     */
    static TileOutput of(TileJob job, int tile, float[] output, long startNanos, long endNanos) {
        Box whole = job.grid().input(tile);
        Box kept = job.grid().interior(tile);
        Picture form = job.clip().frames().get(0);
        double squaredErrors = 0;
        List<Picture> frames = new ArrayList<>();
        for (int frame = kept.frame(); frame < kept.frame() + kept.frames(); frame++) {
            Picture interior = new Picture(kept.rows(), kept.columns(), form.colors(), false, form.bitDepth());
            for (int i = 0; i < kept.rows() * kept.columns() * form.colors(); i++) {
                int color = i % form.colors();
                int row = i / form.colors() / kept.columns();
                int column = i / form.colors() % kept.columns();
                float level =
                        output[at(whole, frame, kept.row() + row, kept.column() + column) * form.colors() + color];
                float clipped = Math.max(0, Math.min(Picture.MAX_LEVEL, level));
                interior.setLevel(row, column, color, clipped);
                if (!job.clean().isEmpty()) {
                    double error =
                            clipped - job.clean().get(frame).level(kept.row() + row, kept.column() + column, color);
                    squaredErrors += error * error;
                }
            }
            frames.add(interior);
        }
        return new TileOutput(tile, frames, squaredErrors, startNanos, endNanos);
    }

    /** Nanoseconds in which at least one run was under way: tiles are made and cut between the runs of a task. */
    static long runNanos(List<TileOutput> outputs) {
        List<TileOutput> inOrder = new ArrayList<>(outputs);
        inOrder.sort(Comparator.comparingLong(TileOutput::startNanos));
        long sum = 0;
        long covered = Long.MIN_VALUE; // all before is counted
        for (TileOutput output : inOrder) {
            sum += Math.max(0, output.endNanos() - Math.max(covered, output.startNanos()));
            covered = Math.max(covered, output.endNanos());
        }
        return sum;
    }

    private static int at(Box whole, int frame, int row, int column) {
        return ((frame - whole.frame()) * whole.rows() + row - whole.row()) * whole.columns() + column - whole.column();
    }

    /** Copies the interior to its place in the denoised frames. */
    void paste(TileGrid grid, List<Picture> denoised) {
        Box kept = grid.interior(tile);
        for (int frame = 0; frame < frames.size(); frame++) {
            Picture from = frames.get(frame);
            Picture to = denoised.get(kept.frame() + frame);
            for (int row = 0; row < from.height(); row++) {
                for (int column = 0; column < from.width(); column++) {
                    for (int color = 0; color < from.colors(); color++) {
                        to.setLevel(kept.row() + row, kept.column() + column, color, from.level(row, column, color));
                    }
                }
            }
        }
    }
}
