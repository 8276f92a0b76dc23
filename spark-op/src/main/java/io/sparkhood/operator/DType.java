package io.sparkhood.operator;

/** Element type of a tensor. Arithmetic is always at least float32; the narrower types are storage. */
public enum DType {
    /** IEEE 754 binary32. */
    FLOAT32("float32", 4),
    /** IEEE 754 binary16: 5 exponent bits, 10 mantissa bits. */
    FLOAT16("float16", 2),
    /** The upper half of a float32: 8 exponent bits, 7 mantissa bits. */
    BFLOAT16("bfloat16", 2);

    private final String text;
    private final int bytes;

    DType(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /**
     * The type of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static DType of(String name) {
        for (DType dtype : values()) {
            if (dtype.text.equals(name)) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("dtype must be one of float32, float16, bfloat16, but is '" + name + "'");
    }

    /** The float32 value of 16 stored bits of this type; exact. */
    public float widen(short bits) {
        return switch (this) {
            case FLOAT16 -> HalfPrecision.widenFloat16(bits);
            case BFLOAT16 -> HalfPrecision.widenBfloat16(bits);
            case FLOAT32 -> throw new IllegalStateException("float32 is not stored in 16 bits");
        };
    }

    /** The 16 bits of this type nearest to a float32 value, ties to even; beyond the largest finite value infinity. */
    public short narrow(float value) {
        return switch (this) {
            case FLOAT16 -> HalfPrecision.narrowFloat16(value);
            case BFLOAT16 -> HalfPrecision.narrowBfloat16(value);
            case FLOAT32 -> throw new IllegalStateException("float32 is not stored in 16 bits");
        };
    }

    /** The name used in columns and files: {@code float32}, {@code float16} or {@code bfloat16}. */
    @Override
    public String toString() {
        return text;
    }
}
