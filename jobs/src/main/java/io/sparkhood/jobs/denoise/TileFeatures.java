package io.sparkhood.jobs.denoise;

import java.util.Arrays;

/**
 * Query, key and value of the pixels of a tile: q = (2 P, 1), k = (P, -|P|^2), v = colour, where P is the pixel's patch in a
 * {@link PatchBasis}, so that q_i . k_j = |P_i|^2 - |P_i - P_j|^2. Patches reach beyond the tile into the clip and are
 * mirrored at its borders only: the same numbers as uncut, to the bit.
 *
 * @param query [tokens, components + 1]
 * @param key [tokens, components + 1]
 * @param value [tokens, colors]
 */
record TileFeatures(float[] query, float[] key, float[] value) {
    /** Computes them for the pixels of a box, row-major. */
    static TileFeatures of(Clip clip, PatchBasis basis, Box box) {
        int tokens = box.tokens();
        int headDim = basis.components() + 1;
        TileFeatures features = new TileFeatures(
                new float[Math.multiplyExact(tokens, headDim)],
                new float[tokens * headDim],
                new float[tokens * basis.colors()]);
        float[][] projected = new float[basis.components()][box.columns()];
        for (int frame = 0; frame < box.frames(); frame++) {
            Planes planes = Planes.of(clip, box, box.frame() + frame, basis.patch() / 2);
            for (int row = 0; row < box.rows(); row++) {
                project(planes, basis, row, projected);
                features.put((frame * box.rows() + row) * box.columns(), planes, row, projected);
            }
        }
        return features;
    }

    /** One row of tokens, by [component, column]. */
    private static void project(Planes planes, PatchBasis basis, int row, float[][] projected) {
        int patch = basis.patch();
        for (int component = 0; component < projected.length; component++) {
            float[] sums = projected[component];
            Arrays.fill(sums, -basis.means()[component]);
            int weight = component * basis.length();
            for (int color = 0; color < basis.colors(); color++) {
                for (int down = 0; down < patch; down++) {
                    for (int right = 0; right < patch; right++) {
                        int from = planes.index(row + down, right);
                        addScaled(sums, planes.levels()[color], from, basis.weights()[weight++]);
                    }
                }
            }
        }
    }

    /** One plain loop, which the compiler turns into vectors. */
    private static void addScaled(float[] sums, float[] levels, int from, float weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * levels[from + i];
        }
    }

    private void put(int firstToken, Planes planes, int row, float[][] projected) {
        int components = projected.length;
        int headDim = components + 1;
        int colors = planes.levels().length;
        for (int column = 0; column < projected[0].length; column++) {
            int token = firstToken + column;
            float square = 0;
            for (int component = 0; component < components; component++) {
                float element = projected[component][column];
                query[token * headDim + component] = 2 * element;
                key[token * headDim + component] = element;
                square += element * element;
            }
            query[token * headDim + components] = 1;
            key[token * headDim + components] = -square;
            int pixel = planes.index(row + planes.margin(), column + planes.margin());
            for (int color = 0; color < colors; color++) {
                value[token * colors + color] = planes.levels()[color][pixel];
            }
        }
    }

    /**
     * The colours of one frame of a box with a margin for patches on every side.
     *
     * @param levels [colors][rows + 2 margin, stride]
     */
    private record Planes(float[][] levels, int margin, int stride) {
        static Planes of(Clip clip, Box box, int frame, int margin) {
            int stride = box.columns() + 2 * margin;
            int rows = box.rows() + 2 * margin;
            float[][] levels = new float[clip.colors()][Math.multiplyExact(rows, stride)];
            for (int i = 0; i < levels[0].length; i++) {
                int row = Mirror.inside(box.row() - margin + i / stride, clip.height());
                int column = Mirror.inside(box.column() - margin + i % stride, clip.width());
                for (int color = 0; color < levels.length; color++) {
                    levels[color][i] = clip.level(frame, row, column, color);
                }
            }
            return new Planes(levels, margin, stride);
        }

        /** Where a row and column of the margin's rectangle lies. */
        int index(int row, int column) {
            return row * stride + column;
        }
    }
}
