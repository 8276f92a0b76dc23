package io.sparkhood.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void every16BitsComeBack(DType dtype) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = dtype.widen((short) bits);
            if (Float.isNaN(value)) {
                assertThat(dtype.widen(dtype.narrow(value))).isNaN();
            } else {
                assertThat(dtype.narrow(value)).as("%04x = %s", bits, value).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void roundsToNearestEven(DType dtype) {
        for (int bits = 0; bits < 0x7bff; bits++) { // neighbouring finite numbers of either type
            double low = dtype.widen((short) bits);
            double high = dtype.widen((short) (bits + 1));
            if (Double.isInfinite(high) || Double.isNaN(high)) {
                break;
            }
            float middle = (float) ((low + high) / 2); // exact: one more bit
            short even = (short) (bits % 2 == 0 ? bits : bits + 1);
            assertThat(dtype.narrow(middle)).as("half way after %04x", bits).isEqualTo(even);
            assertThat(dtype.narrow(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(dtype.narrow(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            assertThat(dtype.narrow(-middle)).isEqualTo((short) (even | 0x8000));
        }
    }

    @Test
    void knownValues() {
        assertThat(DType.FLOAT16.narrow(1f)).isEqualTo((short) 0x3c00);
        assertThat(DType.FLOAT16.narrow(65504f)).isEqualTo((short) 0x7bff);
        assertThat(DType.FLOAT16.narrow(65520f)).isEqualTo((short) 0x7c00);
        assertThat(DType.FLOAT16.narrow(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
        assertThat(DType.FLOAT16.widen((short) 1)).isEqualTo(0x1p-24f);
        assertThat(DType.BFLOAT16.narrow(1f)).isEqualTo((short) 0x3f80);
        assertThat(DType.BFLOAT16.narrow(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    }

    @Test
    void anyFloatIsWithinHalfAUnit() {
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            float value = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(24) - 12));
            assertThat(Math.abs(DType.FLOAT16.widen(DType.FLOAT16.narrow(value)) - value))
                    .isLessThanOrEqualTo(Math.max(Math.abs(value) * 0x1p-11f, 0x1p-25f));
            assertThat(Math.abs(DType.BFLOAT16.widen(DType.BFLOAT16.narrow(value)) - value))
                    .isLessThanOrEqualTo(Math.abs(value) * 0x1p-8f);
        }
    }

    @Test
    void names() {
        for (DType dtype : DType.values()) {
            assertThat(DType.of(dtype.toString())).isEqualTo(dtype);
        }
        assertThatThrownBy(() -> DType.of("float64"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dtype must be one of float32, float16, bfloat16, but is 'float64'");
    }
}
