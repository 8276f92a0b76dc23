package io.sparkhood.jobs.benchmark;

import io.sparkhood.column.TensorForm;
import io.sparkhood.column.TensorStruct;
import io.sparkhood.operator.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;

/** How a feature map of {@link StageProblem} lies in its column. */
public enum MapForm {
    /** {@code array<float>}. */
    ARRAY(DType.FLOAT32),
    /** Tensor struct. */
    FLOAT32(DType.FLOAT32),
    /** Tensor struct. */
    BFLOAT16(DType.BFLOAT16);

    private static final float ULP_OF_24_BITS = 0x1p-23f;

    private final DType dtype;

    MapForm(DType dtype) {
        this.dtype = dtype;
    }

    /** Type of the elements. */
    DType dtype() {
        return dtype;
    }

    /** Encoder of one column, as the stage has it. */
    @SuppressWarnings("unchecked") // float[] and Row are both objects to a tuple
    Encoder<Object> encoder(SparkSession session) {
        Encoder<?> encoder =
                this == ARRAY ? session.implicits().newFloatArrayEncoder() : Encoders.row(TensorStruct.SCHEMA);
        return (Encoder<Object>) encoder;
    }

    DataType type() {
        return (this == ARRAY ? TensorForm.ARRAY : TensorForm.STRUCT).outputType();
    }

    /** A map as the encoder takes it: uniform in [-1, 1), where 24 random bits are an element. */
    Object map(SplittableRandom random) {
        return switch (this) {
            case ARRAY -> floats(random);
            case FLOAT32 -> TensorStruct.of(floats(random), StageProblem.SHAPE);
            case BFLOAT16 -> TensorStruct.of(dtype, halves(random), StageProblem.SHAPE);
        };
    }

    private static float[] floats(SplittableRandom random) {
        float[] values = new float[StageProblem.ELEMENTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextInt() >> 8) * ULP_OF_24_BITS;
        }
        return values;
    }

    private byte[] halves(SplittableRandom random) {
        ByteBuffer bytes =
                ByteBuffer.allocate(dtype.bytes() * StageProblem.ELEMENTS).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : floats(random)) {
            bytes.putShort(dtype.narrow(value));
        }
        return bytes.array();
    }
}
