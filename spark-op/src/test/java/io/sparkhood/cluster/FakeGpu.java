package io.sparkhood.cluster;

import io.sparkhood.backend.Backend;
import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.Probe;
import io.sparkhood.cpu.CpuBackendProvider;
import io.sparkhood.operator.Operator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The cpu backend under another name, as if on GPUs: tells in files what it was asked for, and misbehaves as system properties say.
 * Found only where {@link #services()} is on the class path.
 */
public final class FakeGpu implements BackendProvider {
    static final String NAME = "fake-gpu";
    /** Addresses of the devices, with commas between. */
    static final String DEVICES = "fakeGpu.devices";
    /** Folder for the files. */
    static final String FOLDER = "fakeGpu.folder";
    /** The first lanes wait until as many are open. */
    static final String MEET = "fakeGpu.meet";
    /** If true, one JVM loses its device at its first run. */
    static final String LOSE = "fakeGpu.lose";
    /** If true, no lane ever gets its turn. */
    static final String BUSY = "fakeGpu.busy";

    private static final CountDownLatch MEETING = new CountDownLatch(Integer.getInteger(MEET, 0));
    private static volatile boolean lost;

    /** For the ServiceLoader. */
    public FakeGpu() {}

    /** The folder with the services file that registers this backend. */
    static Path services() {
        URL folder = Objects.requireNonNull(FakeGpu.class.getResource("/fake-gpu/"));
        return Path.of(java.net.URI.create(folder.toString()));
    }

    /** This class path with this backend registered. */
    static ClassLoader loader(ClassLoader parent) throws IOException {
        return new URLClassLoader(new URL[] {services().toUri().toURL()}, parent);
    }

    /** What JVMs told in a folder, in order: their process ids and words. */
    static List<String> told(Path folder) throws IOException {
        Path file = folder.resolve("told");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Path folder() {
        return Path.of(System.getProperty(FOLDER, "."));
    }

    private static void tell(String words) {
        try {
            Files.writeString(
                    folder().resolve("told"),
                    ProcessHandle.current().pid() + " " + words + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return -3;
    }

    @Override
    public Probe probe() {
        return Probe.usable("for tests");
    }

    @Override
    public List<String> devices() {
        String devices = System.getProperty(DEVICES, "");
        return devices.isEmpty() ? List.of() : List.of(devices.split(",", -1));
    }

    @Override
    public Backend open(BackendOptions options) {
        tell("opened " + options.device() + ", " + options.turns());
        return new Opened(options, new CpuBackendProvider().open(BackendOptions.DEFAULT));
    }

    private record Opened(BackendOptions options, Backend cpu) implements Backend {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Optional<String> refuses(Operator operator) {
            return cpu.refuses(operator);
        }

        @Override
        public long maxBatch(Operator operator, long budgetBytes) {
            return cpu.maxBatch(operator, budgetBytes);
        }

        @Override
        public Plan plan(Operator operator, long maxBatch, Parameters parameters) {
            return new Losing(options, cpu.plan(operator, maxBatch, parameters));
        }

        @Override
        public Lane lane(int threads) {
            return cpu.lane(threads);
        }

        @Override
        public Lane lane(int threads, Object task) {
            try {
                MEETING.countDown();
                if (!MEETING.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("no other task came to " + this);
                }
                if (Boolean.getBoolean(BUSY)) {
                    tell("waits");
                    TimeUnit.MINUTES.sleep(10);
                }
            } catch (InterruptedException e) {
                tell("woken");
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for a lane");
            }
            return lane(threads);
        }

        @Override
        public OptionalDouble measurePeak(Lane lane) {
            return OptionalDouble.empty();
        }

        @Override
        public int batchesInFlight() {
            return 2;
        }

        @Override
        public void close() {
            cpu.close();
        }
    }

    private record Losing(BackendOptions options, Plan plan) implements Plan {
        @Override
        public Operator operator() {
            return plan.operator();
        }

        @Override
        public long maxBatch() {
            return plan.maxBatch();
        }

        @Override
        public String describe() {
            return plan.describe();
        }

        @Override
        public long visitedPairs() {
            return plan.visitedPairs();
        }

        @Override
        public long scratchBytes() {
            return plan.scratchBytes();
        }

        @Override
        public void run(Lane lane, long batch, BoundTensors tensors) {
            if (Boolean.getBoolean(LOSE) && (lost || isFirst())) {
                lost = true;
                tell("lost");
                throw new DeviceLostException(
                        "device " + options.device() + " is lost to this process; start the process anew",
                        new IllegalStateException("a test's error"));
            }
            plan.run(lane, batch, tensors);
        }

        private static boolean isFirst() {
            try {
                Files.createFile(folder().resolve("lost"));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            plan.close();
        }
    }

    /** {@code -Dname=value} for each pair, for the JVM of an executor. */
    static String javaOptions(Path folder, String... pairs) {
        List<String> options = new ArrayList<>(List.of("-D" + FOLDER + "=" + folder));
        for (int i = 0; i < pairs.length; i += 2) {
            options.add("-D" + pairs[i] + "=" + pairs[i + 1]);
        }
        return String.join(" ", options);
    }
}
