package io.sparkhood.cpu;

import io.sparkhood.operator.DType;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link TileMath} with the Vector API: one vector holds the lanes of a patch.
 *
 * <p>Its code, and more so that of its micro-kernels, {@link VectorTileKernels}, which the build writes (TileKernelWriter), is
 * flat because of what C2 does with vectors. They stay in registers only in methods with one loop, about 24 live vectors, and 325
 * to 1,200 bytecodes: smaller ones are inlined into their callers until the callers' budget is spent. Beyond some 75 vector
 * operations (C2's limit of nodes, it seems) the last ones of a method were boxed, in some JVMs and not in others; {@code mix6x4}
 * has 82 and never was. A vector that a loop carries is an argument, never the receiver, where there is room for that (hence
 * {@code zero.add(a)}): C2 knows the class of an argument, which is cast, but that of a carried receiver only from a profile which
 * other code with vectors of another length spoils. No method takes or returns a vector. The drivers that choose between kernels hold none.
 */
final class VectorTileMath implements TileMath {
    static final VectorSpecies<Float> SPECIES = species(VectorSupport.detected().lanes());
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    static final int LANES = SPECIES.length();
    static final int MIXED_SLAB = 2 * LANES;
    /** With 32 registers ten keys of two patches are 20 accumulators; with 16 registers, five are 10. */
    private static final int PAIR_KEYS = LANES == 16 ? 10 : 5;

    private static final int KEYS = 10;
    private static final int FEW_KEYS = 8;
    private static final int MIX_LANES = LANES == 16 ? 8 : 4;
    /** Four vectors of dims at a time take all of 32 registers, with as many queries as that leaves room for. */
    private static final int WIDE_SLAB = 4 * LANES;

    private static final int WIDE_MIX_LANES = 6;

    private static VectorSpecies<Float> species(int lanes) {
        return switch (lanes) {
            case 4 -> FloatVector.SPECIES_128;
            case 8 -> FloatVector.SPECIES_256;
            case 16 -> FloatVector.SPECIES_512;
            default -> throw new IllegalStateException("no patch has " + lanes + " lanes");
        };
    }

    @Override
    public String describe() {
        return "vectors of " + LANES + " floats";
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int valueSlab(int valueDim) {
        return LANES == 16 && valueDim > MIXED_SLAB ? WIDE_SLAB : MIXED_SLAB;
    }

    @Override
    public int mixLanes(int dims, int lane) {
        return dims > 3 * LANES ? Math.min(WIDE_MIX_LANES, LANES - lane) : MIX_LANES;
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
        VectorPacking.pack(source, from, step, count, headStep, heads, width, s, to, pitch, headPitch);
    }

    @Override
    public void widen(DType dtype, byte[] source, int from, int count, float[] s, int to) {
        int whole = (count + LANES - 1) & -LANES;
        if (from > source.length / dtype.bytes() - whole) {
            TileMath.super.widen(dtype, source, from, count, s, to);
            return;
        }
        switch (dtype) {
            case FLOAT32 -> VectorBytes.readFloat32(source, from, s, to, whole);
            case FLOAT16 -> VectorBytes.widenFloat16(source, from, s, to, whole);
            case BFLOAT16 -> VectorBytes.widenBfloat16(source, from, s, to, whole);
        }
    }

    @Override
    public void narrow(DType dtype, float[] s, int from, float factor, int count, byte[] target, int to) {
        int whole = count & -LANES;
        switch (dtype) {
            case FLOAT32 -> VectorBytes.writeFloat32(s, from, factor, whole, target, to);
            case FLOAT16 -> VectorBytes.narrowFloat16(s, from, factor, whole, target, to);
            case BFLOAT16 -> VectorBytes.narrowBfloat16(s, from, factor, whole, target, to);
        }
        TileMath.super.narrow(dtype, s, from + whole, factor, count - whole, target, to + whole);
    }

    @Override
    public void transpose(float[] s, int rows, int stride, float factor, int dims, int to) {
        if (LANES != 16) {
            TileMath.super.transpose(s, rows, stride, factor, dims, to);
            return;
        }
        VectorTransposition.transpose(s, rows, stride, factor, dims, to);
    }

    @Override
    public void addRow(float[] s, int row, int columns, int keys, int to) {
        FloatVector mask = FloatVector.fromArray(SPECIES, s, row);
        for (int i = 0; i < keys * LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, s, columns + i).add(mask).intoArray(s, to + i);
        }
    }

    @Override
    public void addBias(float[] s, int from, float[] addend, int at, int keys, int to) {
        for (int i = 0; i < keys * LANES; i += LANES) {
            FloatVector.fromArray(SPECIES, s, from + i)
                    .add(FloatVector.fromArray(SPECIES, addend, at + i))
                    .intoArray(s, to + i);
        }
    }

    /** Keys of the blocks that {@code columns} keys are cut into, so that few are computed twice. */
    private static int block(int columns) {
        int blocks = (columns + KEYS - 1) / KEYS;
        return (columns + blocks - 1) / blocks <= FEW_KEYS ? FEW_KEYS : KEYS;
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
        int block = block(columns);
        int done = 0;
        for (int line = 0; line < lines; line++) {
            for (int column = 0; column < columns; column += block) {
                int key = Math.max(0, Math.min(column, columns - block)); // the last block overlaps the one before it
                int at = scores + done + key * LANES;
                int from = starts + done + key * LANES;
                int k = keys + (line * pitch + key) * slab;
                for (int dim = 0; dim < dims; dim += slab) {
                    int count = Math.min(slab, dims - dim);
                    scoreBlock(s, block, slab, query + dim * LANES, k, count, from, at);
                    from = at;
                    k += slabStride;
                }
            }
            done += columns * LANES;
        }
    }

    private static void scoreBlock(
            float[] s, int block, int slab, int query, int keys, int dims, int starts, int scores) {
        if (slab == 64) {
            if (block == KEYS) {
                VectorTileKernels.score10Of64(s, query, keys, dims, starts, scores);
            } else {
                VectorTileKernels.score8Of64(s, query, keys, dims, starts, scores);
            }
        } else if (block == KEYS) {
            VectorTileKernels.score10Of32(s, query, keys, dims, starts, scores);
        } else {
            VectorTileKernels.score8Of32(s, query, keys, dims, starts, scores);
        }
    }

    /** As {@link #block} for two patches. */
    private static int pairBlock(int columns) {
        return PAIR_KEYS == KEYS ? block(columns) : PAIR_KEYS;
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
        int block = pairBlock(columns);
        int done = 0;
        for (int line = 0; line < lines; line++) {
            for (int column = 0; column < columns; column += block) {
                int key = Math.max(0, Math.min(column, columns - block));
                int offset = done + key * LANES;
                int from = starts + offset;
                int nextFrom = nextStarts + offset;
                int at = scores + offset;
                int nextAt = nextScores + offset;
                int k = keys + (line * pitch + key) * slab;
                for (int dim = 0; dim < dims; dim += slab) {
                    int count = Math.min(slab, dims - dim);
                    int q = query + dim * LANES;
                    int r = nextQuery + dim * LANES;
                    scorePairBlock(s, block, slab, q, r, k, count, from, nextFrom, at, nextAt);
                    from = at;
                    nextFrom = nextAt;
                    k += slabStride;
                }
            }
            done += columns * LANES;
        }
    }

    private static void scorePairBlock(
            float[] s,
            int block,
            int slab,
            int query,
            int next,
            int keys,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores) {
        if (slab == 64) {
            if (block == 10) {
                VectorTileKernels.scorePair10Of64(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
            } else if (block == 8) {
                VectorTileKernels.scorePair8Of64(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
            } else {
                VectorTileKernels.scorePair5Of64(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
            }
        } else if (block == 10) {
            VectorTileKernels.scorePair10Of32(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
        } else if (block == 8) {
            VectorTileKernels.scorePair8Of32(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
        } else {
            VectorTileKernels.scorePair5Of32(s, query, next, keys, dims, starts, nextStarts, scores, nextScores);
        }
    }

    @Override
    public boolean areFinite(float[] s, int from, int count) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector poison = zero;
        FloatVector venom = zero;
        int at = from;
        for (int end = from + count - LANES; at < end; at += 2 * LANES) {
            poison = FloatVector.fromArray(SPECIES, s, at).fma(zero, poison);
            venom = FloatVector.fromArray(SPECIES, s, at + LANES).fma(zero, venom);
        }
        if (at < from + count) {
            poison = FloatVector.fromArray(SPECIES, s, at).fma(zero, poison);
        }
        return zero.add(poison).add(venom).reduceLanes(VectorOperators.ADD) == 0;
    }

    @Override
    public void rescale(float[] s, int factors, int mixed, int slabs) {
        int at = mixed;
        for (int row = 0; row < slabs * LANES; row++) {
            FloatVector factor = FloatVector.broadcast(SPECIES, s[factors + row % LANES]);
            FloatVector.fromArray(SPECIES, s, at).mul(factor).intoArray(s, at);
            FloatVector.fromArray(SPECIES, s, at + LANES).mul(factor).intoArray(s, at + LANES);
            at += MIXED_SLAB;
        }
    }

    @Override
    public void mix(
            float[] s, int weights, int values, int[] offsets, int key, int endKey, int mixed, int queries, int dims) {
        if (dims > 3 * LANES) {
            if (queries == WIDE_MIX_LANES) {
                VectorTileKernels.mix6x4(s, weights, values, offsets, key, endKey, mixed);
            } else {
                VectorTileKernels.mix4x4(s, weights, values, offsets, key, endKey, mixed);
            }
            return;
        }
        if (dims > LANES) {
            if (MIX_LANES == 8) {
                VectorTileKernels.mix8x2(s, weights, values, offsets, key, endKey, mixed);
            } else {
                VectorTileKernels.mix4x2(s, weights, values, offsets, key, endKey, mixed);
            }
        }
        int last = (dims - 1) / LANES * LANES;
        if (last % MIXED_SLAB == 0) { // a vector by itself
            if (MIX_LANES == 8) {
                VectorTileKernels.mix8x1(s, weights, values + last, offsets, key, endKey, mixed + last * LANES);
            } else {
                VectorTileKernels.mix4x1(s, weights, values + last, offsets, key, endKey, mixed + last * LANES);
            }
        }
    }

    @Override
    public void write(float[] s, int mixed, int sums, float[] target, int to, int step, int count, int dims) {
        int whole = dims & -LANES;
        for (int i = 0; i < count; i++) {
            float scalar = 1 / s[sums + i];
            FloatVector factor = FloatVector.broadcast(SPECIES, scalar);
            int from = mixed + i * MIXED_SLAB;
            int at = to + i * step;
            for (int dim = 0; dim < whole; dim += LANES) {
                FloatVector.fromArray(SPECIES, s, from + dim).mul(factor).intoArray(target, at + dim);
            }
            for (int dim = whole; dim < dims; dim++) {
                target[at + dim] = s[from + dim] * scalar;
            }
        }
    }

    @Override
    public void maximum(float[] s, int scores, int keys, int max) {
        maskAfterOdd(s, scores, keys);
        IntVector magnitude = IntVector.broadcast(INTS, Integer.MAX_VALUE);
        IntVector a = IntVector.broadcast(INTS, Integer.MIN_VALUE);
        IntVector b = a;
        for (int at = scores, end = scores + keys * LANES; at < end; at += 2 * LANES) {
            IntVector i = FloatVector.fromArray(SPECIES, s, at).reinterpretAsInts();
            IntVector j = FloatVector.fromArray(SPECIES, s, at + LANES).reinterpretAsInts();
            a = i.lanewise(VectorOperators.ASHR, 31)
                    .and(magnitude)
                    .lanewise(VectorOperators.XOR, i)
                    .max(a);
            b = j.lanewise(VectorOperators.ASHR, 31)
                    .and(magnitude)
                    .lanewise(VectorOperators.XOR, j)
                    .max(b);
        }
        IntVector i = FloatVector.fromArray(SPECIES, s, max).reinterpretAsInts();
        i = i.lanewise(VectorOperators.ASHR, 31)
                .and(magnitude)
                .lanewise(VectorOperators.XOR, i)
                .max(a)
                .max(b);
        i.lanewise(VectorOperators.ASHR, 31)
                .and(magnitude)
                .lanewise(VectorOperators.XOR, i)
                .reinterpretAsFloats()
                .intoArray(s, max);
    }

    /** Two keys are handled at a time. */
    private static void maskAfterOdd(float[] s, int scores, int keys) {
        if ((keys & 1) != 0) {
            Arrays.fill(s, scores + keys * LANES, scores + (keys + 1) * LANES, MASKED);
        }
    }

    @Override
    public void exponentials(float[] s, int scores, int keys, int shift, int sum) {
        maskAfterOdd(s, scores, keys);
        FloatVector m = FloatVector.fromArray(SPECIES, s, shift);
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector sumA = zero;
        FloatVector sumB = zero;
        IntVector least = IntVector.broadcast(INTS, Exp2.ZERO);
        IntVector most = IntVector.broadcast(INTS, Exp2.INFINITE);
        FloatVector magic = FloatVector.broadcast(SPECIES, Exp2.MAGIC);
        FloatVector c0 = FloatVector.broadcast(SPECIES, Exp2.C0);
        FloatVector c1 = FloatVector.broadcast(SPECIES, Exp2.C1);
        FloatVector c2 = FloatVector.broadcast(SPECIES, Exp2.C2);
        FloatVector c3 = FloatVector.broadcast(SPECIES, Exp2.C3);
        FloatVector c4 = FloatVector.broadcast(SPECIES, Exp2.C4);
        FloatVector c5 = FloatVector.broadcast(SPECIES, Exp2.C5);
        for (int at = scores, end = scores + keys * LANES; at < end; at += 2 * LANES) {
            FloatVector xA = FloatVector.fromArray(SPECIES, s, at).sub(m);
            FloatVector nA = xA.add(magic);
            FloatVector uA = xA.sub(nA.sub(magic));
            FloatVector pA = uA.fma(c5, c4).fma(uA, c3).fma(uA, c2).fma(uA, c1).fma(uA, c0);
            IntVector eA = nA.reinterpretAsInts().max(least).min(most);
            pA = pA.mul(eA.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            pA.intoArray(s, at);
            sumA = pA.add(sumA);
            FloatVector xB = FloatVector.fromArray(SPECIES, s, at + LANES).sub(m);
            FloatVector nB = xB.add(magic);
            FloatVector uB = xB.sub(nB.sub(magic));
            FloatVector pB = uB.fma(c5, c4).fma(uB, c3).fma(uB, c2).fma(uB, c1).fma(uB, c0);
            IntVector eB = nB.reinterpretAsInts().max(least).min(most);
            pB = pB.mul(eB.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            pB.intoArray(s, at + LANES);
            sumB = pB.add(sumB);
        }
        FloatVector.fromArray(SPECIES, s, sum).add(sumA).add(sumB).intoArray(s, sum);
    }
}
