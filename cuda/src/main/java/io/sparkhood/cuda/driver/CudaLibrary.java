package io.sparkhood.cuda.driver;

import java.io.IOException;

/** JCuda's natives and, through them, {@code libcuda.so.1} of this machine. Names no class of JCuda that loads by itself. */
final class CudaLibrary implements Availability.Library {
    @Override
    public int version() throws IOException {
        NativeLibraries.initialize("jcuda.driver.JCudaDriver");
        return CudaDriver.driverVersion();
    }

    @Override
    public GpuDriver initialize() {
        return CudaDriver.initialize();
    }
}
