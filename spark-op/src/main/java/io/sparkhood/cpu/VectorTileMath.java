package io.sparkhood.cpu;

import io.sparkhood.operator.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link TileMath} with the Vector API: one vector holds the lanes of a patch.
 *
 * <p>Longer than a file should be, and flat, because of what C2 does with vectors. They stay in registers only in methods with
 * one loop, about 24 live vectors, and 325 to 1,200 bytecodes: smaller ones are inlined into their callers until the callers'
 * budget is spent. Beyond some 75 vector operations (C2's limit of nodes, it seems) the last ones of a method are boxed, in some
 * JVMs and not in others. A vector that a loop carries is an argument, never the receiver, where there is room for that (hence
 * {@code zero.add(a)}): C2 knows the class of an argument, which is cast, but that of a carried receiver only from a profile which
 * other code with vectors of another length spoils. No method takes or returns a vector. The drivers that choose between kernels
 * hold none.
 */
final class VectorTileMath implements TileMath {
    static final VectorSpecies<Float> SPECIES = species(VectorSupport.detected().lanes());
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    private static final int LANES = SPECIES.length();
    private static final int VALUE_SLAB = 2 * LANES;
    /** With 32 registers ten keys of two patches are 20 accumulators; with 16 registers, five are 10. */
    private static final int PAIR_KEYS = LANES == 16 ? 10 : 5;

    private static final int KEYS = 10;
    private static final int FEW_KEYS = 8;
    private static final int MIX_LANES = LANES == 16 ? 8 : 4;

    /** Lanes that lie 8, 4, 2 or 1 apart change places, and those of each such pair that come second. */
    private static final VectorShuffle<Integer> BY_8 = swap(8);

    private static final VectorShuffle<Integer> BY_4 = swap(4);
    private static final VectorShuffle<Integer> BY_2 = swap(2);
    private static final VectorShuffle<Integer> BY_1 = swap(1);
    private static final VectorMask<Integer> UPPER_8 = upper(8);
    private static final VectorMask<Integer> UPPER_4 = upper(4);
    private static final VectorMask<Integer> UPPER_2 = upper(2);
    private static final VectorMask<Integer> UPPER_1 = upper(1);

    private static final int FARTHEST_BITS = Float.floatToRawIntBits(Exp2.FARTHEST);

    private static VectorShuffle<Integer> swap(int distance) {
        return VectorShuffle.fromOp(INTS, lane -> (lane ^ distance) % LANES);
    }

    private static VectorMask<Integer> upper(int distance) {
        boolean[] upper = new boolean[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            upper[lane] = (lane & distance) != 0;
        }
        return VectorMask.fromValues(INTS, upper);
    }

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
    public int mixLanes() {
        return MIX_LANES;
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
        int whole = (width + LANES - 1) & -LANES;
        int last = source.length - whole;
        for (int i = 0; i < count; i++) {
            int a = from + i * step;
            int b = to + i * pitch;
            for (int head = 0; head < heads; head++) {
                if (a > last) {
                    System.arraycopy(source, a, s, b, width); // the last tokens, after which no whole vector is left
                } else {
                    for (int dim = 0; dim < whole; dim += LANES) {
                        FloatVector.fromArray(SPECIES, source, a + dim).intoArray(s, b + dim);
                    }
                }
                a += headStep;
                b += headPitch;
            }
        }
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
        for (int dim = 0; dim < dims; dim += LANES) {
            swapEightsAndFours(s, rows + dim, stride);
            swapTwosAndOnes(s, rows + dim, stride, factor, to + dim * LANES);
        }
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
                int slab = keys + (line * pitch + key) * KEY_SLAB;
                for (int dim = 0; dim < dims; dim += KEY_SLAB) {
                    int count = Math.min(KEY_SLAB, dims - dim);
                    if (block == KEYS) {
                        score10(s, query + dim * LANES, slab, count, from, at);
                    } else {
                        score8(s, query + dim * LANES, slab, count, from, at);
                    }
                    from = at;
                    slab += slabStride;
                }
            }
            done += columns * LANES;
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
                int slab = keys + (line * pitch + key) * KEY_SLAB;
                for (int dim = 0; dim < dims; dim += KEY_SLAB) {
                    int count = Math.min(KEY_SLAB, dims - dim);
                    int q = query + dim * LANES;
                    int r = nextQuery + dim * LANES;
                    if (block == 10) {
                        scorePair10(s, q, r, slab, count, from, nextFrom, scores + offset, nextScores + offset);
                    } else if (block == 8) {
                        scorePair8(s, q, r, slab, count, from, nextFrom, scores + offset, nextScores + offset);
                    } else {
                        scorePair5(s, q, r, slab, count, from, nextFrom, scores + offset, nextScores + offset);
                    }
                    from = scores + offset;
                    nextFrom = nextScores + offset;
                    slab += slabStride;
                }
            }
            done += columns * LANES;
        }
    }

    @Override
    public void rescale(float[] s, int factors, int mixed, int slabs) {
        int at = mixed;
        for (int row = 0; row < slabs * LANES; row++) {
            FloatVector factor = FloatVector.broadcast(SPECIES, s[factors + row % LANES]);
            FloatVector.fromArray(SPECIES, s, at).mul(factor).intoArray(s, at);
            FloatVector.fromArray(SPECIES, s, at + LANES).mul(factor).intoArray(s, at + LANES);
            at += VALUE_SLAB;
        }
    }

    @Override
    public void mix(float[] s, int weights, int values, int[] offsets, int keys, int mixed, int dims) {
        if (dims > LANES) {
            if (MIX_LANES == 8) {
                mix8x2(s, weights, values, offsets, keys, mixed);
            } else {
                mix4x2(s, weights, values, offsets, keys, mixed);
            }
        } else if (MIX_LANES == 8) {
            mix8x1(s, weights, values, offsets, keys, mixed);
        } else {
            mix4x1(s, weights, values, offsets, keys, mixed);
        }
    }

    @Override
    public void write(float[] s, int mixed, int sums, float[] target, int to, int step, int count, int dims) {
        int whole = dims & -LANES;
        for (int i = 0; i < count; i++) {
            float scalar = 1 / s[sums + i];
            FloatVector factor = FloatVector.broadcast(SPECIES, scalar);
            int from = mixed + i * VALUE_SLAB;
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
    public void maximum(float[] s, int scores, int keys, int max, int sum) {
        FloatVector none = FloatVector.broadcast(SPECIES, MASKED);
        for (int key = keys; (key & 1) != 0; key++) {
            none.intoArray(s, scores + key * LANES);
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector poison = zero; // sums of 0 x score: NaN as soon as one is not finite
        FloatVector venom = zero;
        IntVector magnitude = IntVector.broadcast(INTS, Integer.MAX_VALUE);
        IntVector a = IntVector.broadcast(INTS, Integer.MIN_VALUE);
        IntVector b = a;
        for (int at = scores, end = scores + keys * LANES; at < end; at += 2 * LANES) {
            FloatVector f = FloatVector.fromArray(SPECIES, s, at);
            FloatVector g = FloatVector.fromArray(SPECIES, s, at + LANES);
            poison = f.fma(zero, poison);
            venom = g.fma(zero, venom);
            IntVector i = f.reinterpretAsInts();
            IntVector j = g.reinterpretAsInts();
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
        FloatVector.fromArray(SPECIES, s, sum).add(poison).add(venom).intoArray(s, sum);
    }

    @Override
    public void exponentials(float[] s, int scores, int keys, int max, int sum) {
        FloatVector m = FloatVector.fromArray(SPECIES, s, max);
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector minusOne = FloatVector.broadcast(SPECIES, -1f);
        FloatVector sumA = zero;
        FloatVector sumB = zero;
        IntVector top = IntVector.broadcast(INTS, FARTHEST_BITS);
        FloatVector magic = FloatVector.broadcast(SPECIES, Exp2.MAGIC);
        FloatVector c0 = FloatVector.broadcast(SPECIES, Exp2.C0);
        FloatVector c1 = FloatVector.broadcast(SPECIES, Exp2.C1);
        FloatVector c2 = FloatVector.broadcast(SPECIES, Exp2.C2);
        FloatVector c3 = FloatVector.broadcast(SPECIES, Exp2.C3);
        FloatVector c4 = FloatVector.broadcast(SPECIES, Exp2.C4);
        FloatVector c5 = FloatVector.broadcast(SPECIES, Exp2.C5);
        FloatVector c6 = FloatVector.broadcast(SPECIES, Exp2.C6);
        for (int at = scores, end = scores + keys * LANES; at < end; at += 2 * LANES) {
            FloatVector yA = FloatVector.fromArray(SPECIES, s, at).fma(minusOne, m);
            yA = yA.reinterpretAsInts().min(top).reinterpretAsFloats();
            FloatVector nA = yA.fma(minusOne, magic);
            FloatVector uA = yA.add(nA.sub(magic));
            FloatVector pA = uA.fma(c6, c5)
                    .fma(uA, c4)
                    .fma(uA, c3)
                    .fma(uA, c2)
                    .fma(uA, c1)
                    .fma(uA, c0);
            pA = pA.mul(
                    nA.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            pA.intoArray(s, at);
            sumA = pA.add(sumA);
            FloatVector yB = FloatVector.fromArray(SPECIES, s, at + LANES).fma(minusOne, m);
            yB = yB.reinterpretAsInts().min(top).reinterpretAsFloats();
            FloatVector nB = yB.fma(minusOne, magic);
            FloatVector uB = yB.add(nB.sub(magic));
            FloatVector pB = uB.fma(c6, c5)
                    .fma(uB, c4)
                    .fma(uB, c3)
                    .fma(uB, c2)
                    .fma(uB, c1)
                    .fma(uB, c0);
            pB = pB.mul(
                    nB.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            pB.intoArray(s, at + LANES);
            sumB = pB.add(sumB);
        }
        FloatVector.fromArray(SPECIES, s, sum).add(sumA).add(sumB).intoArray(s, sum);
    }

    /** The first half of a transposition of 16 rows, in place: blocks of 8 x 8, then of 4 x 4 inside them, change places. */
    private static void swapEightsAndFours(float[] s, int rows, int stride) {
        for (int row = 0; row < 4; row++) {
            int at0 = rows + row * stride;
            int at4 = at0 + 4 * stride;
            int at8 = at4 + 4 * stride;
            int at12 = at8 + 4 * stride;
            IntVector a = FloatVector.fromArray(SPECIES, s, at0).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(SPECIES, s, at4).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(SPECIES, s, at8).reinterpretAsInts();
            IntVector d = FloatVector.fromArray(SPECIES, s, at12).reinterpretAsInts();
            IntVector e = a.blend(c.rearrange(BY_8), UPPER_8);
            IntVector g = a.rearrange(BY_8).blend(c, UPPER_8);
            IntVector f = b.blend(d.rearrange(BY_8), UPPER_8);
            IntVector h = b.rearrange(BY_8).blend(d, UPPER_8);
            e.blend(f.rearrange(BY_4), UPPER_4).reinterpretAsFloats().intoArray(s, at0);
            e.rearrange(BY_4).blend(f, UPPER_4).reinterpretAsFloats().intoArray(s, at4);
            g.blend(h.rearrange(BY_4), UPPER_4).reinterpretAsFloats().intoArray(s, at8);
            g.rearrange(BY_4).blend(h, UPPER_4).reinterpretAsFloats().intoArray(s, at12);
        }
    }

    /** The second half: pairs, then single elements. */
    private static void swapTwosAndOnes(float[] s, int rows, int stride, float factor, int to) {
        FloatVector scale = FloatVector.broadcast(SPECIES, factor);
        for (int row = 0; row < LANES; row += 4) {
            int from = rows + row * stride;
            int at = to + row * LANES;
            IntVector a = FloatVector.fromArray(SPECIES, s, from).mul(scale).reinterpretAsInts();
            IntVector b =
                    FloatVector.fromArray(SPECIES, s, from + stride).mul(scale).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(SPECIES, s, from + 2 * stride)
                    .mul(scale)
                    .reinterpretAsInts();
            IntVector d = FloatVector.fromArray(SPECIES, s, from + 3 * stride)
                    .mul(scale)
                    .reinterpretAsInts();
            IntVector e = a.blend(c.rearrange(BY_2), UPPER_2);
            IntVector g = a.rearrange(BY_2).blend(c, UPPER_2);
            IntVector f = b.blend(d.rearrange(BY_2), UPPER_2);
            IntVector h = b.rearrange(BY_2).blend(d, UPPER_2);
            e.blend(f.rearrange(BY_1), UPPER_1).reinterpretAsFloats().intoArray(s, at);
            e.rearrange(BY_1).blend(f, UPPER_1).reinterpretAsFloats().intoArray(s, at + LANES);
            g.blend(h.rearrange(BY_1), UPPER_1).reinterpretAsFloats().intoArray(s, at + 2 * LANES);
            g.rearrange(BY_1).blend(h, UPPER_1).reinterpretAsFloats().intoArray(s, at + 3 * LANES);
        }
    }

    /** 10 keys against one patch: one query vector, 10 accumulators. */
    private static void score10(float[] s, int query, int keys, int dims, int starts, int scores) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, starts);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, starts + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, starts + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, starts + 3 * LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, starts + 4 * LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, s, starts + 5 * LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, s, starts + 6 * LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, s, starts + 7 * LANES);
        FloatVector a8 = FloatVector.fromArray(SPECIES, s, starts + 8 * LANES);
        FloatVector a9 = FloatVector.fromArray(SPECIES, s, starts + 9 * LANES);
        for (int dim = 0; dim < dims; dim++) {
            FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
            int key = keys + dim;
            a0 = FloatVector.broadcast(SPECIES, s[key]).fma(q, a0);
            a1 = FloatVector.broadcast(SPECIES, s[key + KEY_SLAB]).fma(q, a1);
            a2 = FloatVector.broadcast(SPECIES, s[key + 2 * KEY_SLAB]).fma(q, a2);
            a3 = FloatVector.broadcast(SPECIES, s[key + 3 * KEY_SLAB]).fma(q, a3);
            a4 = FloatVector.broadcast(SPECIES, s[key + 4 * KEY_SLAB]).fma(q, a4);
            a5 = FloatVector.broadcast(SPECIES, s[key + 5 * KEY_SLAB]).fma(q, a5);
            a6 = FloatVector.broadcast(SPECIES, s[key + 6 * KEY_SLAB]).fma(q, a6);
            a7 = FloatVector.broadcast(SPECIES, s[key + 7 * KEY_SLAB]).fma(q, a7);
            a8 = FloatVector.broadcast(SPECIES, s[key + 8 * KEY_SLAB]).fma(q, a8);
            a9 = FloatVector.broadcast(SPECIES, s[key + 9 * KEY_SLAB]).fma(q, a9);
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0).intoArray(s, scores);
        zero.add(a1).intoArray(s, scores + LANES);
        zero.add(a2).intoArray(s, scores + 2 * LANES);
        zero.add(a3).intoArray(s, scores + 3 * LANES);
        zero.add(a4).intoArray(s, scores + 4 * LANES);
        zero.add(a5).intoArray(s, scores + 5 * LANES);
        zero.add(a6).intoArray(s, scores + 6 * LANES);
        zero.add(a7).intoArray(s, scores + 7 * LANES);
        zero.add(a8).intoArray(s, scores + 8 * LANES);
        zero.add(a9).intoArray(s, scores + 9 * LANES);
    }

    /** 8 keys against one patch: one query vector, 8 accumulators. */
    private static void score8(float[] s, int query, int keys, int dims, int starts, int scores) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, starts);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, starts + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, starts + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, starts + 3 * LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, starts + 4 * LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, s, starts + 5 * LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, s, starts + 6 * LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, s, starts + 7 * LANES);
        for (int dim = 0; dim < dims; dim++) {
            FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
            int key = keys + dim;
            a0 = FloatVector.broadcast(SPECIES, s[key]).fma(q, a0);
            a1 = FloatVector.broadcast(SPECIES, s[key + KEY_SLAB]).fma(q, a1);
            a2 = FloatVector.broadcast(SPECIES, s[key + 2 * KEY_SLAB]).fma(q, a2);
            a3 = FloatVector.broadcast(SPECIES, s[key + 3 * KEY_SLAB]).fma(q, a3);
            a4 = FloatVector.broadcast(SPECIES, s[key + 4 * KEY_SLAB]).fma(q, a4);
            a5 = FloatVector.broadcast(SPECIES, s[key + 5 * KEY_SLAB]).fma(q, a5);
            a6 = FloatVector.broadcast(SPECIES, s[key + 6 * KEY_SLAB]).fma(q, a6);
            a7 = FloatVector.broadcast(SPECIES, s[key + 7 * KEY_SLAB]).fma(q, a7);
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0).intoArray(s, scores);
        zero.add(a1).intoArray(s, scores + LANES);
        zero.add(a2).intoArray(s, scores + 2 * LANES);
        zero.add(a3).intoArray(s, scores + 3 * LANES);
        zero.add(a4).intoArray(s, scores + 4 * LANES);
        zero.add(a5).intoArray(s, scores + 5 * LANES);
        zero.add(a6).intoArray(s, scores + 6 * LANES);
        zero.add(a7).intoArray(s, scores + 7 * LANES);
    }

    /** 10 keys against both patches of a tile: every key is loaded once for two query vectors. */
    private static void scorePair10(
            float[] s,
            int query,
            int next,
            int keys,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, starts);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, starts + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, starts + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, starts + 3 * LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, starts + 4 * LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, s, starts + 5 * LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, s, starts + 6 * LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, s, starts + 7 * LANES);
        FloatVector a8 = FloatVector.fromArray(SPECIES, s, starts + 8 * LANES);
        FloatVector a9 = FloatVector.fromArray(SPECIES, s, starts + 9 * LANES);
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, nextStarts);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, nextStarts + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, s, nextStarts + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, s, nextStarts + 3 * LANES);
        FloatVector b4 = FloatVector.fromArray(SPECIES, s, nextStarts + 4 * LANES);
        FloatVector b5 = FloatVector.fromArray(SPECIES, s, nextStarts + 5 * LANES);
        FloatVector b6 = FloatVector.fromArray(SPECIES, s, nextStarts + 6 * LANES);
        FloatVector b7 = FloatVector.fromArray(SPECIES, s, nextStarts + 7 * LANES);
        FloatVector b8 = FloatVector.fromArray(SPECIES, s, nextStarts + 8 * LANES);
        FloatVector b9 = FloatVector.fromArray(SPECIES, s, nextStarts + 9 * LANES);
        for (int dim = 0; dim < dims; dim++) {
            FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
            FloatVector r = FloatVector.fromArray(SPECIES, s, next + dim * LANES);
            int key = keys + dim;
            FloatVector k = FloatVector.broadcast(SPECIES, s[key]);
            a0 = k.fma(q, a0);
            b0 = k.fma(r, b0);
            k = FloatVector.broadcast(SPECIES, s[key + KEY_SLAB]);
            a1 = k.fma(q, a1);
            b1 = k.fma(r, b1);
            k = FloatVector.broadcast(SPECIES, s[key + 2 * KEY_SLAB]);
            a2 = k.fma(q, a2);
            b2 = k.fma(r, b2);
            k = FloatVector.broadcast(SPECIES, s[key + 3 * KEY_SLAB]);
            a3 = k.fma(q, a3);
            b3 = k.fma(r, b3);
            k = FloatVector.broadcast(SPECIES, s[key + 4 * KEY_SLAB]);
            a4 = k.fma(q, a4);
            b4 = k.fma(r, b4);
            k = FloatVector.broadcast(SPECIES, s[key + 5 * KEY_SLAB]);
            a5 = k.fma(q, a5);
            b5 = k.fma(r, b5);
            k = FloatVector.broadcast(SPECIES, s[key + 6 * KEY_SLAB]);
            a6 = k.fma(q, a6);
            b6 = k.fma(r, b6);
            k = FloatVector.broadcast(SPECIES, s[key + 7 * KEY_SLAB]);
            a7 = k.fma(q, a7);
            b7 = k.fma(r, b7);
            k = FloatVector.broadcast(SPECIES, s[key + 8 * KEY_SLAB]);
            a8 = k.fma(q, a8);
            b8 = k.fma(r, b8);
            k = FloatVector.broadcast(SPECIES, s[key + 9 * KEY_SLAB]);
            a9 = k.fma(q, a9);
            b9 = k.fma(r, b9);
        }
        a0.intoArray(s, scores);
        a1.intoArray(s, scores + LANES);
        a2.intoArray(s, scores + 2 * LANES);
        a3.intoArray(s, scores + 3 * LANES);
        a4.intoArray(s, scores + 4 * LANES);
        a5.intoArray(s, scores + 5 * LANES);
        a6.intoArray(s, scores + 6 * LANES);
        a7.intoArray(s, scores + 7 * LANES);
        a8.intoArray(s, scores + 8 * LANES);
        a9.intoArray(s, scores + 9 * LANES);
        b0.intoArray(s, nextScores);
        b1.intoArray(s, nextScores + LANES);
        b2.intoArray(s, nextScores + 2 * LANES);
        b3.intoArray(s, nextScores + 3 * LANES);
        b4.intoArray(s, nextScores + 4 * LANES);
        b5.intoArray(s, nextScores + 5 * LANES);
        b6.intoArray(s, nextScores + 6 * LANES);
        b7.intoArray(s, nextScores + 7 * LANES);
        b8.intoArray(s, nextScores + 8 * LANES);
        b9.intoArray(s, nextScores + 9 * LANES);
    }

    /** 8 keys against both patches of a tile: every key is loaded once for two query vectors. */
    private static void scorePair8(
            float[] s,
            int query,
            int next,
            int keys,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, starts);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, starts + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, starts + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, starts + 3 * LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, starts + 4 * LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, s, starts + 5 * LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, s, starts + 6 * LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, s, starts + 7 * LANES);
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, nextStarts);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, nextStarts + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, s, nextStarts + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, s, nextStarts + 3 * LANES);
        FloatVector b4 = FloatVector.fromArray(SPECIES, s, nextStarts + 4 * LANES);
        FloatVector b5 = FloatVector.fromArray(SPECIES, s, nextStarts + 5 * LANES);
        FloatVector b6 = FloatVector.fromArray(SPECIES, s, nextStarts + 6 * LANES);
        FloatVector b7 = FloatVector.fromArray(SPECIES, s, nextStarts + 7 * LANES);
        for (int dim = 0; dim < dims; dim++) {
            FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
            FloatVector r = FloatVector.fromArray(SPECIES, s, next + dim * LANES);
            int key = keys + dim;
            FloatVector k = FloatVector.broadcast(SPECIES, s[key]);
            a0 = k.fma(q, a0);
            b0 = k.fma(r, b0);
            k = FloatVector.broadcast(SPECIES, s[key + KEY_SLAB]);
            a1 = k.fma(q, a1);
            b1 = k.fma(r, b1);
            k = FloatVector.broadcast(SPECIES, s[key + 2 * KEY_SLAB]);
            a2 = k.fma(q, a2);
            b2 = k.fma(r, b2);
            k = FloatVector.broadcast(SPECIES, s[key + 3 * KEY_SLAB]);
            a3 = k.fma(q, a3);
            b3 = k.fma(r, b3);
            k = FloatVector.broadcast(SPECIES, s[key + 4 * KEY_SLAB]);
            a4 = k.fma(q, a4);
            b4 = k.fma(r, b4);
            k = FloatVector.broadcast(SPECIES, s[key + 5 * KEY_SLAB]);
            a5 = k.fma(q, a5);
            b5 = k.fma(r, b5);
            k = FloatVector.broadcast(SPECIES, s[key + 6 * KEY_SLAB]);
            a6 = k.fma(q, a6);
            b6 = k.fma(r, b6);
            k = FloatVector.broadcast(SPECIES, s[key + 7 * KEY_SLAB]);
            a7 = k.fma(q, a7);
            b7 = k.fma(r, b7);
        }
        a0.intoArray(s, scores);
        a1.intoArray(s, scores + LANES);
        a2.intoArray(s, scores + 2 * LANES);
        a3.intoArray(s, scores + 3 * LANES);
        a4.intoArray(s, scores + 4 * LANES);
        a5.intoArray(s, scores + 5 * LANES);
        a6.intoArray(s, scores + 6 * LANES);
        a7.intoArray(s, scores + 7 * LANES);
        b0.intoArray(s, nextScores);
        b1.intoArray(s, nextScores + LANES);
        b2.intoArray(s, nextScores + 2 * LANES);
        b3.intoArray(s, nextScores + 3 * LANES);
        b4.intoArray(s, nextScores + 4 * LANES);
        b5.intoArray(s, nextScores + 5 * LANES);
        b6.intoArray(s, nextScores + 6 * LANES);
        b7.intoArray(s, nextScores + 7 * LANES);
    }

    /** 5 keys against both patches of a tile: every key is loaded once for two query vectors. */
    private static void scorePair5(
            float[] s,
            int query,
            int next,
            int keys,
            int dims,
            int starts,
            int nextStarts,
            int scores,
            int nextScores) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, starts);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, starts + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, starts + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, starts + 3 * LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, starts + 4 * LANES);
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, nextStarts);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, nextStarts + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, s, nextStarts + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, s, nextStarts + 3 * LANES);
        FloatVector b4 = FloatVector.fromArray(SPECIES, s, nextStarts + 4 * LANES);
        for (int dim = 0; dim < dims; dim++) {
            FloatVector q = FloatVector.fromArray(SPECIES, s, query + dim * LANES);
            FloatVector r = FloatVector.fromArray(SPECIES, s, next + dim * LANES);
            int key = keys + dim;
            FloatVector k = FloatVector.broadcast(SPECIES, s[key]);
            a0 = k.fma(q, a0);
            b0 = k.fma(r, b0);
            k = FloatVector.broadcast(SPECIES, s[key + KEY_SLAB]);
            a1 = k.fma(q, a1);
            b1 = k.fma(r, b1);
            k = FloatVector.broadcast(SPECIES, s[key + 2 * KEY_SLAB]);
            a2 = k.fma(q, a2);
            b2 = k.fma(r, b2);
            k = FloatVector.broadcast(SPECIES, s[key + 3 * KEY_SLAB]);
            a3 = k.fma(q, a3);
            b3 = k.fma(r, b3);
            k = FloatVector.broadcast(SPECIES, s[key + 4 * KEY_SLAB]);
            a4 = k.fma(q, a4);
            b4 = k.fma(r, b4);
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0).intoArray(s, scores);
        zero.add(a1).intoArray(s, scores + LANES);
        zero.add(a2).intoArray(s, scores + 2 * LANES);
        zero.add(a3).intoArray(s, scores + 3 * LANES);
        zero.add(a4).intoArray(s, scores + 4 * LANES);
        zero.add(b0).intoArray(s, nextScores);
        zero.add(b1).intoArray(s, nextScores + LANES);
        zero.add(b2).intoArray(s, nextScores + 2 * LANES);
        zero.add(b3).intoArray(s, nextScores + 3 * LANES);
        zero.add(b4).intoArray(s, nextScores + 4 * LANES);
    }

    /** 8 queries x 2 vectors of value dims: every value is loaded once for 8 weights. */
    private static void mix8x2(float[] s, int weights, int values, int[] offsets, int keys, int mixed) {
        FloatVector a0_0 = FloatVector.fromArray(SPECIES, s, mixed);
        FloatVector a0_1 = FloatVector.fromArray(SPECIES, s, mixed + LANES);
        FloatVector a1_0 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB);
        FloatVector a1_1 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB + LANES);
        FloatVector a2_0 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB);
        FloatVector a2_1 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB + LANES);
        FloatVector a3_0 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB);
        FloatVector a3_1 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB + LANES);
        FloatVector a4_0 = FloatVector.fromArray(SPECIES, s, mixed + 4 * VALUE_SLAB);
        FloatVector a4_1 = FloatVector.fromArray(SPECIES, s, mixed + 4 * VALUE_SLAB + LANES);
        FloatVector a5_0 = FloatVector.fromArray(SPECIES, s, mixed + 5 * VALUE_SLAB);
        FloatVector a5_1 = FloatVector.fromArray(SPECIES, s, mixed + 5 * VALUE_SLAB + LANES);
        FloatVector a6_0 = FloatVector.fromArray(SPECIES, s, mixed + 6 * VALUE_SLAB);
        FloatVector a6_1 = FloatVector.fromArray(SPECIES, s, mixed + 6 * VALUE_SLAB + LANES);
        FloatVector a7_0 = FloatVector.fromArray(SPECIES, s, mixed + 7 * VALUE_SLAB);
        FloatVector a7_1 = FloatVector.fromArray(SPECIES, s, mixed + 7 * VALUE_SLAB + LANES);
        int w = weights;
        for (int key = 0; key < keys; key++) {
            int v = values + offsets[key];
            FloatVector v0 = FloatVector.fromArray(SPECIES, s, v);
            FloatVector v1 = FloatVector.fromArray(SPECIES, s, v + LANES);
            FloatVector b = FloatVector.broadcast(SPECIES, s[w]);
            a0_0 = b.fma(v0, a0_0);
            a0_1 = b.fma(v1, a0_1);
            b = FloatVector.broadcast(SPECIES, s[w + 1]);
            a1_0 = b.fma(v0, a1_0);
            a1_1 = b.fma(v1, a1_1);
            b = FloatVector.broadcast(SPECIES, s[w + 2]);
            a2_0 = b.fma(v0, a2_0);
            a2_1 = b.fma(v1, a2_1);
            b = FloatVector.broadcast(SPECIES, s[w + 3]);
            a3_0 = b.fma(v0, a3_0);
            a3_1 = b.fma(v1, a3_1);
            b = FloatVector.broadcast(SPECIES, s[w + 4]);
            a4_0 = b.fma(v0, a4_0);
            a4_1 = b.fma(v1, a4_1);
            b = FloatVector.broadcast(SPECIES, s[w + 5]);
            a5_0 = b.fma(v0, a5_0);
            a5_1 = b.fma(v1, a5_1);
            b = FloatVector.broadcast(SPECIES, s[w + 6]);
            a6_0 = b.fma(v0, a6_0);
            a6_1 = b.fma(v1, a6_1);
            b = FloatVector.broadcast(SPECIES, s[w + 7]);
            a7_0 = b.fma(v0, a7_0);
            a7_1 = b.fma(v1, a7_1);
            w += LANES;
        }
        a0_0.intoArray(s, mixed);
        a0_1.intoArray(s, mixed + LANES);
        a1_0.intoArray(s, mixed + VALUE_SLAB);
        a1_1.intoArray(s, mixed + VALUE_SLAB + LANES);
        a2_0.intoArray(s, mixed + 2 * VALUE_SLAB);
        a2_1.intoArray(s, mixed + 2 * VALUE_SLAB + LANES);
        a3_0.intoArray(s, mixed + 3 * VALUE_SLAB);
        a3_1.intoArray(s, mixed + 3 * VALUE_SLAB + LANES);
        a4_0.intoArray(s, mixed + 4 * VALUE_SLAB);
        a4_1.intoArray(s, mixed + 4 * VALUE_SLAB + LANES);
        a5_0.intoArray(s, mixed + 5 * VALUE_SLAB);
        a5_1.intoArray(s, mixed + 5 * VALUE_SLAB + LANES);
        a6_0.intoArray(s, mixed + 6 * VALUE_SLAB);
        a6_1.intoArray(s, mixed + 6 * VALUE_SLAB + LANES);
        a7_0.intoArray(s, mixed + 7 * VALUE_SLAB);
        a7_1.intoArray(s, mixed + 7 * VALUE_SLAB + LANES);
    }

    /** 8 queries x 1 vector of value dims: every value is loaded once for 8 weights. */
    private static void mix8x1(float[] s, int weights, int values, int[] offsets, int keys, int mixed) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, mixed);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB);
        FloatVector a4 = FloatVector.fromArray(SPECIES, s, mixed + 4 * VALUE_SLAB);
        FloatVector a5 = FloatVector.fromArray(SPECIES, s, mixed + 5 * VALUE_SLAB);
        FloatVector a6 = FloatVector.fromArray(SPECIES, s, mixed + 6 * VALUE_SLAB);
        FloatVector a7 = FloatVector.fromArray(SPECIES, s, mixed + 7 * VALUE_SLAB);
        int w = weights;
        for (int key = 0; key < keys; key++) {
            int v = values + offsets[key];
            FloatVector v0 = FloatVector.fromArray(SPECIES, s, v);
            FloatVector b = FloatVector.broadcast(SPECIES, s[w]);
            a0 = b.fma(v0, a0);
            b = FloatVector.broadcast(SPECIES, s[w + 1]);
            a1 = b.fma(v0, a1);
            b = FloatVector.broadcast(SPECIES, s[w + 2]);
            a2 = b.fma(v0, a2);
            b = FloatVector.broadcast(SPECIES, s[w + 3]);
            a3 = b.fma(v0, a3);
            b = FloatVector.broadcast(SPECIES, s[w + 4]);
            a4 = b.fma(v0, a4);
            b = FloatVector.broadcast(SPECIES, s[w + 5]);
            a5 = b.fma(v0, a5);
            b = FloatVector.broadcast(SPECIES, s[w + 6]);
            a6 = b.fma(v0, a6);
            b = FloatVector.broadcast(SPECIES, s[w + 7]);
            a7 = b.fma(v0, a7);
            w += LANES;
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0).intoArray(s, mixed);
        zero.add(a1).intoArray(s, mixed + VALUE_SLAB);
        zero.add(a2).intoArray(s, mixed + 2 * VALUE_SLAB);
        zero.add(a3).intoArray(s, mixed + 3 * VALUE_SLAB);
        zero.add(a4).intoArray(s, mixed + 4 * VALUE_SLAB);
        zero.add(a5).intoArray(s, mixed + 5 * VALUE_SLAB);
        zero.add(a6).intoArray(s, mixed + 6 * VALUE_SLAB);
        zero.add(a7).intoArray(s, mixed + 7 * VALUE_SLAB);
    }

    /** 4 queries x 2 vectors of value dims: every value is loaded once for 4 weights. */
    private static void mix4x2(float[] s, int weights, int values, int[] offsets, int keys, int mixed) {
        FloatVector a0_0 = FloatVector.fromArray(SPECIES, s, mixed);
        FloatVector a0_1 = FloatVector.fromArray(SPECIES, s, mixed + LANES);
        FloatVector a1_0 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB);
        FloatVector a1_1 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB + LANES);
        FloatVector a2_0 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB);
        FloatVector a2_1 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB + LANES);
        FloatVector a3_0 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB);
        FloatVector a3_1 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB + LANES);
        int w = weights;
        for (int key = 0; key < keys; key++) {
            int v = values + offsets[key];
            FloatVector v0 = FloatVector.fromArray(SPECIES, s, v);
            FloatVector v1 = FloatVector.fromArray(SPECIES, s, v + LANES);
            FloatVector b = FloatVector.broadcast(SPECIES, s[w]);
            a0_0 = b.fma(v0, a0_0);
            a0_1 = b.fma(v1, a0_1);
            b = FloatVector.broadcast(SPECIES, s[w + 1]);
            a1_0 = b.fma(v0, a1_0);
            a1_1 = b.fma(v1, a1_1);
            b = FloatVector.broadcast(SPECIES, s[w + 2]);
            a2_0 = b.fma(v0, a2_0);
            a2_1 = b.fma(v1, a2_1);
            b = FloatVector.broadcast(SPECIES, s[w + 3]);
            a3_0 = b.fma(v0, a3_0);
            a3_1 = b.fma(v1, a3_1);
            w += LANES;
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0_0).intoArray(s, mixed);
        zero.add(a0_1).intoArray(s, mixed + LANES);
        zero.add(a1_0).intoArray(s, mixed + VALUE_SLAB);
        zero.add(a1_1).intoArray(s, mixed + VALUE_SLAB + LANES);
        zero.add(a2_0).intoArray(s, mixed + 2 * VALUE_SLAB);
        zero.add(a2_1).intoArray(s, mixed + 2 * VALUE_SLAB + LANES);
        zero.add(a3_0).intoArray(s, mixed + 3 * VALUE_SLAB);
        zero.add(a3_1).intoArray(s, mixed + 3 * VALUE_SLAB + LANES);
    }

    /** 4 queries x 1 vector of value dims: every value is loaded once for 4 weights. */
    private static void mix4x1(float[] s, int weights, int values, int[] offsets, int keys, int mixed) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, mixed);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, mixed + VALUE_SLAB);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, mixed + 2 * VALUE_SLAB);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, mixed + 3 * VALUE_SLAB);
        int w = weights;
        for (int key = 0; key < keys; key++) {
            int v = values + offsets[key];
            FloatVector v0 = FloatVector.fromArray(SPECIES, s, v);
            FloatVector b = FloatVector.broadcast(SPECIES, s[w]);
            a0 = b.fma(v0, a0);
            b = FloatVector.broadcast(SPECIES, s[w + 1]);
            a1 = b.fma(v0, a1);
            b = FloatVector.broadcast(SPECIES, s[w + 2]);
            a2 = b.fma(v0, a2);
            b = FloatVector.broadcast(SPECIES, s[w + 3]);
            a3 = b.fma(v0, a3);
            w += LANES;
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        zero.add(a0).intoArray(s, mixed);
        zero.add(a1).intoArray(s, mixed + VALUE_SLAB);
        zero.add(a2).intoArray(s, mixed + 2 * VALUE_SLAB);
        zero.add(a3).intoArray(s, mixed + 3 * VALUE_SLAB);
    }
}
