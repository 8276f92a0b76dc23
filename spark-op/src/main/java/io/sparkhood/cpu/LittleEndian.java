package io.sparkhood.cpu;

import io.sparkhood.operator.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Elements of any type in little-endian bytes. Indices count elements, unless they say bytes. */
final class LittleEndian {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static float get(DType dtype, byte[] array, int index) {
        return dtype == DType.FLOAT32
                ? (float) FLOATS.get(array, Float.BYTES * index)
                : dtype.widen((short) SHORTS.get(array, Short.BYTES * index));
    }

    static void set(DType dtype, byte[] array, int index, float value) {
        if (dtype == DType.FLOAT32) {
            FLOATS.set(array, Float.BYTES * index, value);
        } else {
            SHORTS.set(array, Short.BYTES * index, dtype.narrow(value));
        }
    }

    /** Some float32 elements, to be copied at the speed of memory. */
    static FloatBuffer floats(byte[] array, int fromByte, int count) {
        return ByteBuffer.wrap(array, fromByte, Math.multiplyExact(Float.BYTES, count))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
