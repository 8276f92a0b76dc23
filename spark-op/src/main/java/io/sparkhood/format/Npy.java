package io.sparkhood.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One array in NumPy's npy format: little-endian, C order (last axis fastest), any number of axes, at most 2 GiB of data.
 * Immutable. Reading trusts nothing in the bytes: the header is bounded, sizes cannot overflow, and the data must have
 * exactly the length that shape and dtype say.
 */
public final class Npy {
    /** Element types read and written, by their npy names. */
    public enum Type {
        FLOAT32("<f4", 4),
        FLOAT64("<f8", 8),
        FLOAT16("<f2", 2),
        INT32("<i4", 4),
        INT64("<i8", 8);

        private final String descr;
        private final int bytes;

        Type(String descr, int bytes) {
            this.descr = descr;
            this.bytes = bytes;
        }

        /** Bytes of one element. */
        public int bytes() {
            return bytes;
        }

        /** The npy name, such as {@code <f4}. */
        @Override
        public String toString() {
            return descr;
        }
    }

    /** Data of one file, so that it fits a Java array with room for the header. */
    private static final long MAX_DATA_BYTES = Integer.MAX_VALUE - (1 << 16);

    /** The header's length is a multiple of this, so that mapped data is aligned. */
    private static final int ALIGNMENT = 64;

    private final Type type;
    private final List<Integer> shape;
    private final ByteBuffer data; // little-endian, positions never moved

    private Npy(Type type, List<Integer> shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape;
        this.data = data.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A float32 array.
     *
     * @param values copied, row-major
     * @throws IllegalArgumentException if the shape is not that of the values
     */
    public static Npy of(float[] values, int... shape) {
        Npy array = blank(Type.FLOAT32, values.length, shape);
        array.data.asFloatBuffer().put(values);
        return array;
    }

    /**
     * A float64 array.
     *
     * @param values copied, row-major
     * @throws IllegalArgumentException if the shape is not that of the values
     */
    public static Npy of(double[] values, int... shape) {
        Npy array = blank(Type.FLOAT64, values.length, shape);
        array.data.asDoubleBuffer().put(values);
        return array;
    }

    /**
     * An array of any type whose bytes are given.
     *
     * @param data copied, little-endian, row-major
     * @throws IllegalArgumentException if the shape is not that of the data
     */
    public static Npy of(Type type, byte[] data, int... shape) {
        if (data.length % type.bytes() != 0) {
            throw new IllegalArgumentException(data.length + " bytes are not a whole number of " + type + " elements");
        }
        Npy array = blank(type, data.length / type.bytes(), shape);
        array.data.duplicate().put(data);
        return array;
    }

    private static Npy blank(Type type, int elements, int[] shape) {
        List<Integer> extents = Arrays.stream(shape).boxed().toList();
        long product = extents.stream().anyMatch(extent -> extent < 0) ? -1 : 1;
        for (int i = 0; i < shape.length && product > 0 && product <= elements; i++) {
            product *= shape[i]; // both below 2^31
        }
        if (product != elements) {
            throw new IllegalArgumentException("shape " + extents + " does not hold " + elements + " values");
        }
        return new Npy(type, extents, ByteBuffer.allocate(Math.multiplyExact(elements, type.bytes())));
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read or is not such an array; the message names the file, the rule and the numbers
     */
    public static Npy read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in, Files.size(file));
        }
    }

    /**
     * Reads bytes.
     *
     * @param name what to call them in messages
     * @throws IOException if they are not such an array; the message names the rule and the numbers
     */
    public static Npy read(String name, byte[] bytes) throws IOException {
        return read(name, new ByteArrayInputStream(bytes), bytes.length);
    }

    private static Npy read(String name, InputStream in, long fileBytes) throws IOException {
        NpyHeader header = NpyHeader.read(name, in);
        long needed = dataBytes(name, header);
        long present = fileBytes - header.headerBytes();
        if (needed != present) {
            throw new IOException(name + ": shape " + text(header.shape()) + " of " + header.type() + " needs " + needed
                    + " bytes of data, but the file has " + present);
        }
        byte[] data = in.readNBytes((int) needed);
        if (data.length != needed) {
            throw new IOException(name + ": the file became shorter while it was read");
        }
        return new Npy(header.type(), header.shape(), ByteBuffer.wrap(data));
    }

    private static long dataBytes(String name, NpyHeader header) throws IOException {
        long bytes = header.type().bytes();
        for (int extent : header.shape()) {
            bytes *= extent; // both below 2^31, so that the product cannot overflow
            if (bytes > MAX_DATA_BYTES) {
                throw new IOException(name + ": an array must have at most " + MAX_DATA_BYTES
                        + " bytes of data, but shape " + text(header.shape()) + " of " + header.type() + " has more");
            }
        }
        return bytes;
    }

    /** Element type. */
    public Type type() {
        return type;
    }

    /** Extents, row-major; empty for a single number. */
    public List<Integer> shape() {
        return shape;
    }

    /** Number of elements. */
    public int elements() {
        return data.capacity() / type.bytes();
    }

    /** The elements as float32, rounded where the type is wider; a new array, row-major. */
    public float[] toFloats() {
        float[] values = new float[elements()];
        if (type == Type.FLOAT32) {
            data.asFloatBuffer().get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) get(i);
        }
        return values;
    }

    /** The elements as float64; a new array, row-major. Beyond 2^53 int64 is rounded. */
    public double[] toDoubles() {
        return IntStream.range(0, elements()).mapToDouble(this::get).toArray();
    }

    /** The elements as they are stored: little-endian bytes, row-major; a new array. */
    public byte[] data() {
        byte[] bytes = new byte[data.capacity()];
        data.duplicate().get(bytes);
        return bytes;
    }

    private double get(int index) {
        return switch (type) {
            case FLOAT32 -> data.getFloat(4 * index);
            case FLOAT64 -> data.getDouble(8 * index);
            case FLOAT16 -> widened(data.getShort(2 * index));
            case INT32 -> data.getInt(4 * index);
            case INT64 -> data.getLong(8 * index);
        };
    }

    /** The value of an IEEE 754 binary16; exact. */
    private static double widened(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude = exponent == 0 ? Math.scalb(mantissa, -24) : Math.scalb(1024 + mantissa, exponent - 25);
        if (exponent == 0x1f) {
            magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    /** The file's bytes, format version 1.0. */
    public byte[] toBytes() {
        String dict = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + text(shape) + ", }";
        int unpadded = NpyHeader.PREFIX_BYTES + dict.length() + 1;
        int headerBytes = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String padded = dict + " ".repeat(headerBytes - unpadded) + "\n";
        ByteBuffer file = ByteBuffer.allocate(headerBytes + data.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        file.put(NpyHeader.magic()).put((byte) 1).put((byte) 0).putShort((short) padded.length());
        file.put(padded.getBytes(StandardCharsets.ISO_8859_1)).put(data.duplicate());
        return file.array();
    }

    /**
     * Writes a file, replacing one that exists.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Files.write(file, toBytes());
    }

    /** A shape as Python writes a tuple. */
    private static String text(List<Integer> shape) {
        return shape.size() == 1
                ? "(" + shape.get(0) + ",)"
                : shape.stream().map(Objects::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    /** {@code npy <f4 (2, 3)}. */
    @Override
    public String toString() {
        return "npy " + type + " " + text(shape);
    }
}
