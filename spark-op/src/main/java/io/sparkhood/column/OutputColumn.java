package io.sparkhood.column;

import io.sparkhood.backend.Lane;
import io.sparkhood.backend.Staging;
import io.sparkhood.backend.Tensor;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.Port;
import java.io.Serializable;
import java.util.Optional;
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

    /** The array that one row's tensor leaves in: float[], or byte[] in a struct. */
    Object array(Port port) {
        int elements = Math.toIntExact(port.elements());
        return form == TensorForm.STRUCT
                ? new byte[Math.multiplyExact(elements, port.dtype().bytes())]
                : new float[elements];
    }

    /** The array as a tensor of the lane, or nothing where the lane keeps tensors elsewhere or in another type. */
    static Optional<Tensor> adopt(Lane lane, Object array, Port port) {
        if (array instanceof byte[] bytes) {
            return lane.adopt(port.dtype(), bytes);
        }
        return port.dtype() == DType.FLOAT32 ? lane.adopt((float[]) array) : Optional.empty();
    }

    /** Fills the array with one row's tensor, which begins at element {@code at}. */
    static void read(Staging staging, long at, Object array, Port port) {
        int elements = Math.toIntExact(port.elements());
        if (array instanceof byte[] bytes) {
            staging.read(at, bytes, 0, elements);
        } else {
            staging.read(at, (float[]) array, 0, elements);
        }
    }

    /** One row's tensor as the encoder takes it: float[], the Row of a struct, or a Row that holds a vector. */
    Object encode(Object array, Port port) {
        return switch (form) {
            case ARRAY -> array;
            case STRUCT ->
                TensorStruct.of(
                        port.dtype(),
                        (byte[]) array,
                        port.shape().stream().mapToInt(Integer::intValue).toArray());
            case VECTOR -> RowFactory.create(Vectors.dense(widened((float[]) array)));
        };
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
