package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The notebooks as they lie in the repository: executed from top to bottom, to claims that held, and nobody's machine in them. */
class CommittedNotebooksTest {
    private static final long LARGEST_BYTES = 1 << 20;

    static List<Path> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../notebooks"))) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".ipynb"))
                    .sorted()
                    .toList();
            assertThat(found).hasSize(5);
            return found;
        }
    }

    private static List<JsonNode> codeCells(Path notebook) throws IOException {
        List<JsonNode> cells = new ArrayList<>();
        new ObjectMapper().readTree(notebook.toFile()).get("cells").forEach(cell -> {
            if (cell.get("cell_type").asText().equals("code")) {
                cells.add(cell);
            }
        });
        return cells;
    }

    private static String text(JsonNode lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.asText()));
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void wasExecutedFromTopToBottom(Path notebook) throws IOException {
        int count = 0;
        for (JsonNode cell : codeCells(notebook)) {
            count++;
            assertThat(cell.get("execution_count").asInt())
                    .as("cell %s", cell.get("id"))
                    .isEqualTo(count);
            cell.get("outputs")
                    .forEach(output -> assertThat(output.get("output_type").asText())
                            .as("cell %s", cell.get("id"))
                            .isNotEqualTo("error"));
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void endsInClaimsThatHeld(Path notebook) throws IOException {
        List<JsonNode> cells = codeCells(notebook);
        JsonNode last = cells.get(cells.size() - 1);
        assertThat(text(last.get("source"))).contains("Claim.");
        assertThat(text(last.get("outputs").get(0).get("text")).lines())
                .hasSizeGreaterThan(3)
                .allMatch(line -> line.startsWith("holds: "));
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void isSmallAndSaysNothingOfTheMachineThatRanIt(Path notebook) throws IOException {
        assertThat(Files.size(notebook)).isLessThan(LARGEST_BYTES);
        String all = Files.readString(notebook);
        assertThat(all)
                .doesNotContain("\"name\": \"stderr\"", "\"/home/", "/root/", "/tmp/", "/Users/", "file:/", " WARN ");
    }
}
