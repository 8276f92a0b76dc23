package io.sparkhood.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the data of an npy file: magic, version, length, and a Python dictionary literal of exactly
 * {@code descr}, {@code fortran_order} and {@code shape}.
 *
 * @param headerBytes bytes from the start of the file to the data
 */
record NpyHeader(Npy.Type type, List<Integer> shape, long headerBytes) {
    /** Magic, version and the length of version 1.0. */
    static final int PREFIX_BYTES = 10;

    /** NumPy's own limit (max_header_size of numpy.lib.format). */
    private static final int MAX_DICT_BYTES = 10_000;

    /** NumPy's limit of axes. */
    private static final int MAX_AXES = 64;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    static byte[] magic() {
        return MAGIC.clone();
    }

    static NpyHeader read(String name, InputStream in) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException(name + ": not an npy file: it does not begin with \\x93NUMPY and a version");
        }
        int major = start[MAGIC.length] & 0xff;
        int minor = start[MAGIC.length + 1] & 0xff;
        if (major < 1 || major > 3 || minor != 0) {
            throw new IOException(name + ": npy version must be 1.0, 2.0 or 3.0, but is " + major + "." + minor);
        }
        int lengthBytes = major == 1 ? 2 : 4;
        byte[] length = in.readNBytes(lengthBytes);
        long dictBytes = 0;
        for (int i = length.length - 1; i >= 0; i--) {
            dictBytes = dictBytes << 8 | length[i] & 0xff;
        }
        if (dictBytes > MAX_DICT_BYTES) {
            throw new IOException(
                    name + ": an npy header must have at most " + MAX_DICT_BYTES + " bytes, but has " + dictBytes);
        }
        byte[] dict = in.readNBytes((int) dictBytes);
        if (length.length < lengthBytes || dict.length < dictBytes) {
            throw new IOException(name + ": the file ends inside its npy header");
        }
        long headerBytes = MAGIC.length + 2L + lengthBytes + dictBytes;
        return new Parser(name, new String(dict, StandardCharsets.ISO_8859_1)).parse(headerBytes);
    }

    /** Recursive descent over the one dictionary that NumPy writes; keys in any order. */
    private static final class Parser {
        private final String name;
        private final String text;
        private int at;
        private @Nullable String descr;
        private @Nullable Boolean fortranOrder;
        private @Nullable List<Integer> shape;

        Parser(String name, String text) {
            this.name = name;
            this.text = text;
        }

        NpyHeader parse(long headerBytes) throws IOException {
            expect('{');
            while (!skip('}')) {
                entry();
                if (!skip(',')) {
                    expect('}');
                    break;
                }
            }
            blanks();
            if (at < text.length()) {
                throw malformed("nothing after the dictionary");
            }
            if (descr == null || fortranOrder == null || shape == null) {
                throw malformed("the keys descr, fortran_order and shape");
            }
            if (fortranOrder) {
                throw new IOException(
                        name + ": fortran_order must be False (C order, last axis fastest), but is True; save"
                                + " numpy.ascontiguousarray(array)");
            }
            return new NpyHeader(type(descr), shape, headerBytes);
        }

        private void entry() throws IOException {
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> descr = string();
                case "fortran_order" -> fortranOrder = bool();
                case "shape" -> shape = tuple();
                default -> throw malformed("only the keys descr, fortran_order and shape");
            }
        }

        private Npy.Type type(String written) throws IOException {
            for (Npy.Type type : Npy.Type.values()) {
                if (type.toString().equals(written)) {
                    return type;
                }
            }
            throw new IOException(name + ": dtype must be one of " + Arrays.toString(Npy.Type.values()) + ", but is '"
                    + printable(written) + "'; save array.astype('<f4')");
        }

        private List<Integer> tuple() throws IOException {
            List<Integer> extents = new ArrayList<>();
            expect('(');
            while (!skip(')')) {
                extents.add(number());
                if (extents.size() > MAX_AXES) {
                    throw malformed("at most " + MAX_AXES + " axes");
                }
                if (!skip(',')) {
                    expect(')');
                    break;
                }
            }
            return List.copyOf(extents);
        }

        private int number() throws IOException {
            blanks();
            long value = 0;
            int from = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = 10 * value + text.charAt(at) - '0';
                if (value > Integer.MAX_VALUE) {
                    throw malformed("extents of at most " + Integer.MAX_VALUE);
                }
                at++;
            }
            if (at == from) {
                throw malformed("an extent of 0 or more");
            }
            return (int) value;
        }

        private String string() throws IOException {
            char quote = skip('"') ? '"' : '\'';
            if (quote == '\'') {
                expect('\'');
            }
            int end = text.indexOf(quote, at);
            if (end < 0) {
                throw malformed("a closing quote");
            }
            String value = text.substring(at, end);
            at = end + 1;
            return value;
        }

        private boolean bool() throws IOException {
            blanks();
            for (String word : List.of("False", "True")) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw malformed("False or True");
        }

        private boolean skip(char wanted) {
            blanks();
            boolean found = at < text.length() && text.charAt(at) == wanted;
            if (found) {
                at++;
            }
            return found;
        }

        private void expect(char wanted) throws IOException {
            if (!skip(wanted)) {
                throw malformed("'" + wanted + "'");
            }
        }

        private void blanks() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private IOException malformed(String expected) {
            return new IOException(name + ": malformed npy header: expected " + expected + " at byte " + at + " of it");
        }

        /** A hostile name must not write to a terminal what it likes. */
        private static String printable(String text) {
            String shortened = text.length() <= 40 ? text : text.substring(0, 40) + "...";
            return shortened.replaceAll("[^\\x20-\\x7e]", "?");
        }
    }
}
