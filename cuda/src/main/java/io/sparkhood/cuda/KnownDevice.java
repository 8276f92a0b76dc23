package io.sparkhood.cuda;

import io.sparkhood.cuda.driver.DeviceLimits;

/** Devices whose limits are known as plain values, for predictions where there is none. */
enum KnownDevice {
    H200,
    A100,
    A10;

    DeviceLimits limits() {
        return switch (this) {
            case H200 -> new DeviceLimits(90, 132, 232_448, 233_472, 65_536, 1_980_000_000L, 4_800_000_000_000L);
            case A100 -> new DeviceLimits(80, 108, 166_912, 167_936, 65_536, 1_410_000_000L, 2_039_000_000_000L);
            case A10 -> new DeviceLimits(86, 72, 101_376, 102_400, 65_536, 1_695_000_000L, 600_000_000_000L);
        };
    }
}
