package io.sparkhood.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    private static final String GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    @Test
    void readsWhatItWrites(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("a.npy");
        Npy.of(new float[] {1, 2, 3, 4, 5, Float.NaN}, 2, 3).write(file);
        Npy array = Npy.read(file);
        assertThat(array.type()).isEqualTo(Npy.Type.FLOAT32);
        assertThat(array.shape()).containsExactly(2, 3);
        assertThat(array.toFloats()).containsExactly(1, 2, 3, 4, 5, Float.NaN);
        assertThat(array).hasToString("npy <f4 (2, 3)");
    }

    @Test
    void keepsDoublesWhole() throws IOException {
        Npy array = Npy.read("b", Npy.of(new double[] {Math.PI, -0.0}, 2).toBytes());
        assertThat(array.toDoubles()).containsExactly(Math.PI, -0.0);
        assertThat(array.toFloats()).containsExactly((float) Math.PI, -0f);
    }

    @Test
    void keepsBytesOfEveryTypeWhole() throws IOException {
        byte[] halves = {0, 0x3c, 0, (byte) 0xc0, 1, 0, (byte) 0xff, 0x7b, 0, 0x7c, 1, 0x7e, 0, (byte) 0x80};
        Npy array = Npy.read("h", Npy.of(Npy.Type.FLOAT16, halves, 7).toBytes());
        assertThat(array).hasToString("npy <f2 (7,)");
        assertThat(array.data()).isEqualTo(halves);
        assertThat(array.toFloats())
                .containsExactly(1f, -2f, 0x1p-24f, 65504f, Float.POSITIVE_INFINITY, Float.NaN, -0f);
        byte[] longs = {1, 2, 3, 4, 5, 6, 7, 8};
        assertThat(Npy.of(Npy.Type.INT64, longs, 1).data()).isEqualTo(longs);
        assertThatThrownBy(() -> Npy.of(Npy.Type.FLOAT16, new byte[3], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("3 bytes are not a whole number of <f2 elements");
    }

    @Test
    void writesTheBytesNumpyWrites() {
        // numpy 2.4: numpy.save of numpy.array([1.5], '<f4')
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
        String expected = "934e554d505901007600" + hex(header + " ".repeat(118 - header.length() - 1) + "\n");
        byte[] bytes = Npy.of(new float[] {1.5f}, 1).toBytes();
        assertThat(bytes.length % 64).isEqualTo(4);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(expected + "0000c03f");
    }

    @Test
    void readsASingleNumberEmptyArraysAndIntegers() throws IOException {
        assertThat(read("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", new byte[8])
                        .elements())
                .isEqualTo(1);
        assertThat(read("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2147483647)}", new byte[0])
                        .elements())
                .isZero();
        assertThat(read(
                                "{'shape': (2,), 'fortran_order': False, 'descr': '<i4'}",
                                new byte[] {1, 0, 0, 0, -1, -1, -1, -1})
                        .toDoubles())
                .containsExactly(1, -1);
        assertThat(read(
                                "{'shape': (1,), 'fortran_order': False, \"descr\": \"<i8\"}",
                                new byte[] {2, 0, 0, 0, 0, 0, 0, 0})
                        .toFloats())
                .containsExactly(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEveryVersion(int version) throws IOException {
        assertThat(Npy.read("v", file(version, GOOD, new byte[24])).shape()).isEqualTo(List.of(2, 3));
    }

    @Test
    void refusesOtherFiles() {
        refused(new byte[0], "x.npy: not an npy file: it does not begin with \\x93NUMPY and a version");
        refused(
                "PNG".getBytes(StandardCharsets.UTF_8),
                "x.npy: not an npy file: it does not begin with \\x93NUMPY and a version");
        refused(file(4, GOOD, new byte[24]), "x.npy: npy version must be 1.0, 2.0 or 3.0, but is 4.0");
    }

    @Test
    void refusesOtherLayouts() {
        refused(
                file(1, GOOD.replace("False", "True"), new byte[24]),
                "x.npy: fortran_order must be False (C order, last axis fastest), but is True; save"
                        + " numpy.ascontiguousarray(array)");
        refused(
                file(1, GOOD.replace("<f4", ">f4"), new byte[24]),
                "x.npy: dtype must be one of [<f4, <f8, <f2, <i4, <i8], but is '>f4'; save array.astype('<f4')");
        refused(
                file(1, GOOD.replace("<f4", "\u001b[31m" + "x".repeat(50)), new byte[24]),
                "x.npy: dtype must be one of [<f4, <f8, <f2, <i4, <i8], but is '?[31m" + "x".repeat(35)
                        + "...'; save array.astype('<f4')");
    }

    @Test
    void refusesDataOfAnotherLength() {
        refused(file(1, GOOD, new byte[23]), "x.npy: shape (2, 3) of <f4 needs 24 bytes of data, but the file has 23");
        refused(file(1, GOOD, new byte[25]), "x.npy: shape (2, 3) of <f4 needs 24 bytes of data, but the file has 25");
        refused(
                file(1, GOOD.replace("(2, 3)", "(65536, 65536, 65536, 65536)"), new byte[24]),
                "x.npy: an array must have at most 2147418111 bytes of data, but shape (65536, 65536, 65536, 65536) of <f4"
                        + " has more");
    }

    @Test
    void refusesHeadersThatAreTooLongCutOrMalformed() {
        refused(
                file(2, GOOD + " ".repeat(10_000), new byte[24]),
                "x.npy: an npy header must have at most 10000 bytes, but has " + (GOOD.length() + 10_000));
        byte[] cut = new byte[40];
        System.arraycopy(file(1, GOOD, new byte[24]), 0, cut, 0, cut.length);
        refused(cut, "x.npy: the file ends inside its npy header");
        malformed("[]", "expected '{' at byte 0 of it");
        malformed("{'descr': '<f4'}", "expected the keys descr, fortran_order and shape at byte 16 of it");
        malformed("{'descr': <f4}", "expected ''' at byte 10 of it");
        malformed("{'descr': '<f4", "expected a closing quote at byte 11 of it");
        malformed("{'fortran_order': 0}", "expected False or True at byte 18 of it");
        malformed("{'shape': (-1,)}", "expected an extent of 0 or more at byte 11 of it");
        malformed("{'shape': (2147483648,)}", "expected extents of at most 2147483647 at byte 20 of it");
        malformed("{'shape': (" + "1,".repeat(65) + ")}", "expected at most 64 axes at byte 140 of it");
        malformed("{'color': 1}", "expected only the keys descr, fortran_order and shape at byte 9 of it");
        malformed(GOOD + "x", "expected nothing after the dictionary at byte " + GOOD.length() + " of it");
    }

    @Test
    void refusesValuesOfAnotherShape() {
        assertThatThrownBy(() -> Npy.of(new float[5], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2, 3] does not hold 5 values");
        assertThatThrownBy(() -> Npy.of(new double[0], -1, 0)).hasMessage("shape [-1, 0] does not hold 0 values");
    }

    @Test
    void survivesEveryMutationOfAGoodFile() {
        long seed = 20261121;
        Random random = new Random(seed);
        byte[] good = file(1, GOOD, new byte[24]);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length];
            System.arraycopy(good, 0, bytes, 0, bytes.length);
            for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Npy.read("m", bytes).toDoubles();
            } catch (IOException expected) {
                assertThat(expected).as("seed %d round %d", seed, round).hasMessageStartingWith("m: ");
            }
        }
    }

    private static void refused(byte[] bytes, String message) {
        assertThatThrownBy(() -> Npy.read("x.npy", bytes))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    private static void malformed(String dict, String expectation) {
        refused(file(1, dict, new byte[0]), "x.npy: malformed npy header: " + expectation);
    }

    private static Npy read(String dict, byte[] data) throws IOException {
        return Npy.read("x.npy", file(1, dict, data));
    }

    private static byte[] file(int version, String dict, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(NpyHeader.magic());
        out.write(version);
        out.write(0);
        byte[] text = dict.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer length =
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length);
        out.write(length.array(), 0, version == 1 ? 2 : 4);
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
