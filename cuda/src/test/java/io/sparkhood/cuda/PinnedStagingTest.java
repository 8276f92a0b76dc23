package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.cuda.driver.HostDriver;
import io.sparkhood.operator.DType;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PinnedStagingTest {
    private static final int CHUNK_BYTES = 512;

    private final HostDriver driver = new HostDriver(1 << 20, 0, (on, parameter) -> {});
    private final Device device = Device.open(driver, 0);
    private final LaneResourcesTest.Pools pools = LaneResourcesTest.Pools.of(device);
    private final AtomicInteger waits = new AtomicInteger();
    private PinnedMemory memory;

    PinnedStagingTest() {
        memory = PinnedMemory.take(pools.pinned(), 5 * CHUNK_BYTES, CHUNK_BYTES);
    }

    @BeforeEach
    void fill() {
        memory.forEachPart(0, 5 * CHUNK_BYTES, (part, from) -> {
            while (part.hasRemaining()) {
                part.put((byte) 0);
            }
        });
    }

    @AfterEach
    void close() {
        memory.close();
        pools.close();
        device.close();
        assertThat(driver.leaks()).isEmpty();
    }

    private PinnedStaging staging(DType dtype, long offset) {
        return new PinnedStaging(memory, dtype, offset, 600 - offset, waits::incrementAndGet);
    }

    @ParameterizedTest
    @EnumSource
    void numbersCrossTheBordersOfChunks(DType dtype) {
        PinnedStaging staging = staging(dtype, 3);
        float[] numbers = new float[590];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % 128 - 50.5f; // exact in every dtype
        }
        staging.write(5, numbers, 2, 580);
        float[] back = new float[600];
        staging.read(5, back, 1, 580);
        for (int i = 0; i < 580; i++) {
            assertThat(back[1 + i]).isEqualTo(numbers[2 + i]);
        }
        byte[] bytes = new byte[580 * dtype.bytes() + 3];
        staging.read(5, bytes, 3, 580);
        PinnedStaging other = staging(dtype, 0);
        other.write(0, bytes, 3, 580);
        other.read(0, back, 0, 580);
        assertThat(back[579]).isEqualTo(numbers[581]);
        assertThat(waits).as("every use waits for copies").hasValue(5);
    }

    @Test
    void bytesAreLittleEndianAndRoundedToNearestEven() {
        PinnedStaging staging = staging(DType.BFLOAT16, 0);
        staging.write(0, new float[] {1, 1.00390625f, 1.01171875f}, 0, 3); // 1 + half a unit, 1 + one and a half
        byte[] bytes = new byte[6];
        staging.read(0, bytes, 0, 3);
        assertThat(bytes).containsExactly(0x80, 0x3f, 0x80, 0x3f, 0x82, 0x3f);
    }

    @ParameterizedTest
    @EnumSource
    void rangesAreChecked(DType dtype) {
        PinnedStaging staging = staging(dtype, 590); // ten elements
        float[] floats = new float[20];
        byte[] bytes = new byte[20];
        assertThatThrownBy(() -> staging.write(8, floats, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.write(-1, floats, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.write(0, floats, 18, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.write(0, bytes, 19, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.read(8, floats, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.read(0, floats, 18, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> staging.read(0, bytes, 19, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
