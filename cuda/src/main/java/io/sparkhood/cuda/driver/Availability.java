package io.sparkhood.cuda.driver;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Whether this JVM can compute on a CUDA device.
 *
 * @param driver the driver, initialized, if it can
 * @param detail the devices, or what is missing and the cure
 */
public record Availability(Optional<GpuDriver> driver, String detail) {
    /** CUDA 12.0, driver R525: JCuda's natives call functions that older drivers lack, and such a call ends the JVM. */
    static final int OLDEST_VERSION = 12000;

    private static final int NO_DEVICE = 100; // CUDA_ERROR_NO_DEVICE
    private static final Pattern CAUSE = Pattern.compile("[\\w.$]+(Error|Exception): .*");

    /** The way to the driver; what may be asked only if the question before was answered well. */
    interface Library {
        /** Loads the natives and asks for the driver's version. Any driver knows this function. */
        int version() throws IOException;

        /** Initializes the driver. */
        GpuDriver initialize();
    }

    /** Decides, asking no further than it must. */
    static Availability of(String system, String architecture, Library library) {
        if (!system.equals("Linux") || !architecture.equals("amd64")) {
            return not("there is no JCuda for " + system + " on " + architecture + ", only for Linux on amd64");
        }
        try {
            int version = library.version();
            if (version < OLDEST_VERSION) {
                return not("the driver knows CUDA " + text(version) + ", but " + text(OLDEST_VERSION)
                        + " is needed; install driver 525 or later");
            }
            GpuDriver driver = library.initialize();
            return ofDevices(driver, driver.deviceCount());
        } catch (GpuException e) {
            return e.code() == NO_DEVICE ? noDevice() : broken(String.valueOf(e.getMessage()));
        } catch (LinkageError e) {
            String cause = cause(e);
            return cause.startsWith("libcuda.so.1: cannot open")
                    ? not("no CUDA driver (libcuda.so.1 not found)")
                    : broken(cause);
        } catch (IOException | RuntimeException e) {
            return broken(e.toString());
        }
    }

    private static Availability ofDevices(GpuDriver driver, int devices) {
        if (devices == 0) {
            return noDevice();
        }
        List<String> names = IntStream.range(0, devices)
                .mapToObj(device -> name(driver, device))
                .toList();
        boolean any = IntStream.range(0, devices)
                .anyMatch(device -> driver.limits(device).computeCapability() >= DeviceLimits.LEAST_COMPUTE_CAPABILITY);
        if (!any) {
            return not(String.join(", ", names) + ", but compute capability "
                    + DeviceLimits.text(DeviceLimits.LEAST_COMPUTE_CAPABILITY) + " is needed");
        }
        return new Availability(
                Optional.of(driver), String.join(", ", names) + ", driver of CUDA " + text(driver.version()));
    }

    private static String name(GpuDriver driver, int device) {
        return driver.deviceName(device) + " of compute capability "
                + DeviceLimits.text(driver.limits(device).computeCapability());
    }

    private static Availability noDevice() {
        return not("the driver shows no CUDA device to this process; see nvidia-smi and CUDA_VISIBLE_DEVICES");
    }

    private static Availability broken(String cause) {
        return not("the CUDA driver does not work: "
                + cause.lines().findFirst().orElse("").strip());
    }

    private static Availability not(String reason) {
        return new Availability(Optional.empty(), reason);
    }

    /** JCuda's message is a page with two stack traces; what the dynamic linker said comes last. */
    private static String cause(LinkageError error) {
        String whole = String.valueOf(error.getMessage());
        String last = whole.lines()
                .filter(line -> CAUSE.matcher(line).matches())
                .reduce((before, after) -> after)
                .orElse(error.toString());
        int file = last.indexOf(".so: "); // a temporary file's name says nothing
        return file < 0 ? last : last.substring(file + ".so: ".length());
    }

    private static String text(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** What this JVM has, found out once. Never throws. */
    public static Availability detected() {
        return Detected.AVAILABILITY;
    }

    private static final class Detected {
        static final Availability AVAILABILITY =
                of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), new CudaLibrary());
    }
}
