package io.sparkhood.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The modules of a device and their entry points, loaded on first use and kept, because the driver compiles them. Thread-safe. */
final class LoadedModules implements AutoCloseable {
    private final Device device;
    private final Map<String, Long> modules = new HashMap<>(); // handle by resource; guarded by this
    private final Map<Name, Opened> entryPoints = new HashMap<>(); // guarded by this

    LoadedModules(Device device) {
        this.device = device;
    }

    private record Name(String module, String entryPoint) {}

    /** @param sharedBytes dynamic shared memory that launches may ask for by now */
    private record Opened(long handle, int sharedBytes) {}

    /** The handle of an entry point, ready for its launches. */
    synchronized long entryPoint(Launches.EntryPoint wanted) {
        Name key = new Name(wanted.module(), wanted.name());
        int sharedBytes = wanted.sharedBytes();
        @Nullable Opened opened = entryPoints.get(key);
        if (opened == null || opened.sharedBytes < sharedBytes) { // less would break the launches of another plan
            long module = module(key.module);
            long handle = device.call(driver -> driver.entryPoint(module, key.entryPoint, sharedBytes));
            opened = new Opened(handle, sharedBytes);
            entryPoints.put(key, opened);
        }
        return opened.handle;
    }

    private long module(String resource) {
        @Nullable Long loaded = modules.get(resource);
        if (loaded == null) {
            String ptx = text(resource);
            loaded = device.call(driver -> driver.loadModule(ptx));
            modules.put(resource, loaded);
        }
        return loaded;
    }

    private static String text(String resource) {
        try (@Nullable InputStream stream = LoadedModules.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + resource + " is missing from the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        Release release = new Release();
        modules.values().forEach(module -> release.step(() -> device.release(on -> on.unloadModule(module))));
        modules.clear();
        entryPoints.clear();
        release.end();
    }
}
