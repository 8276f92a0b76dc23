package io.sparkhood.jobs.denoise;

import io.sparkhood.image.Picture;
import java.io.Serializable;
import java.util.List;

/**
 * All that executors need to make the tiles of one clip and to cut their outputs; sent to each of them once.
 *
 * @param clean frames to measure the result against, or none
 */
record TileJob(Clip clip, PatchBasis basis, TileGrid grid, List<Picture> clean) implements Serializable {}
