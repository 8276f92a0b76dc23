package io.sparkhood.column;

import io.sparkhood.backend.Staging;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.io.Serializable;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the tensors of one output column.
 *
 * @param port the operator's output
 * @param name the column's name
 * @param form how it is stored
 */
public record OutputColumn(String port, String name, TensorForm form) implements Serializable {

    /** One row's tensor as the encoder takes it: float[] or Row. */
    Object encode(Staging staging, long at, Port port) {
        int elements = Math.toIntExact(port.elements());
        if (form != TensorForm.STRUCT) {
            float[] values = new float[elements];
            staging.read(at, values, 0, elements);
            return values;
        }
        DType dtype = port.dtype();
        byte[] data = new byte[Math.multiplyExact(elements, dtype.bytes())];
        staging.read(at, data, 0, elements);
        int[] shape = port.shape().stream().mapToInt(Integer::intValue).toArray();
        return TensorStruct.of(dtype, data, shape);
    }

    Encoder<?> encoder(SparkSession session) {
        return form == TensorForm.STRUCT
                ? Encoders.row(TensorStruct.SCHEMA)
                : session.implicits().newFloatArrayEncoder();
    }
}
