package io.sparkhood.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes every call of the driver once, in a JVM of its own, and prints what it was told. */
final class CudaDriverCheck {
    private CudaDriverCheck() {}

    public static void main(String[] arguments) {
        Availability availability = Availability.detected();
        System.out.println(availability.detail());
        availability.driver().ifPresent(CudaDriverCheck::use);
    }

    private static void use(GpuDriver driver) {
        System.out.println(driver.uuid(0) + " " + driver.pciBusId(0));
        System.out.println(driver.limits(0));
        long context = driver.retainContext(0);
        driver.makeCurrent(context);
        System.out.println(driver.memory());
        try {
            copy(driver);
            System.out.println(failure(() -> driver.loadModule("no PTX")));
            System.out.println(failure(() -> driver.entryPoint(1, "copy", 128)));
        } catch (GpuException e) {
            System.out.println(e.getMessage());
        }
        driver.releaseContext(0);
    }

    private static void copy(GpuDriver driver) {
        long from = driver.allocate(1000);
        long to = driver.allocate(1000);
        long module = driver.loadModule(".version 7.4");
        long entryPoint = driver.entryPoint(module, "copy", 128);
        long stream = driver.createStream();
        long event = driver.createEvent();
        ByteBuffer pinned = driver.allocatePinned(100);
        for (int i = 0; i < 100; i++) {
            pinned.put(i, (byte) i);
        }
        driver.upload(from + 8, pinned, 100, stream);
        ByteBuffer parameter = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
        parameter.putLong(from + 8).putLong(to + 16).putLong(100);
        driver.launch(entryPoint, new Launch(2, 3, 4, 64, 128), parameter, stream);
        driver.record(event, stream);
        driver.waitFor(stream, event);
        driver.await(event);
        driver.synchronize(stream);
        ByteBuffer back = driver.allocatePinned(64);
        driver.download(back.slice(4, 10), to + 16 + 40, 10, stream); // into the middle, from the middle
        driver.synchronize(stream);
        System.out.println(pinned.order() + " " + back.get(4) + " " + back.get(13));
        driver.freePinned(back);
        driver.freePinned(pinned);
        driver.destroyEvent(event);
        driver.destroyStream(stream);
        driver.unloadModule(module);
        driver.free(to);
        driver.free(from);
    }

    private static String failure(Runnable call) {
        try {
            call.run();
            return "no failure";
        } catch (GpuException | IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
