package io.sparkhood.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.Probe;
import org.junit.jupiter.api.Test;

class VectorSupportTest {
    private static int notAsked() {
        throw new AssertionError("the Vector API was touched");
    }

    @Test
    void takesThePreferredVectors() {
        assertThat(VectorSupport.of(true, () -> 512, null))
                .isEqualTo(new VectorSupport(Probe.usable("16 float lanes"), 16));
        assertThat(VectorSupport.of(true, () -> 256, null).lanes()).isEqualTo(8);
        assertThat(VectorSupport.of(true, () -> 128, null).lanes()).isEqualTo(4);
        assertThat(VectorSupport.of(true, () -> 2048, null).lanes()).isEqualTo(16);
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(VectorSupport.of(false, VectorSupportTest::notAsked, null))
                .isEqualTo(new VectorSupport(
                        Probe.usable(
                                "plain Java, no Vector API (add --add-modules=jdk.incubator.vector to the JVM options for speed)"),
                        0));
        assertThat(VectorSupport.of(true, () -> 64, null))
                .isEqualTo(
                        new VectorSupport(Probe.usable("plain Java, this JVM has no vectors of 128 bits or more"), 0));
    }

    @Test
    void obeysTheProperty() {
        assertThat(VectorSupport.of(true, VectorSupportTest::notAsked, "256"))
                .isEqualTo(new VectorSupport(Probe.usable("8 float lanes"), 8));
        assertThat(VectorSupport.of(true, VectorSupportTest::notAsked, "0"))
                .isEqualTo(new VectorSupport(Probe.usable("plain Java, as sparkhood.vectorBits=0 asks"), 0));
        assertThat(VectorSupport.of(true, VectorSupportTest::notAsked, "64").lanes())
                .isZero();
        assertThat(VectorSupport.of(false, VectorSupportTest::notAsked, "512").lanes())
                .isZero();
    }

    @Test
    void aWrongPropertyIsAReason() {
        assertThat(VectorSupport.of(true, VectorSupportTest::notAsked, "many").probe())
                .isEqualTo(Probe.notUsable("sparkhood.vectorBits must be 0, 64, 128, 256 or 512, but is 'many'"));
    }
}
