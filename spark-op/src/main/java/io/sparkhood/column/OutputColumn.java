package io.sparkhood.column;

import io.sparkhood.backend.Staging;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.io.Serializable;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Writes the tensors of one output column.
 *
 * @param port the operator's output
 * @param name the column's name
 * @param form how it is stored
 */
public record OutputColumn(String port, String name, TensorForm form) implements Serializable {

    /** One row's tensor as the encoder takes it: float[], the Row of a struct, or a Row that holds a vector. */
    Object encode(Staging staging, long at, Port port) {
        int elements = Math.toIntExact(port.elements());
        if (form != TensorForm.STRUCT) {
            float[] values = new float[elements];
            staging.read(at, values, 0, elements);
            return form == TensorForm.VECTOR ? RowFactory.create(Vectors.dense(widened(values))) : values;
        }
        DType dtype = port.dtype();
        byte[] data = new byte[Math.multiplyExact(elements, dtype.bytes())];
        staging.read(at, data, 0, elements);
        int[] shape = port.shape().stream().mapToInt(Integer::intValue).toArray();
        return TensorStruct.of(dtype, data, shape);
    }

    private static double[] widened(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    Encoder<?> encoder(SparkSession session) {
        return form.encoder(session, TensorStruct.SCHEMA);
    }

    /** The column, from where the typed code left it. */
    Column from(String place) {
        return form.unwrapped(place).as(name);
    }
}
