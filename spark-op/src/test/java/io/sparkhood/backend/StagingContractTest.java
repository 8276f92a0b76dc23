package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import org.junit.jupiter.api.Test;
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

    @ParameterizedTest
    @EnumSource
    void anAdoptedArrayIsTheTensor(DType dtype) {
        try (Backends.Handle handle = Backends.open("reference", BackendOptions.DEFAULT);
                Lane lane = handle.backend().lane(1)) {
            byte[] bytes = new byte[10 * dtype.bytes()];
            Tensor tensor = lane.adopt(dtype, bytes).orElseThrow();
            assertThat(tensor.dtype()).isEqualTo(dtype);
            assertThat(tensor.elements()).isEqualTo(10);
            Staging staging = lane.staging(tensor);
            staging.write(2, new float[] {9, 1.5f, -2, 0.25f}, 1, 3);
            assertThat(bytes[3 * dtype.bytes() - 1]).isEqualTo((byte) (dtype == DType.FLOAT16 ? 0x3e : 0x3f));
            bytes[3 * dtype.bytes() - 1] |= (byte) 0x80; // the sign
            float[] back = new float[3];
            lane.staging(tensor.view(1, 0)).read(1, back, 0, 3);
            assertThat(back).containsExactly(-1.5f, -2, 0.25f);
            byte[] part = new byte[1 + 2 * dtype.bytes()];
            staging.read(2, part, 1, 2);
            staging.write(8, part, 1, 2);
            staging.read(8, back, 1, 2);
            assertThat(back).containsExactly(-1.5f, -1.5f, -2);

            assertThatThrownBy(() -> staging.write(8, back, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.write(0, part, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(-1, back, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(0, back, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.read(0, part, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> staging.write(0, back, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void adoptedFloatsAreTheTensor() {
        try (Backends.Handle handle = Backends.open("cpu", BackendOptions.DEFAULT);
                Lane lane = handle.backend().lane(1)) {
            float[] floats = {1, 2, 3};
            Tensor tensor = lane.adopt(floats).orElseThrow();
            assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(tensor.elements()).isEqualTo(3);
            lane.staging(tensor).write(1, new float[] {7}, 0, 1);
            assertThat(floats).containsExactly(1, 7, 3);
        }
    }
}
