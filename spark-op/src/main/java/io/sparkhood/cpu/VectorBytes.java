package io.sparkhood.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Conversions of whole vectors between floats and elements in little-endian bytes. Those of the 16-bit types have integer
 * lanes: the JDK has conversions from 20 on, and not for bfloat16. Results are those of {@link io.sparkhood.operator.DType}, NaNs' payloads aside.
 */
final class VectorBytes {
    private static final VectorSpecies<Float> SPECIES = VectorTileMath.SPECIES;
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));
    private static final VectorSpecies<Byte> FLOAT_BYTES = VectorSpecies.of(byte.class, SPECIES.vectorShape());
    private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, SHORTS.vectorShape());
    private static final int LANES = SPECIES.length();

    private static final int SIGN = 0x80000000;
    private static final int INFINITY = 0x7f800000;
    private static final int FLOAT16_SIGN = 0x8000;
    private static final int FLOAT16_INFINITY = 0x7c00;
    /** 2^112 moves the exponent of a float16, put in the place of a float32's, from bias 15 to bias 127. */
    private static final float REBIAS = 0x1p112f;
    /** 65520: from here on a float32 rounds to the float16 infinity. */
    private static final int FLOAT16_OVERFLOW = 0x477ff000;
    /** 2^-14, the smallest normal float16. */
    private static final int FLOAT16_SMALLEST_NORMAL = 0x38800000;
    /** 0.5: the unit in its last place is 2^-24, that of subnormal float16 numbers, so that adding it rounds them. */
    private static final float HALF = 0.5f;

    private VectorBytes() {}

    static void readFloat32(byte[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i += LANES) {
            ByteVector.fromArray(FLOAT_BYTES, from, Float.BYTES * (at + i))
                    .reinterpretAsFloats()
                    .intoArray(to, toAt + i);
        }
    }

    static void writeFloat32(float[] from, int at, float factor, int count, byte[] to, int toAt) {
        for (int i = 0; i < count; i += LANES) {
            FloatVector.fromArray(SPECIES, from, at + i)
                    .mul(factor)
                    .reinterpretAsBytes()
                    .intoArray(to, Float.BYTES * (toAt + i));
        }
    }

    /** Elements of 16 bits, each in the lower half of its lane; the upper half repeats the sign. */
    private static IntVector read(byte[] from, int at) {
        ShortVector halves =
                ByteVector.fromArray(HALF_BYTES, from, Short.BYTES * at).reinterpretAsShorts();
        return (IntVector) halves.convertShape(VectorOperators.S2I, INTS, 0);
    }

    /** The lower halves of the lanes. */
    private static void write(IntVector bits, byte[] to, int at) {
        ShortVector halves = (ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0);
        halves.reinterpretAsBytes().intoArray(to, Short.BYTES * at);
    }

    static void widenBfloat16(byte[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits = read(from, at + i);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(to, toAt + i);
        }
    }

    static void widenFloat16(byte[] from, int at, float[] to, int toAt, int count) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits = read(from, at + i);
            IntVector magnitude = bits.and(0x7fff);
            IntVector number = magnitude
                    .lanewise(VectorOperators.LSHL, 13)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts();
            // an infinity or NaN keeps its mantissa under the largest exponent
            IntVector special = number.or(INFINITY);
            number = number.blend(special, magnitude.compare(VectorOperators.GE, FLOAT16_INFINITY));
            bits.and(SIGN).or(number).reinterpretAsFloats().intoArray(to, toAt + i);
        }
    }

    static void narrowBfloat16(float[] from, int at, float factor, int count, byte[] to, int toAt) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits =
                    FloatVector.fromArray(SPECIES, from, at + i).mul(factor).reinterpretAsInts();
            IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded = upper.and(1).add(0x7fff).add(bits).lanewise(VectorOperators.LSHR, 16);
            IntVector quiet = upper.or(0x40); // a NaN stays one though its lower half is cut off
            rounded = rounded.blend(quiet, bits.and(~SIGN).compare(VectorOperators.GT, INFINITY));
            write(rounded, to, toAt + i);
        }
    }

    static void narrowFloat16(float[] from, int at, float factor, int count, byte[] to, int toAt) {
        for (int i = 0; i < count; i += LANES) {
            IntVector bits =
                    FloatVector.fromArray(SPECIES, from, at + i).mul(factor).reinterpretAsInts();
            IntVector magnitude = bits.and(~SIGN);
            IntVector subnormal = magnitude
                    .reinterpretAsFloats()
                    .add(HALF)
                    .reinterpretAsInts()
                    .sub(Float.floatToRawIntBits(HALF));
            IntVector half = magnitude
                    .lanewise(VectorOperators.LSHR, 13)
                    .and(1)
                    .add(0xfff - ((127 - 15) << 23))
                    .add(magnitude)
                    .lanewise(VectorOperators.LSHR, 13);
            half = half.blend(subnormal, magnitude.compare(VectorOperators.LT, FLOAT16_SMALLEST_NORMAL));
            half = half.blend(FLOAT16_INFINITY, magnitude.compare(VectorOperators.GE, FLOAT16_OVERFLOW));
            half = half.blend(FLOAT16_INFINITY | 0x200, magnitude.compare(VectorOperators.GT, INFINITY));
            IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(FLOAT16_SIGN);
            write(half.or(sign), to, toAt + i);
        }
    }
}
