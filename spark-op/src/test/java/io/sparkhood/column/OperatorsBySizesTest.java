package io.sparkhood.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Parameters;
import io.sparkhood.column.OperatorsBySizes.Sized;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorsBySizesTest {
    private final List<List<TensorValue>> asked = new ArrayList<>();
    private final OperatorsBySizes operators = new OperatorsBySizes(new RowOperator() {
        @Override
        public Operator of(List<TensorValue> tensors) {
            asked.add(tensors);
            int elements = tensors.get(0).elements();
            if (elements == 0) {
                throw InvalidRowException.of("x", "empty");
            }
            return NeighborhoodAttentionOperator.on(elements)
                    .headDim(1)
                    .kernelSize(1)
                    .dtype(tensors.get(0).dtype())
                    .build();
        }

        @Override
        public Parameters parameters(Operator operator) {
            return Parameters.NONE;
        }
    });

    private static TensorValue flat(int elements) {
        return new TensorValue.Flat(new float[elements]);
    }

    private static TensorValue shaped(DType dtype, Integer... shape) {
        int elements = List.of(shape).stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b);
        return new TensorValue.Shaped(List.of(shape), dtype, new byte[elements * dtype.bytes()]);
    }

    @Test
    void aRowWithTheSizesOfTheRowBeforeHasItsOperator() {
        Sized first = operators.of(List.of(flat(4), flat(4)));
        assertThat(operators.of(List.of(flat(4), flat(4)))).isSameAs(first);
        assertThat(first.rowBytes()).isEqualTo(4 * 4 * 4);
        assertThat(asked).hasSize(1);
    }

    @Test
    void everyOtherSizeIsAskedFor() {
        List<List<TensorValue>> rows = List.of(
                List.of(flat(4), flat(4)),
                List.of(flat(4), flat(6)),
                List.of(flat(6), flat(6)),
                List.of(shaped(DType.FLOAT32, 6), flat(6)),
                List.of(shaped(DType.FLOAT32, 2, 3), flat(6)),
                List.of(shaped(DType.FLOAT32, 3, 2), flat(6)),
                List.of(shaped(DType.FLOAT16, 3, 2), flat(6)),
                List.of(shaped(DType.BFLOAT16, 3, 2), flat(6)),
                List.of(flat(4), flat(4)));
        rows.forEach(operators::of);
        assertThat(asked).isEqualTo(rows);
    }

    @Test
    void aRowWithoutOperatorHidesNone() {
        Sized first = operators.of(List.of(flat(4)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> operators.of(List.of(flat(0))))
                    .isInstanceOf(InvalidRowException.class)
                    .hasMessage("column x: empty");
        }
        assertThat(operators.of(List.of(flat(4)))).isSameAs(first);
        assertThat(asked).hasSize(3);
    }
}
