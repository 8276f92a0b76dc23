package io.sparkhood.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.Backends.Chosen;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import org.junit.jupiter.api.Test;

class BackendsTest {
    private static final NeighborhoodAttentionOperator OPERATOR =
            NeighborhoodAttentionOperator.on(4, 4).kernelSize(3).build();

    @Test
    void findsTheBackendsOfThisModule() {
        assertThat(Backends.providers()).extracting(BackendProvider::name).containsExactly("cpu", "reference");
    }

    @Test
    void findsThemWithoutAContextClassLoader() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
            assertThat(Backends.providers()).extracting(BackendProvider::name).containsExactly("cpu", "reference");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void usersOfOneNameAndOptionsShareABackend() {
        try (Backends.Handle first = Backends.open("cpu", BackendOptions.DEFAULT);
                Backends.Handle second = Backends.open("cpu", BackendOptions.DEFAULT);
                Backends.Handle turns = Backends.open("cpu", BackendOptions.DEFAULT.withTurns(new TaskTurns(3, 1)));
                Backends.Handle other = Backends.open("cpu", BackendOptions.DEFAULT.withDevice("1"))) {
            assertThat(second.backend()).isSameAs(first.backend());
            assertThat(other.backend()).isNotSameAs(first.backend());
            assertThat(turns.backend()).isNotSameAs(first.backend());
            second.close();
            second.close(); // counts once
            try (Backends.Handle third = Backends.open("cpu", BackendOptions.DEFAULT)) {
                assertThat(third.backend()).isSameAs(first.backend());
            }
        }
    }

    @Test
    void choosesByOperator() {
        try (Backends.Handle handle =
                Backends.choose("auto", OPERATOR, BackendOptions.DEFAULT).handle()) {
            assertThat(handle.backend().name()).isEqualTo("cpu");
        }
        Chosen reference = Backends.choose("reference", OPERATOR, BackendOptions.DEFAULT);
        assertThat(reference.explanation())
                .isEqualTo(
                        "attention backend: reference (double precision, the definition word for word; slow), as asked");
        reference.handle().close();
        NeighborhoodAttentionOperator steep =
                NeighborhoodAttentionOperator.on(4, 4).kernelSize(3).scale(1e39).build();
        assertThatThrownBy(() -> Backends.choose("auto", steep, BackendOptions.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "no backend can run this (backend=auto):\n  cpu: refuses: scale 1.0E39 is beyond float32");
        assertThatThrownBy(() -> Backends.open("gpu", BackendOptions.DEFAULT))
                .hasMessage("there is no backend 'gpu'; known are cpu, reference and auto");
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> BackendOptions.DEFAULT.withMemoryBudgetBytes(-5))
                .hasMessage("memoryBudgetBytes must not be negative, but is -5");
        assertThatThrownBy(() -> BackendOptions.DEFAULT.withScratchBytes(-1))
                .hasMessage("scratchBytes must not be negative, but is -1");
        assertThatThrownBy(() -> new TaskTurns(0, 1)).hasMessage("tasks at once must be at least 1, but are 0");
        assertThatThrownBy(() -> new TaskTurns(1, 0)).hasMessage("the wait must be at least 1 millisecond, but is 0");
    }
}
