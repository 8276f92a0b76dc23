package io.sparkhood.jobs.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.operator.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionProblemsTest {
    @Test
    void eachDiffersFromThePlainOneByItsOption() {
        assertThat(OptionProblems.all(DType.FLOAT32))
                .extracting(problem -> problem.name() + ": " + problem.sizes())
                .containsExactly(
                        "plain: 16 x 28x28 h4 d32 7x7",
                        "causal: 16 x 28x28 h4 d32 7x7 causal 0+1",
                        "stride: 16 x 28x28 h4 d32 7x7 stride 2x2",
                        "dilated: 16 x 28x28 h4 d32 7x7 dilation 2x2",
                        "bias: 16 x 28x28 h4 d32 7x7 bias",
                        "additional: 16 x 28x28 h4 d32 7x7 +16",
                        "logSumExp: 16 x 28x28 h4 d32 7x7 logSumExp",
                        "grouped: 16 x 28x28 h4 d32 7x7 kv2",
                        "valueDim: 16 x 28x28 h4 d32 7x7 v48",
                        "headDim16: 16 x 28x28 h4 d16 7x7",
                        "headDim20: 16 x 28x28 h4 d20 7x7",
                        "headDim40: 16 x 28x28 h4 d40 7x7",
                        "headDim64: 16 x 28x28 h4 d64 7x7",
                        "headDim80: 16 x 28x28 h4 d80 7x7",
                        "float16: 16 x 28x28 h4 d32 7x7 float16",
                        "bfloat16: 16 x 28x28 h4 d32 7x7 bfloat16",
                        "everything: 16 x 28x28 h4 d40 7x7 stride 2x1 dilation 1x2 causal 1 kv2 v24 +4 bias logSumExp");
    }

    @Test
    void thePlainOneIsAStandardProblem() {
        Problem nat2 = StandardProblems.named(List.of("nat2"), DType.FLOAT32).get(0);
        assertThat(OptionProblems.all(DType.FLOAT32).get(0)).isEqualTo(nat2.named("plain"));
    }

    @Test
    void thoseNamedByATypeKeepIt() {
        assertThat(OptionProblems.named(List.of("float16", "plain", "bfloat16"), DType.BFLOAT16))
                .extracting(
                        problem -> problem.name() + ": " + problem.operator().dtype())
                .containsExactly("plain: bfloat16", "float16: float16", "bfloat16: bfloat16");
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatThrownBy(() -> OptionProblems.named(List.of("plain", "nat2"), DType.FLOAT32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--options knows plain, causal, stride, dilated, bias, additional, logSumExp, grouped, valueDim,"
                                + " headDim16, headDim20, headDim40, headDim64, headDim80, float16, bfloat16, everything, but not"
                                + " 'nat2'");
    }
}
