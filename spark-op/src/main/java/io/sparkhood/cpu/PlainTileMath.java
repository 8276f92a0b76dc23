package io.sparkhood.cpu;

/**
 * {@link TileMath} without the Vector API. C2 does not vectorise these loops; blocks of eight sums in scalar registers hide
 * the latency of the additions instead. (Math.fma would be exact but is a call into BigDecimal where the CPU has no FMA.)
 */
final class PlainTileMath implements TileMath {
    private static final int LANES = 16;
    private static final int VALUE_SLAB = 2 * LANES;
    /** Keys, or value dims, of one block of sums; four lanes each. */
    private static final int BLOCK = 2;

    @Override
    public String describe() {
        return "plain Java";
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int valueSlab(int valueDim) {
        return VALUE_SLAB;
    }

    @Override
    public int mixLanes(int dims, int lane) {
        return 4;
    }

    @Override
    public void pack(
            float[] source,
            int from,
            int step,
            int count,
            int headStep,
            int heads,
            int width,
            float[] s,
            int to,
            int pitch,
            int headPitch) {
        for (int i = 0; i < count; i++) {
            for (int head = 0; head < heads; head++) {
                System.arraycopy(
                        source, from + i * step + head * headStep, s, to + i * pitch + head * headPitch, width);
            }
        }
    }

    @Override
    public void addRow(float[] s, int row, int columns, int keys, int to) {
        for (int i = 0; i < keys * LANES; i++) {
            s[to + i] = s[row + i % LANES] + s[columns + i];
        }
    }

    @Override
    public void addBias(float[] s, int from, float[] addend, int at, int keys, int to) {
        for (int i = 0; i < keys * LANES; i++) {
            s[to + i] = s[from + i] + addend[at + i];
        }
    }

    @Override
    public void score(
            float[] s,
            int query,
            int keys,
            int slab,
            int slabStride,
            int dims,
            int starts,
            int scores,
            int lines,
            int columns,
            int pitch) {
        for (int line = 0; line < lines; line++) {
            int done = line * columns * LANES;
            int from = keys + line * pitch * slab;
            scoreLine(s, query, from, slab, slabStride, dims, starts + done, scores + done, columns);
        }
    }

    private static void scoreLine(
            float[] s, int query, int keys, int slab, int slabStride, int dims, int starts, int scores, int columns) {
        for (int key = 0; key < columns; key += BLOCK) {
            for (int lane = 0; lane < LANES; lane += 4) {
                int at = scores + key * LANES + lane;
                int from = starts + key * LANES + lane;
                int k = keys + key * slab;
                for (int dim = 0; dim < dims; dim += slab) {
                    score4x2(s, query + dim * LANES + lane, k, slab, Math.min(slab, dims - dim), from, at);
                    from = at;
                    k += slabStride;
                }
            }
        }
    }

    /** Four queries against two keys. */
    private static void score4x2(float[] s, int query, int keys, int slab, int dims, int starts, int scores) {
        float a0 = s[starts];
        float a1 = s[starts + 1];
        float a2 = s[starts + 2];
        float a3 = s[starts + 3];
        float b0 = s[starts + LANES];
        float b1 = s[starts + LANES + 1];
        float b2 = s[starts + LANES + 2];
        float b3 = s[starts + LANES + 3];
        int q = query;
        for (int dim = 0; dim < dims; dim++) {
            float a = s[keys + dim];
            float b = s[keys + slab + dim];
            a0 += s[q] * a;
            a1 += s[q + 1] * a;
            a2 += s[q + 2] * a;
            a3 += s[q + 3] * a;
            b0 += s[q] * b;
            b1 += s[q + 1] * b;
            b2 += s[q + 2] * b;
            b3 += s[q + 3] * b;
            q += LANES;
        }
        s[scores] = a0;
        s[scores + 1] = a1;
        s[scores + 2] = a2;
        s[scores + 3] = a3;
        s[scores + LANES] = b0;
        s[scores + LANES + 1] = b1;
        s[scores + LANES + 2] = b2;
        s[scores + LANES + 3] = b3;
    }

    @Override
    public void scorePair(
            float[] s,
            int query,
            int nextQuery,
            int keys,
            int slab,
            int slabStride,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores,
            int lines,
            int columns,
            int pitch) {
        score(s, query, keys, slab, slabStride, dims, starts, scores, lines, columns, pitch);
        score(s, nextQuery, keys, slab, slabStride, dims, nextStarts, nextScores, lines, columns, pitch);
    }

    @Override
    public void maximum(float[] s, int scores, int keys, int max) {
        for (int lane = 0; lane < LANES; lane++) {
            float most = s[max + lane];
            for (int i = scores + lane; i < scores + keys * LANES; i += LANES) {
                most = s[i] > most ? s[i] : most;
            }
            s[max + lane] = most;
        }
    }

    @Override
    public void exponentials(float[] s, int scores, int keys, int shift, int sum) {
        for (int lane = 0; lane < LANES; lane++) {
            float total = 0;
            for (int i = scores + lane; i < scores + keys * LANES; i += LANES) {
                float weight = Exp2.of(s[i] - s[shift + lane]);
                s[i] = weight;
                total += weight;
            }
            s[sum + lane] += total;
        }
    }

    @Override
    public void rescale(float[] s, int factors, int mixed, int slabs) {
        for (int row = 0; row < slabs * LANES; row++) {
            float factor = s[factors + row % LANES];
            for (int i = 0; i < VALUE_SLAB; i++) {
                s[mixed + row * VALUE_SLAB + i] *= factor;
            }
        }
    }

    @Override
    public void mix(
            float[] s, int weights, int values, int[] offsets, int key, int endKey, int mixed, int queries, int dims) {
        for (int dim = 0; dim < dims; dim += BLOCK) {
            mix4x2(s, weights, values + dim, offsets, key, endKey, mixed + dim);
        }
    }

    /** Four queries, two dims. */
    private static void mix4x2(float[] s, int weights, int values, int[] offsets, int firstKey, int endKey, int mixed) {
        float a0 = s[mixed];
        float a1 = s[mixed + 1];
        float b0 = s[mixed + VALUE_SLAB];
        float b1 = s[mixed + VALUE_SLAB + 1];
        float c0 = s[mixed + 2 * VALUE_SLAB];
        float c1 = s[mixed + 2 * VALUE_SLAB + 1];
        float d0 = s[mixed + 3 * VALUE_SLAB];
        float d1 = s[mixed + 3 * VALUE_SLAB + 1];
        int w = weights + firstKey * LANES;
        for (int key = firstKey; key < endKey; key++) {
            int v = values + offsets[key];
            float v0 = s[v];
            float v1 = s[v + 1];
            a0 += s[w] * v0;
            a1 += s[w] * v1;
            b0 += s[w + 1] * v0;
            b1 += s[w + 1] * v1;
            c0 += s[w + 2] * v0;
            c1 += s[w + 2] * v1;
            d0 += s[w + 3] * v0;
            d1 += s[w + 3] * v1;
            w += LANES;
        }
        s[mixed] = a0;
        s[mixed + 1] = a1;
        s[mixed + VALUE_SLAB] = b0;
        s[mixed + VALUE_SLAB + 1] = b1;
        s[mixed + 2 * VALUE_SLAB] = c0;
        s[mixed + 2 * VALUE_SLAB + 1] = c1;
        s[mixed + 3 * VALUE_SLAB] = d0;
        s[mixed + 3 * VALUE_SLAB + 1] = d1;
    }

    @Override
    public void write(float[] s, int mixed, int sums, float[] target, int to, int step, int count, int dims) {
        for (int i = 0; i < count; i++) {
            float factor = 1 / s[sums + i];
            for (int dim = 0; dim < dims; dim++) {
                target[to + i * step + dim] = s[mixed + i * VALUE_SLAB + dim] * factor;
            }
        }
    }
}
