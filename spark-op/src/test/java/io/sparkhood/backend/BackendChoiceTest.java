package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.BackendChoice.Candidate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackendChoiceTest {
    private static final Candidate REFERENCE =
            new Candidate("reference", -1, Probe.usable("double precision"), Optional.empty());
    private static final Candidate CPU = new Candidate("cpu", 100, Probe.usable("16 float lanes"), Optional.empty());
    private static final Candidate NO_GPU =
            new Candidate("cuda", 200, Probe.notUsable("no CUDA driver (libcuda.so.1 not found)"), Optional.empty());
    private static final Candidate GPU = new Candidate("cuda", 200, Probe.usable("H200"), Optional.empty());

    private static Candidate refusing(Candidate candidate, String sentence) {
        return new Candidate(candidate.name(), candidate.rank(), candidate.probe(), Optional.of(sentence));
    }

    @Test
    void autoTakesTheHighestRankThatFits() {
        assertThat(BackendChoice.of("auto", List.of(REFERENCE, CPU, GPU)))
                .isEqualTo(new BackendChoice("cuda", "attention backend: cuda (H200)"));
        assertThat(BackendChoice.of("auto", List.of(CPU, NO_GPU, REFERENCE)))
                .isEqualTo(new BackendChoice(
                        "cpu",
                        "attention backend: cpu (16 float lanes); cuda not usable: no CUDA driver (libcuda.so.1 not "
                                + "found)"));
        assertThat(BackendChoice.of("auto", List.of(CPU, refusing(GPU, "headDim 300 is more than 256"))))
                .isEqualTo(new BackendChoice(
                        "cpu", "attention backend: cpu (16 float lanes); cuda refuses: headDim 300 is more than 256"));
    }

    @Test
    void autoNeverTakesTheReference() {
        assertThatThrownBy(() ->
                        BackendChoice.of("auto", List.of(REFERENCE, refusing(CPU, "float16 is not supported"), NO_GPU)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no backend can run this (backend=auto):\n"
                        + "  cuda: not usable: no CUDA driver (libcuda.so.1 not found)\n"
                        + "  cpu: refuses: float16 is not supported");
    }

    @Test
    void aNamedBackendIsTakenOrAnError() {
        assertThat(BackendChoice.of("reference", List.of(REFERENCE, CPU)))
                .isEqualTo(new BackendChoice("reference", "attention backend: reference (double precision), as asked"));
        assertThatThrownBy(() -> BackendChoice.of("cuda", List.of(CPU, NO_GPU)))
                .hasMessage("no backend can run this (backend=cuda):\n"
                        + "  cuda: not usable: no CUDA driver (libcuda.so.1 not found)");
        assertThatThrownBy(() -> BackendChoice.of("tpu", List.of(REFERENCE, CPU, GPU)))
                .hasMessage("there is no backend 'tpu'; known are cuda, cpu, reference and auto");
    }

    @Test
    void theOrderOfCandidatesDoesNotMatter() {
        assertThat(BackendChoice.of("auto", List.of(NO_GPU, CPU, REFERENCE)))
                .isEqualTo(BackendChoice.of("auto", List.of(REFERENCE, CPU, NO_GPU)));
    }
}
