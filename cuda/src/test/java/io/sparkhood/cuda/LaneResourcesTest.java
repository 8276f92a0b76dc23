package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.cuda.driver.HostDriver;
import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of a lane's work, on a driver whose streams run as late and as mixed as their events allow. */
class LaneResourcesTest {
    private static final Launch ONE = new Launch(1, 1, 1, 32, 0);
    private static final int TENSORS = 4;

    /** Reads a number at one address and writes a number made of both at another. */
    private static void mix(HostDriver driver, ByteBuffer addresses) {
        long from = addresses.getLong(0);
        long to = addresses.getLong(8);
        ByteBuffer read = number(driver, from);
        ByteBuffer write = number(driver, to);
        write.putInt(0, mixed(read.getInt(0), write.getInt(0)));
    }

    private static ByteBuffer number(HostDriver driver, long address) {
        return ByteBuffer.wrap(driver.array(address), driver.offset(address), 4)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int mixed(int read, int written) {
        return 31 * read + written;
    }

    private static void launch(LaneResources lane, DeviceBlock from, DeviceBlock to) {
        ByteBuffer addresses = ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN);
        addresses.putLong(0, from.address()).putLong(8, to.address());
        lane.enqueue(
                lane.compute(),
                List.of(from, to),
                driver -> driver.launch(0, ONE, addresses, lane.compute().handle()));
    }

    private static void upload(LaneResources lane, DeviceBlock block, int value) {
        byte[] bytes = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
        PinnedStaging staging = new PinnedStaging(lane.host(block), DType.FLOAT32, 0, 1, () -> lane.awaitCopies(block));
        staging.write(0, bytes, 0, 1);
        lane.enqueue(
                lane.in(),
                List.of(block),
                driver -> lane.host(block)
                        .forEachPart(
                                0,
                                4,
                                (part, from) -> driver.upload(
                                        block.address(), part, 4, lane.in().handle())));
    }

    private static int download(LaneResources lane, DeviceBlock block) {
        lane.enqueue(
                lane.out(),
                List.of(block),
                driver -> lane.host(block)
                        .forEachPart(
                                0,
                                4,
                                (part, from) -> driver.download(
                                        part, block.address(), 4, lane.out().handle())));
        lane.await(lane.mark());
        byte[] bytes = new byte[4];
        new PinnedStaging(lane.host(block), DType.FLOAT32, 0, 1, () -> {}).read(0, bytes, 0, 1);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }

    @Test
    void workOnATensorKeepsItsOrderWhateverTheStreamsDo() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            HostDriver driver = new HostDriver(1 << 20, seed, LaneResourcesTest::mix);
            try (Device device = Device.open(driver, 0);
                    Pools pools = Pools.of(device);
                    LaneResources lane =
                            LaneResources.open(device, pools.memory(), pools.pinned(), pools.operators())) {
                List<DeviceBlock> blocks = new ArrayList<>();
                int[] expected = new int[TENSORS];
                for (int i = 0; i < TENSORS; i++) {
                    blocks.add(lane.allocate(4));
                    expected[i] = i;
                    upload(lane, blocks.get(i), i);
                }
                for (int step = 0; step < 60; step++) {
                    int a = random.nextInt(TENSORS);
                    int b = (a + 1 + random.nextInt(TENSORS - 1)) % TENSORS;
                    switch (random.nextInt(5)) {
                        case 0 -> {
                            expected[a] = random.nextInt();
                            upload(lane, blocks.get(a), expected[a]);
                        }
                        case 1 ->
                            assertThat(download(lane, blocks.get(a)))
                                    .as("seed " + seed + ", step " + step)
                                    .isEqualTo(expected[a]);
                        case 2 -> { // another tensor takes the memory over, with work under way in it
                            lane.free(blocks.get(a));
                            blocks.set(a, lane.allocate(4));
                            expected[a] = step;
                            upload(lane, blocks.get(a), step);
                        }
                        default -> {
                            expected[b] = mixed(expected[a], expected[b]);
                            launch(lane, blocks.get(a), blocks.get(b));
                        }
                    }
                }
            }
            assertThat(driver.leaks()).isEmpty();
        }
    }

    @Test
    void aClosedTensorIsNotUsed() {
        HostDriver driver = new HostDriver(1 << 20, 0, LaneResourcesTest::mix);
        try (Device device = Device.open(driver, 0);
                Pools pools = Pools.of(device);
                LaneResources lane = LaneResources.open(device, pools.memory(), pools.pinned(), pools.operators())) {
            DeviceBlock block = lane.allocate(4);
            lane.free(block);
            lane.free(block);
            assertThatThrownBy(() -> upload(lane, block, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the tensor is closed");
        }
        assertThat(driver.leaks()).isEmpty();
    }

    /** Memory of both kinds without limits. */
    record Pools(MemoryPool<Long> memory, MemoryPool<ByteBuffer> pinned, PreparedOperators operators)
            implements AutoCloseable {
        static Pools of(Device device) {
            MemoryPool<Long> memory = new MemoryPool<>(new DeviceSource(device, 1 << 20), 1 << 20, 1 << 20, () -> {});
            MemoryPool<ByteBuffer> pinned = new MemoryPool<>(new PinnedSource(device), 1 << 20, 1 << 20, () -> {});
            return new Pools(memory, pinned, new PreparedOperators(device, memory, pinned, 0));
        }

        @Override
        public void close() {
            memory.close();
            pinned.close();
        }
    }
}
