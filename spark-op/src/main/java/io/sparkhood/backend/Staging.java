package io.sparkhood.backend;

/**
 * The host side of a tensor. All numbers are elements, not bytes; bytes are little-endian in the tensor's dtype. Floats are
 * rounded to the tensor's dtype on the way in and widened on the way out.
 *
 * <p>Every method throws {@link IndexOutOfBoundsException} where a range leaves the tensor or the array.
 */
public interface Staging {
    /** Writes {@code count} floats from {@code source[from]} on to element {@code at} on. */
    void write(long at, float[] source, int from, int count);

    /** Writes {@code count} elements given as little-endian bytes from {@code source[fromByte]} on. */
    void write(long at, byte[] source, int fromByte, int count);

    /** Reads {@code count} elements from {@code at} on into {@code target[to]} on. */
    void read(long at, float[] target, int to, int count);

    /** Reads {@code count} elements from {@code at} on as little-endian bytes into {@code target[toByte]} on. */
    void read(long at, byte[] target, int toByte, int count);
}
