package io.sparkhood.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.contract.Example;
import io.sparkhood.backend.contract.Outputs;
import io.sparkhood.column.TensorStruct;
import io.sparkhood.cpu.ReferenceBackendProvider;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Port;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** DataFrames that hold the rows of examples in any form, and what the reference makes of them. */
public final class AttentionFrames {
    static final DataType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);

    private AttentionFrames() {}

    /** Columns id, q, k, v [, ak, av] of these forms holding the rows of an example. */
    public static Dataset<Row> frame(Example example, String... forms) {
        List<String> names = List.of("q", "k", "v", "ak", "av");
        List<Port> ports = example.operator().inputs();
        StructType schema = new StructType().add("id", DataTypes.IntegerType, false);
        for (int i = 0; i < ports.size(); i++) {
            schema = schema.add(names.get(i), type(forms[i]));
        }
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < example.batch(); row++) {
            Object[] values = new Object[ports.size() + 1];
            values[0] = row;
            for (int i = 0; i < ports.size(); i++) {
                Port port = ports.get(i);
                values[i + 1] = value(example.row(row).input(port.name()), port, forms[i]);
            }
            rows.add(RowFactory.create(values));
        }
        return LocalSpark.SESSION.createDataFrame(rows, schema);
    }

    static DataType type(String form) {
        return switch (form) {
            case "array" -> FLOATS;
            case "struct" -> TensorStruct.SCHEMA;
            default -> SQLDataTypes.VectorType();
        };
    }

    static Object value(float[] values, Port port, String form) {
        return switch (form) {
            case "array" -> values;
            case "struct" ->
                TensorStruct.of(
                        values,
                        port.shape().stream().mapToInt(Integer::intValue).toArray());
            default -> {
                double[] doubles = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    doubles[i] = values[i];
                }
                yield Vectors.dense(doubles);
            }
        };
    }

    @SuppressWarnings("unchecked") // what Spark makes of an array column
    public static float[] floats(Object column) {
        if (column instanceof Row struct) {
            return TensorStruct.values(struct);
        }
        if (column instanceof Vector vector) {
            float[] values = new float[vector.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) vector.apply(i);
            }
            return values;
        }
        List<Float> list = scala.jdk.javaapi.CollectionConverters.asJava((scala.collection.Seq<Float>) column);
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        return values;
    }

    public static NeighborhoodAttention plain() {
        return new NeighborhoodAttention()
                .setQueryCol("q")
                .setKeyCol("k")
                .setValueCol("v")
                .setBackend("reference");
    }

    public static Outputs reference(Example example) {
        try (var backend = new ReferenceBackendProvider().open(BackendOptions.DEFAULT)) {
            return Outputs.of(backend, example, 1);
        }
    }

    static void assertRows(Dataset<Row> result, Example example) {
        List<Row> rows = result.collectAsList();
        assertThat(rows).hasSize(example.batch());
        for (int row = 0; row < rows.size(); row++) {
            assertThat(rows.get(row).<Integer>getAs("id")).isEqualTo(row);
            Outputs expected = reference(example.row(row));
            assertThat(floats(rows.get(row).getAs("output"))).isEqualTo(expected.get("output"));
            if (example.operator().logSumExp()) {
                assertThat(floats(rows.get(row).getAs("lse"))).isEqualTo(expected.get("logSumExp"));
            }
        }
    }

    static NeighborhoodAttentionOperator.Builder small(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap).heads(2).headDim(4).kernelSize(3);
    }

    static StructType structs() {
        return new StructType()
                .add("id", DataTypes.IntegerType)
                .add("q", TensorStruct.SCHEMA)
                .add("k", TensorStruct.SCHEMA)
                .add("v", TensorStruct.SCHEMA);
    }

    static NeighborhoodAttention copy(NeighborhoodAttention stage) {
        return stage.copy(new ParamMap());
    }
}
