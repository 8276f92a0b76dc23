package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkhood.operator.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operation against the loop that its comment states; all sizes from 1 to 67. */
class TileMathTest {
    private static final int MOST = 67;
    /** Distance between the operands in the scratch array of a test. */
    private static final int ROOM = 8192;
    /** Distance between slabs of keys. */
    private static final int SLAB_STRIDE = 3 * ROOM / 2;

    private final Random random = new Random(5);

    static List<TileMath> maths() {
        return CpuPlanTest.maths();
    }

    private float[] scratch() {
        return RandomAttention.gaussian(random, 12 * ROOM);
    }

    private static double dot(float[] s, int query, int keys, int slab, int dims, int key, int lane, int lanes) {
        double dot = 0;
        for (int dim = 0; dim < dims; dim++) {
            double number = s[keys + dim / slab * SLAB_STRIDE + key * slab + dim % slab];
            dot += s[query + dim * lanes + lane] * number;
        }
        return dot;
    }

    static Stream<Arguments> mathsAndKeySlabs() {
        return maths().stream().flatMap(math -> Stream.of(Arguments.of(math, 32), Arguments.of(math, 64)));
    }

    @ParameterizedTest
    @MethodSource("mathsAndKeySlabs")
    void scores(TileMath math, int slab) {
        int lanes = math.lanes();
        int keys = 5 * ROOM;
        for (int columns = 1; columns <= MOST; columns++) {
            float[] s = scratch();
            int dims = MOST + 1 - columns;
            int lines = 1 + random.nextInt(MOST / columns);
            int pitch = columns + random.nextInt(3);
            float[] before = s.clone();
            math.score(s, 0, keys, slab, SLAB_STRIDE, dims, 3 * ROOM, 4 * ROOM, lines, columns, pitch);
            float[] pair = before.clone();
            math.scorePair(
                    pair,
                    0,
                    ROOM,
                    keys,
                    slab,
                    SLAB_STRIDE,
                    dims,
                    3 * ROOM,
                    0,
                    4 * ROOM,
                    2 * ROOM,
                    lines,
                    columns,
                    pitch);
            for (int i = 0; i < lines * columns * lanes; i++) {
                int key = i / lanes / columns * pitch + i / lanes % columns;
                double own = dot(before, 0, keys, slab, dims, key, i % lanes, lanes);
                double next = dot(before, ROOM, keys, slab, dims, key, i % lanes, lanes);
                assertThat((double) s[4 * ROOM + i]).isEqualTo(before[3 * ROOM + i] + own, within(1e-4));
                assertThat(pair[4 * ROOM + i]).isEqualTo(s[4 * ROOM + i]);
                assertThat((double) pair[2 * ROOM + i]).isEqualTo(before[i] + next, within(1e-4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void transposes(TileMath math) {
        int lanes = math.lanes();
        for (int dims = 1; dims <= MOST; dims++) {
            float[] s = scratch();
            float[] before = s.clone();
            int stride = MOST + 16;
            math.transpose(s, 3, stride, 1.5f, dims, 2 * ROOM);
            for (int i = 0; i < dims * lanes; i++) {
                assertThat(s[2 * ROOM + i]).isEqualTo(before[3 + i % lanes * stride + i / lanes] * 1.5f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void maximum(TileMath math) {
        int lanes = math.lanes();
        for (int keys = 1; keys <= MOST; keys++) {
            float[] s = scratch();
            float[] expected = Arrays.copyOf(s, lanes);
            for (int i = 0; i < keys * lanes; i++) {
                s[ROOM + i] *= keys % 2 == 0 ? -1e30f : 1e-30f;
                expected[i % lanes] = Math.max(expected[i % lanes], s[ROOM + i]);
            }
            math.maximum(s, ROOM, keys, 0);
            assertThat(Arrays.copyOf(s, lanes)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void findsEveryNumberThatIsNotFinite(TileMath math) {
        int lanes = math.lanes();
        for (int vectors = 1; vectors <= 5; vectors++) {
            float[] s = scratch();
            s[2] = Float.NaN; // beside them
            s[3 + vectors * lanes] = Float.NaN;
            assertThat(math.areFinite(s, 3, vectors * lanes)).isTrue();
            for (int i = 3; i < 3 + vectors * lanes; i++) {
                for (float number : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    float before = s[i];
                    s[i] = number;
                    assertThat(math.areFinite(s, 3, vectors * lanes)).isFalse();
                    s[i] = before;
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void exponentials(TileMath math) {
        int lanes = math.lanes();
        for (int keys = 1; keys <= MOST; keys++) {
            float[] s = scratch();
            double[] sums = new double[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                sums[lane] = s[ROOM + lane];
            }
            Arrays.fill(s, 0, lanes, 1.5f);
            float[] before = new float[keys * lanes];
            for (int i = 0; i < before.length; i++) {
                float far = random.nextBoolean() ? 140 : -(float) Math.pow(10, random.nextInt(39)); // of every size
                before[i] = s[2 * ROOM + i] = i % 3 == 0 ? far : random.nextFloat() * 300 - 150;
                before[i] = s[2 * ROOM + i] = i % lanes == 1 ? before[i] : Math.min(before[i], 9);
            }
            math.exponentials(s, 2 * ROOM, keys, 0, ROOM);
            for (int i = 0; i < before.length; i++) {
                float score = before[i] - 1.5f;
                float weight = s[2 * ROOM + i];
                sums[i % lanes] += weight;
                if (score < -127) {
                    assertThat(weight).as("2^" + score).isZero();
                } else if (score > 128.5) {
                    assertThat(weight).as("2^" + score).isEqualTo(Float.POSITIVE_INFINITY);
                } else if (score > -126 && score < 127) {
                    assertThat(weight / Math.pow(2, score)).isEqualTo(1, within(2e-7));
                }
            }
            for (int lane = 0; lane < lanes; lane++) {
                double sum = (float) sums[lane];
                assertThat((double) s[ROOM + lane]).isCloseTo(sum, within(1e-6 * Math.abs(sum) + 1e-4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void scoresThatAreNotFiniteMakeTheirSumNan(TileMath math) {
        int lanes = math.lanes();
        float negativeNan = Float.intBitsToFloat(0xffc00000);
        for (float score : new float[] {Float.NaN, negativeNan, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int key = 0; key < 5; key++) {
                for (boolean shifted : new boolean[] {false, true}) {
                    float[] s = new float[4 * ROOM];
                    s[2 * ROOM + key * lanes + 1] = score;
                    if (shifted) {
                        math.maximum(s, 2 * ROOM, 5, 0);
                    }
                    math.exponentials(s, 2 * ROOM, 5, 0, ROOM);
                    assertThat(s[ROOM + 1]).isNaN();
                    assertThat(s[ROOM]).isEqualTo(5);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void mix(TileMath math) {
        int lanes = math.lanes();
        int[] offsets = random.ints(MOST, 0, 100 * 37).toArray();
        for (int keys = 1; keys <= MOST; keys++) {
            int first = random.nextInt(keys);
            int slab = math.valueSlab(64);
            for (int dims = 1; dims <= slab; dims += dims % lanes == 0 ? 1 : (lanes - 1) / 2 + dims % 2) {
                for (int lane = 0; lane < lanes; lane += math.mixLanes(dims, lane)) {
                    mix(math, offsets, first, keys, dims, lane);
                }
            }
        }
    }

    private void mix(TileMath math, int[] offsets, int first, int end, int dims, int lane) {
        int lanes = math.lanes();
        int queries = math.mixLanes(dims, lane);
        float[] s = scratch();
        float[] before = s.clone();
        int values = 2 * ROOM + 3;
        math.mix(s, ROOM + lane, values, offsets, first, end, lane * math.mixedSlab(), queries, dims);
        for (int query = lane; query < lane + queries; query++) {
            for (int dim = 0; dim < dims; dim++) {
                int at = (dim / math.mixedSlab() * lanes + query) * math.mixedSlab() + dim % math.mixedSlab();
                double sum = before[at];
                for (int key = first; key < end; key++) {
                    sum += before[ROOM + key * lanes + query] * (double) before[values + offsets[key] + dim];
                }
                assertThat((double) s[at]).isEqualTo(sum, within(1e-4));
            }
        }
        for (int at = 0; at < 2 * lanes * math.mixedSlab(); at++) {
            if (at / math.mixedSlab() % lanes < lane || at / math.mixedSlab() % lanes >= lane + queries) {
                assertThat(s[at]).isEqualTo(before[at]); // other queries
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void packsAnyWidth(TileMath math) {
        for (int width = 1; width <= MOST; width++) {
            for (int heads = 1; heads <= 9; heads++) {
                pack(math, heads, width, width); // without gaps
                pack(math, heads, width, 70);
            }
        }
    }

    private void pack(TileMath math, int heads, int width, int headStep) {
        int step = heads * headStep + 5;
        int tokens = 3;
        float[] source = RandomAttention.gaussian(random, 2 + 2 * step + (heads - 1) * headStep + width);
        float[] s = new float[ROOM];
        math.pack(source, 2, step, tokens, headStep, heads, width, s, 5, 80, 400);
        for (int key = 0; key < tokens; key++) {
            for (int head = 0; head < heads; head++) {
                int from = 2 + key * step + head * headStep;
                int to = 5 + key * 80 + head * 400;
                assertThat(Arrays.equals(s, to, to + width, source, from, from + width))
                        .as(heads + " heads of " + width)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void writesAnyWidth(TileMath math) {
        for (int dims = 1; dims <= math.mixedSlab(); dims++) {
            float[] s = scratch();
            float[] target = new float[ROOM];
            math.write(s, ROOM, 7, target, 1, 50, 5, dims);
            float[] expected = new float[ROOM];
            for (int i = 0; i < 5; i++) {
                for (int dim = 0; dim < dims; dim++) {
                    expected[1 + i * 50 + dim] = s[ROOM + i * math.mixedSlab() + dim] * (1 / s[7 + i]);
                }
            }
            assertThat(target).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void widensEveryNumberOf16Bits(TileMath math) {
        int count = 1 << 16;
        byte[] all = new byte[2 * count];
        for (int i = 0; i < count; i++) {
            all[2 * i] = (byte) i;
            all[2 * i + 1] = (byte) (i >> 8);
        }
        float[] widened = new float[count + 16];
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            for (int from : new int[] {0, 65536 - 29}) {
                math.widen(dtype, all, from, count - from, widened, 0);
                for (int i = from; i < count; i++) {
                    float expected = dtype.widen((short) i);
                    float actual = widened[i - from];
                    if (Float.floatToIntBits(actual) != Float.floatToIntBits(expected)) {
                        throw new AssertionError(dtype + " " + i + ": " + actual + " instead of " + expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void roundsToNearestEven(TileMath math) {
        int count = 1 << 16;
        float[] s = new float[count];
        byte[] bytes = new byte[2 * (count + 5)];
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            for (int lower : new int[] {0, 1, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff}) {
                for (int i = 0; i < count; i++) {
                    s[i] = Float.intBitsToFloat(i << 16 | lower); // every sign, exponent and upper mantissa
                }
                float factor = lower % 2 == 0 ? 1 : 0.75f;
                math.narrow(dtype, s, 0, factor, count - 3, bytes, 5);
                short[] narrowed = new short[count + 5];
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asShortBuffer()
                        .get(narrowed);
                for (int i = 0; i < count - 3; i++) {
                    short expected = dtype.narrow(s[i] * factor);
                    boolean bothNan = Float.isNaN(s[i] * factor) && Float.isNaN(dtype.widen(narrowed[5 + i]));
                    if (narrowed[5 + i] != expected && !bothNan) {
                        throw new AssertionError(
                                dtype + " of " + s[i] * factor + ": " + narrowed[5 + i] + " instead of " + expected);
                    }
                }
                assertThat(narrowed[count + 3]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void readsAndWritesFloatsInBytes(TileMath math) {
        int count = 67;
        float[] s = RandomAttention.gaussian(random, count + 16);
        byte[] bytes = new byte[4 * (count + 6)];
        math.narrow(DType.FLOAT32, s, 0, 0.75f, count, bytes, 5);
        ByteBuffer written = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            assertThat(written.getFloat(4 * (5 + i))).isEqualTo(s[i] * 0.75f);
        }
        assertThat(written.getInt(4 * (5 + count))).isZero();
        for (int from : new int[] {5, 5 + count - 3}) { // the last ones with no whole vector after them
            float[] read = new float[count + 16];
            math.widen(DType.FLOAT32, bytes, from, count + 5 - from, read, 0);
            for (int i = from; i < count + 5; i++) {
                assertThat(read[i - from]).isEqualTo(s[i - 5] * 0.75f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maths")
    void startValuesAndFactors(TileMath math) {
        int lanes = math.lanes();
        for (int keys = 1; keys <= MOST; keys++) {
            float[] s = scratch();
            float[] bias = RandomAttention.gaussian(random, 7 + keys * lanes);
            math.addRow(s, 0, ROOM, keys, 2 * ROOM);
            math.addBias(s, ROOM, bias, 7, keys, 3 * ROOM);
            for (int i = 0; i < keys * lanes; i++) {
                assertThat(s[2 * ROOM + i]).isEqualTo(s[i % lanes] + s[ROOM + i]);
                assertThat(s[3 * ROOM + i]).isEqualTo(s[ROOM + i] + bias[7 + i]);
            }
        }
        float[] s = scratch();
        float[] before = s.clone();
        math.rescale(s, 0, ROOM, 2);
        int slab = lanes * math.mixedSlab();
        IntStream.range(0, 2 * slab)
                .forEach(
                        i -> assertThat(s[ROOM + i]).isEqualTo(before[ROOM + i] * before[i % slab / math.mixedSlab()]));
    }
}
