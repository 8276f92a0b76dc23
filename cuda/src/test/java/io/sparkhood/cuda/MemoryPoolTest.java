package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.cuda.MemoryPool.Block;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private final List<String> calls = new ArrayList<>();
    private long next;
    private long free = 100_000;
    private Runnable pressure = () -> calls.add("pressure");

    private final class Counted implements MemoryPool.Source<Long> {
        @Override
        public Long allocate(long bytes) {
            calls.add("allocate " + bytes);
            if (bytes > free) {
                throw new OutOfDeviceMemoryException("cuMemAlloc");
            }
            free -= bytes;
            return ++next * 1_000_000 + bytes;
        }

        @Override
        public void free(Long memory) {
            calls.add("free " + memory % 1_000_000);
            free += memory % 1_000_000;
        }

        @Override
        public String exhausted(long askedBytes, long usedBytes) {
            return askedBytes + " asked, " + usedBytes + " used";
        }
    }

    private MemoryPool<Long> pool(long budget, long kept) {
        return new MemoryPool<>(new Counted(), budget, kept, () -> pressure.run());
    }

    @Test
    void keepsWhatIsGivenBackForSimilarNeeds() {
        try (MemoryPool<Long> pool = pool(50_000, 50_000)) {
            Block<Long> block = pool.take(4000);
            assertThat(block.bytes()).isEqualTo(4096);
            pool.give(block);
            assertThat(pool.take(3600).memory()).isEqualTo(block.memory());
            pool.give(block);
            assertThat(pool.take(2000).bytes()).as("half of it would be wasted").isEqualTo(2048);
            assertThat(pool.take(5000).bytes()).isEqualTo(5120);
            assertThat(pool.usedBytes()).isEqualTo(2048 + 5120);
        }
        assertThat(calls).containsExactly("allocate 4096", "allocate 2048", "allocate 5120", "free 4096");
    }

    @Test
    void keepsNoMoreThanItMay() {
        MemoryPool<Long> pool = pool(50_000, 5000);
        Block<Long> first = pool.take(4096);
        Block<Long> second = pool.take(1024);
        pool.give(first);
        pool.give(second);
        assertThat(calls).containsExactly("allocate 4096", "allocate 1024", "free 1024");
        pool.close();
        assertThat(calls).hasSize(4).last().isEqualTo("free 4096");
    }

    @Test
    void freesWhatItKeepsBeforeItPassesTheBudget() {
        try (MemoryPool<Long> pool = pool(10_000, 10_000)) {
            pool.give(pool.take(4096));
            Block<Long> large = pool.take(8192);
            assertThat(calls).containsExactly("allocate 4096", "pressure", "free 4096", "allocate 8192");
            assertThatThrownBy(() -> pool.take(4096))
                    .isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessage("4096 asked, 8192 used");
            pool.give(large);
        }
    }

    @Test
    void triesOnceMoreAfterGivingBackWhatItCan() {
        MemoryPool<Long> pool = pool(1_000_000, 1_000_000);
        Block<Long> spared = pool.take(60_416);
        pressure = () -> pool.give(spared);
        assertThat(pool.take(80_000).bytes()).isEqualTo(80_384);
        assertThat(calls).containsExactly("allocate 60416", "allocate 80384", "free 60416", "allocate 80384");
        pressure = () -> {};
        assertThatThrownBy(() -> pool.take(40_000))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessage("40000 asked, 80384 used")
                .hasRootCauseMessage("cuMemAlloc");
        assertThat(pool.take(10_000).bytes()).as("it goes on with less").isEqualTo(10_240);
    }
}
