package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The host side of tensors of every dtype. */
class StagingContractTest {
    @ParameterizedTest
    @EnumSource
    void writesAndReadsFloatsAndBytes(DType dtype) {
        try (Backends.Handle handle = Backends.open("reference", BackendOptions.DEFAULT);
                Lane lane = handle.backend().lane(1)) {
            Tensor tensor = lane.tensor(dtype, 10);
            Staging staging = lane.staging(tensor);
            staging.write(2, new float[] {9, 1.5f, -2, 0.25f}, 1, 3);
            byte[] bytes = new byte[2 + 3 * dtype.bytes()];
            staging.read(2, bytes, 2, 3);
            int last = 2 + dtype.bytes() - 1; // little-endian: the sign and exponent of 1.5 come last
            assertThat(bytes[last]).isEqualTo((byte) (dtype == DType.FLOAT16 ? 0x3e : 0x3f));
            staging.write(6, bytes, 2, 3);
            float[] back = new float[5];
            staging.read(6, back, 1, 3);
            assertThat(back).containsExactly(0, 1.5f, -2, 0.25f, 0);

            assertThatThrownBy(() -> staging.write(8, back, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.write(0, bytes, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(-1, back, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(0, back, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(0, bytes, 3, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
