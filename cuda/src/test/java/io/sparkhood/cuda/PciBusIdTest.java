package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PciBusIdTest {
    @Test
    void allSpellingsAreOnePlace() {
        PciBusId place = new PciBusId(0, 0x3b, 0, 0);
        assertThat(Stream.of("0000:3B:00.0", "00000000:3B:00.0", "0000:3b:00.0", "0000:3B:00", "3b:00.0", "3B:00"))
                .allSatisfy(text -> assertThat(PciBusId.of(text)).contains(place));
        assertThat(PciBusId.of("FFFFFFFF:0a:1F.7")).contains(new PciBusId(0xffff_ffffL, 10, 31, 7));
    }

    @Test
    void othersAreNone() {
        assertThat(Stream.of("", "0", "3b", "0000:3B:00.8", "GPU-0000:3B:00.0", "0000:3G:00.0", "000000000:3B:00.0"))
                .allSatisfy(text -> assertThat(PciBusId.of(text)).isEmpty());
    }

    @Test
    void orderedByDomainThenBusThenDeviceThenFunction() {
        assertThat(Stream.of("1000:00:00.0", "0000:00:01.1", "0000:ff:00.0", "0000:00:01.0", "0000:0a:00.0")
                        .sorted((one, two) -> PciBusId.of(one)
                                .orElseThrow()
                                .compareTo(PciBusId.of(two).orElseThrow())))
                .containsExactly("0000:00:01.0", "0000:00:01.1", "0000:0a:00.0", "0000:ff:00.0", "1000:00:00.0");
    }
}
