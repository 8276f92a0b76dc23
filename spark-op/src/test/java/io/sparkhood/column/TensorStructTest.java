package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class TensorStructTest {
    @Test
    void refusesAShapeThatIsNotTheLength() {
        assertThatThrownBy(() -> TensorStruct.of(new float[7], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2, 3] has 6 elements, but 7 are given");
        assertThatThrownBy(() -> TensorStruct.of(DType.FLOAT16, new byte[10], 2, 3))
                .hasMessage("shape [2, 3] has 6 elements, but 5 are given");
    }

    @Test
    void isKnownByItsFieldsInAnyOrder() {
        StructType turned = new StructType()
                .add("data", DataTypes.BinaryType)
                .add("shape", DataTypes.createArrayType(DataTypes.IntegerType, true))
                .add("dtype", DataTypes.StringType);
        assertThat(TensorForm.of(turned)).contains(TensorForm.STRUCT);
        assertThat(TensorForm.of(TensorStruct.SCHEMA)).contains(TensorForm.STRUCT);
        assertThat(TensorForm.of(turned.add("more", "int"))).isEmpty();
        assertThat(TensorForm.of(new StructType()
                        .add("shape", "string")
                        .add("dtype", "string")
                        .add("data", "binary")))
                .isEmpty();
        assertThat(TensorForm.of(DataTypes.createArrayType(DataTypes.DoubleType)))
                .isEmpty();
        assertThat(TensorForm.of(DataTypes.BinaryType)).isEmpty();
    }
}
