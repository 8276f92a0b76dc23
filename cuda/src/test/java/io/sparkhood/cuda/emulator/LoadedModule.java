package io.sparkhood.cuda.emulator;

import io.sparkhood.cuda.driver.GpuException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A module of a driver. Texts are parsed once for all drivers of this JVM. */
record LoadedModule(PtxModule module) {
    private static final ConcurrentMap<String, PtxModule> PARSED = new ConcurrentHashMap<>();
    private static final int INVALID_PTX = 218;
    private static final int NOT_FOUND = 500;

    static LoadedModule load(String ptx) {
        try {
            return new LoadedModule(PARSED.computeIfAbsent(ptx, PtxModule::parse));
        } catch (EmulatorFault fault) {
            GpuException exception =
                    new GpuException("cuModuleLoadDataEx", INVALID_PTX, String.valueOf(fault.getMessage()));
            exception.initCause(fault);
            throw exception;
        }
    }

    PtxEntryPoint entryPoint(String name) {
        if (!module.names().contains(name)) {
            throw new GpuException("cuModuleGetFunction", NOT_FOUND, "no entry point " + name);
        }
        return module.entryPoint(name);
    }
}
