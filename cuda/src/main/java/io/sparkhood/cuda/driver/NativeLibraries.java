package io.sparkhood.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How JCuda's natives are loaded. JCuda unpacks them into the shared directory for temporary files without a lock, where a second
 * JVM may map a half-written file and anybody may plant another; so each JVM unpacks into a directory of its own, which is
 * deleted as soon as the library is mapped.
 */
public final class NativeLibraries {
    private static final String DIRECTORY = "java.io.tmpdir";
    private static final String UNPACKED = "libJ"; // libJCudaDriver, libJNvPTXCompiler

    private NativeLibraries() {}

    /**
     * Initializes a class of JCuda that loads a native library. JCuda reads {@code java.io.tmpdir} at that moment; the JDK's own
     * temporary files do not, so that no other thread is misled.
     *
     * @throws LinkageError if the class or its library does not load
     * @throws IOException if there is no place to unpack it
     */
    public static synchronized void initialize(String className) throws IOException {
        Path directory = Files.createTempDirectory("sparkhood-");
        String before = System.getProperty(DIRECTORY);
        try {
            System.setProperty(DIRECTORY, directory.toString());
            Class.forName(className, true, NativeLibraries.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new NoClassDefFoundError(e.getMessage());
        } finally {
            System.setProperty(DIRECTORY, before);
            delete(directory.toFile());
        }
    }

    /** Leaves what is not JCuda's: another thread may have read the property meanwhile. */
    private static void delete(File directory) {
        File[] unpacked = directory.listFiles((parent, name) -> name.startsWith(UNPACKED));
        if (unpacked != null) {
            Arrays.stream(unpacked).forEach(File::delete);
        }
        directory.delete();
    }
}
