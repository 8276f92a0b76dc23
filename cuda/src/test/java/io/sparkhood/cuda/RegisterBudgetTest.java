package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.operator.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Every entry point assembles for every architecture, spills nothing and stays within its registers. The table that is found
 * is left in {@code target/registers.txt}.
 */
class RegisterBudgetTest {
    private static final List<Integer> ARCHITECTURES = List.of(80, 86, 89, 90);

    /** Registers of a thread: [without bias, with bias]. What is beyond costs a block of every multiprocessor. */
    private static final Map<Integer, int[]> TENSOR_CORES = Map.of(
            32, new int[] {128, 160},
            64, new int[] {168, 168},
            128, new int[] {255, 240},
            256, new int[] {255, 255});

    private static final Map<Integer, int[]> SPLIT = Map.of(
            32, new int[] {168, 168},
            64, new int[] {216, 216},
            128, new int[] {240, 240},
            256, new int[] {255, 255});

    private static final Map<Integer, int[]> HALOS = Map.of(
            32, new int[] {96, 128},
            64, new int[] {168, 168});

    @Test
    void everyEntryPointAssemblesWithoutSpillsAndWithinItsRegisters() throws IOException {
        List<String> over = new ArrayList<>();
        StringBuilder table = new StringBuilder("entry point, then registers on sm_" + ARCHITECTURES + "\n");
        for (EntryPointShape shape : EntryPointShape.all()) {
            String ptx = text(shape.module());
            table.append(shape.entryPoint());
            for (int architecture : ARCHITECTURES) {
                List<PtxAssembler.Use> uses = PtxAssembler.assemble(ptx, architecture);
                assertThat(uses).extracting(PtxAssembler.Use::entryPoint).containsExactly(shape.entryPoint());
                PtxAssembler.Use use = uses.get(0);
                table.append(' ').append(use.registers());
                if (use.spillBytes() > 0 || use.registers() > budget(shape)) {
                    over.add(use + " > " + budget(shape));
                }
            }
            table.append('\n');
        }
        Files.writeString(Path.of("target", "registers.txt"), table);
        assertThat(over).as(table.toString()).isEmpty();
    }

    @Test
    void entryPointsOfSeveralLaunchesStayWithinTheirRegistersToo() throws IOException {
        List<String> over = new ArrayList<>();
        StringBuilder table = new StringBuilder("entry point, then registers on sm_" + ARCHITECTURES + "\n");
        for (UnfusedEntryPoint code : UnfusedEntryPoint.all()) {
            table.append(code.entryPoint());
            for (int architecture : ARCHITECTURES) {
                List<PtxAssembler.Use> uses = PtxAssembler.assemble(text(code.module()), architecture);
                assertThat(uses).extracting(PtxAssembler.Use::entryPoint).containsExactly(code.entryPoint());
                table.append(' ').append(uses.get(0).registers());
                if (uses.get(0).spillBytes() > 0 || uses.get(0).registers() > budget(code)) {
                    over.add(uses.get(0).toString());
                }
            }
            table.append('\n');
        }
        Files.writeString(Path.of("target", "registers-unfused.txt"), table);
        assertThat(over).as(table.toString()).isEmpty();
    }

    /** Registers come in eights, and a multiprocessor has 65,536. */
    @Test
    void budgetsLeaveRoomForTheBlocksThatAShapePromises() {
        for (EntryPointShape shape : EntryPointShape.all()) {
            assertThat(ceilTo8(budget(shape)) * shape.threads() * shape.blocks())
                    .as("%s", shape)
                    .isLessThanOrEqualTo(65_536);
            assertThat(budget(shape)).as("%s", shape).isLessThanOrEqualTo(shape.registers());
        }
    }

    @Test
    void anAssemblerThatRefusesSaysWhy() {
        try {
            PtxAssembler.assemble(".version 7.4\n.target sm_80\n.address_size 64\nnonsense\n", 80);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("line 4");
            return;
        }
        throw new AssertionError("assembled nonsense");
    }

    private static int budget(EntryPointShape shape) {
        Map<Integer, int[]> budgets =
                shape.family() == Family.HALO ? HALOS : shape.dtype() == DType.FLOAT32 ? SPLIT : TENSOR_CORES;
        return Objects.requireNonNull(budgets.get(shape.dim()))[shape.bias() ? 1 : 0];
    }

    /** With tiles 4 blocks of a multiprocessor, without as many threads as it runs, 1,536. */
    private static int budget(UnfusedEntryPoint code) {
        return code.sharedBytes() > 0 ? 128 : 40;
    }

    private static int ceilTo8(int registers) {
        return (registers + 7) / 8 * 8;
    }

    private static String text(String module) throws IOException {
        try (InputStream text = Objects.requireNonNull(LaunchPlan.class.getResourceAsStream(module), module)) {
            return new String(text.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
