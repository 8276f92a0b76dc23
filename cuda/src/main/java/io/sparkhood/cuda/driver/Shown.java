package io.sparkhood.cuda.driver;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;

/** JCuda's objects with the driver's own handles, which JCuda shows to subclasses only. */
final class Shown {
    private Shown() {}

    static final class Context extends CUcontext {
        long handle() {
            return getNativePointer();
        }
    }

    static final class Module extends CUmodule {
        long handle() {
            return getNativePointer();
        }
    }

    static final class Function extends CUfunction {
        long handle() {
            return getNativePointer();
        }
    }

    static final class Stream extends CUstream {
        long handle() {
            return getNativePointer();
        }
    }

    static final class Event extends CUevent {
        long handle() {
            return getNativePointer();
        }
    }

    static final class Address extends CUdeviceptr {
        Address() {}

        /** A known address: so many bytes from null. */
        Address(long address) {
            super(new CUdeviceptr(), address);
        }

        long value() {
            return getNativePointer();
        }
    }
}
