package io.sparkhood.cluster;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The disk of this machine under the scheme {@code fulldisk}, on which each JVM finds room for so many bytes. What it writes
 * then goes to /dev/full, so that the refusal is the kernel's own; until somebody makes room.
 */
public final class FullDisk extends RawLocalFileSystem {
    /** Settings of a Spark that shall know the scheme. */
    static final Map<String, String> SETTINGS = Map.of(
            "spark.hadoop.fs.fulldisk.impl",
            FullDisk.class.getName(),
            "spark.hadoop.fs.fulldisk.impl.disable.cache",
            "true"); // the options of each write are to reach it

    private static final String ROOM = "io.sparkhood.cluster.room";
    private static final String CLEARED = "io.sparkhood.cluster.cleared";
    private static final Map<java.nio.file.Path, Long> WRITTEN = new ConcurrentHashMap<>(); // by the file that clears

    /**
     * Options of a write.
     *
     * @param bytes room of each JVM
     * @param cleared once this file exists, there is room for all
     */
    static Map<String, String> room(long bytes, java.nio.file.Path cleared) {
        return Map.of(ROOM, Long.toString(bytes), CLEARED, cleared.toString());
    }

    @Override
    public URI getUri() {
        return URI.create("fulldisk:///");
    }

    @Override
    public String getScheme() {
        return "fulldisk";
    }

    @Override
    protected OutputStream createOutputStream(Path file, boolean append) throws IOException {
        return new Limited(super.createOutputStream(file, append), getConf());
    }

    @Override
    protected OutputStream createOutputStreamWithMode(Path file, boolean append, FsPermission permission)
            throws IOException {
        return new Limited(super.createOutputStreamWithMode(file, append, permission), getConf());
    }

    private static final class Limited extends OutputStream {
        private final OutputStream disk;
        private final long room;
        private final java.nio.file.Path cleared;

        Limited(OutputStream disk, Configuration settings) {
            this.disk = disk;
            this.room = settings.getLong(ROOM, 0);
            this.cleared = java.nio.file.Path.of(Objects.requireNonNull(settings.get(CLEARED)));
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (WRITTEN.merge(cleared, (long) length, Long::sum) > room && !Files.exists(cleared)) {
                try (OutputStream full = new FileOutputStream("/dev/full")) {
                    full.write(bytes, offset, length);
                }
            }
            disk.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            disk.flush();
        }

        @Override
        public void close() throws IOException {
            disk.close();
        }
    }
}
