package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaunchCostTest {
    private static final DeviceLimits H200 = KnownDevice.H200.limits();

    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap).dtype(DType.FLOAT16);
    }

    private static Family family(Builder builder, DeviceLimits limits) {
        return LaunchPlan.of(builder.build(), limits).shape().family();
    }

    private static double best(Builder builder, DeviceLimits limits, long rows) {
        return LaunchCost.of(LaunchPlan.of(builder.build(), limits)).seconds(rows);
    }

    @ParameterizedTest
    @EnumSource
    void everyLevelOfNatIsAHalo(KnownDevice device) {
        for (boolean bias : new boolean[] {false, true}) {
            for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
                for (int level = 0; level < 4; level++) {
                    Builder operator = on(56 >> level, 56 >> level)
                            .kernelSize(7)
                            .heads(2 << level)
                            .headDim(32)
                            .dtype(dtype)
                            .relativePositionBias(bias);
                    assertThat(family(operator, device.limits()))
                            .as("%s, level %d, bias %s, %s", dtype, level, bias, device)
                            .isEqualTo(Family.HALO);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeWindowsAreStreamed(KnownDevice device) {
        for (Builder operator : List.of(
                on(128, 128).kernelSize(13).headDim(64),
                on(8192).kernelSize(255).headDim(64),
                on(256, 256).kernelSize(32).stride(16).headDim(64),
                on(16, 28, 28).kernelSize(11).headDim(32),
                on(256, 256).kernelSize(80).headDim(128),
                on(12, 40).kernelSize(3, 12).headDim(32))) {
            assertThat(family(operator, device.limits()))
                    .as("%s on %s", operator.build(), device)
                    .isEqualTo(Family.STREAM);
        }
    }

    @Test
    void whatHasNoHaloIsStreamed() {
        assertThat(family(on(56, 56).kernelSize(7).headDim(32).dtype(DType.FLOAT32), H200))
                .isEqualTo(Family.STREAM);
        assertThat(family(on(56, 56).kernelSize(7).headDim(65), H200)).isEqualTo(Family.STREAM);
    }

    @Test
    void aHaloThatDoesNotFitIsNoCandidate() {
        DeviceLimits little = new DeviceLimits(90, 132, 30_000, 233_472, 65_536, H200.clockHertz(), 0);
        NeighborhoodAttentionOperator wide = on(56, 56).kernelSize(11).build();
        assertThat(LaunchPlan.candidates(wide, H200))
                .extracting(plan -> plan.shape().family())
                .containsExactly(Family.HALO, Family.STREAM);
        assertThat(LaunchPlan.candidates(wide, little))
                .extracting(plan -> plan.shape().family())
                .containsExactly(Family.STREAM);
        assertThat(LaunchPlan.candidates(on(56, 56).kernelSize(5).build(), little))
                .allSatisfy(plan -> assertThat(plan.sharedBytes()).isLessThanOrEqualTo(30_000))
                .extracting(plan -> plan.shape().family())
                .containsExactly(Family.HALO, Family.STREAM);
    }

    @Test
    void theModelByHand() {
        LaunchPlan plan = LaunchPlan.of(on(7, 7).kernelSize(7).headDim(32).build(), H200);
        assertThat(plan.visitedPairs()).as("4 warps of 16, 2 steps of 32").isEqualTo(4096);
        LaunchCost cost = LaunchCost.of(plan);
        assertThat(cost.residentBlocks()).as("of 96 registers").isEqualTo(5);
        double setup = 32 * (450 * 4 + 180 * 8);
        assertThat(cost.setupClocks()).isEqualTo(setup / 96);
        double lanes = (225 + 6.2 * 32) * 128 + 26 * 49 * 4 + 8 * 32 * 47 + 4096 * (3.5 + 1.5 + 3);
        assertThat(cost.arithmeticClocks()).isCloseTo(lanes / 96, Offset.offset(1e-9));
        assertThat(cost.waitClocks()).isEqualTo(1000);
        assertThat(cost.memoryBytes()).isEqualTo(4 * 49 * 64);
        assertThat(cost.cacheBytes()).isEqualTo(4 * 49 * 64);
        double alone = ((setup + lanes) / 96 * 12 / 4 + 1000) / 1.98e9; // 4 warps keep a third of the pipes busy
        double others = 12_544 / 4.8e12 + 12_544 / (32 * 132 * 1.98e9);
        assertThat(cost.seconds(1)).isEqualTo(alone + 0.1 * others, Offset.offset(1e-15));
        double wave = (5 * (setup + lanes) / 96 + 1000) / 1.98e9;
        assertThat(cost.seconds(660)).as("one wave").isCloseTo(wave, Offset.offset(0.1 * wave));
        double two = (5 * (setup + 2 * lanes) / 96 + 2000) / 1.98e9;
        assertThat(cost.seconds(1320)).as("of two rows").isCloseTo(two, Offset.offset(0.1 * two));
        assertThat(cost.rowsPerBlock(1320)).isEqualTo(2);
    }

    @Test
    void blocksOfAHaloTakeSeveralRowsWhereOneOfEachIsMoreThanTheDeviceHolds() {
        LaunchPlan plan =
                LaunchPlan.of(on(56, 56).kernelSize(7).heads(2).headDim(32).build(), H200);
        LaunchCost cost = LaunchCost.of(plan);
        assertThat(cost.rowsPerBlock(1)).isEqualTo(1);
        assertThat(cost.rowsPerBlock(2)).as("196 of 660 blocks at once").isEqualTo(1);
        for (long rows : new long[] {7, 16, 128, 1000, 65_535}) {
            long each = cost.rowsPerBlock(rows);
            assertThat(each).as("%d rows", rows).isBetween(rows < 128 ? 1L : 2L, 16L);
            assertThat((long) plan.launch(rows).gridZ()).isEqualTo((rows + each - 1) / each);
        }
        LaunchPlan stream =
                LaunchPlan.of(on(56, 56).kernelSize(13).heads(2).headDim(32).build(), H200);
        assertThat(stream.shape().family()).isEqualTo(Family.STREAM);
        assertThat(LaunchCost.of(stream).rowsPerBlock(1000)).isEqualTo(1);
        assertThat(stream.launch(1000).gridZ()).isEqualTo(1000);
    }

    @Test
    void theModelOfFloat32ByHand() {
        Builder operator = on(7, 7).kernelSize(7).headDim(32).dtype(DType.FLOAT32);
        LaunchPlan plan = LaunchPlan.of(operator.build(), H200);
        double pairs = 4 * 16 * 2 * 32; // 4 warps of 16, 2 tiles of 32
        assertThat(plan.visitedPairs()).isEqualTo((long) pairs);
        LaunchCost cost = LaunchCost.of(plan);
        assertThat(cost.residentBlocks()).as("of 168 registers").isEqualTo(3);
        // per line of 8 keys, by a warp: a quarter of 16 queries twice and the rest of the scores, weights, values
        double perLine = 2 * (34 / 4.0 + 27) + 16 + 4 * (11.5 + 2);
        double instructions = 1350 * 128
                + 8 * 32 * (300 + 16)
                + pairs * (4.5 + perLine * 32 / 128)
                + 5.0 * plan.boxes().maskedPairs();
        assertThat(cost.arithmeticClocks()).isEqualTo(instructions / 96);
        DeviceLimits wide = new DeviceLimits(86, 1, 101_376, 102_400, 65_536, 1_000_000_000L, 0);
        LaunchPlan large = LaunchPlan.of(
                on(16384).kernelSize(4096).headDim(128).dtype(DType.FLOAT32).build(), wide);
        double matrix = large.visitedPairs() * 4.0 * 128 * 6 / 1024 / large.liveBlocks();
        assertThat(LaunchCost.of(large).arithmeticClocks())
                .as("matrix units of compute capability 8.6 are the bottleneck")
                .isEqualTo(matrix, Offset.offset(1e-6 * matrix));
    }

    @Test
    void theChoiceIsTheSameEveryTime() {
        NeighborhoodAttentionOperator operator =
                on(30, 31).kernelSize(7).headDim(32).build();
        assertThat(LaunchPlan.candidates(operator, H200))
                .extracting(LaunchPlan::describe)
                .isEqualTo(LaunchPlan.candidates(operator, H200).stream()
                        .map(LaunchPlan::describe)
                        .toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void candidatesComeFastestFirst() {
        for (int kernelSize = 1; kernelSize <= 11; kernelSize++) {
            List<Double> seconds = LaunchPlan.candidates(
                            on(56, 56).kernelSize(kernelSize).build(), H200)
                    .stream()
                    .map(plan -> LaunchCost.of(plan).secondsPerRow())
                    .toList();
            assertThat(seconds).hasSize(2).isSorted();
        }
    }

    @Test
    void moreRowsOrKeysNeverTakeLess() {
        double before = 0;
        for (long rows = 1; rows < 300; rows++) {
            double now = best(on(14, 14).kernelSize(7).heads(8), H200, rows);
            assertThat(now).as("%d rows", rows).isGreaterThanOrEqualTo(before);
            before = now;
        }
        before = 0;
        for (int kernelSize = 3; kernelSize <= 11; kernelSize += 2) {
            double now = best(on(56, 56).kernelSize(kernelSize), H200, 1000);
            assertThat(now).as("kernelSize %d", kernelSize).isGreaterThanOrEqualTo(before);
            before = now;
        }
    }

    @Test
    void aBetterDeviceNeverTakesMore() {
        Builder operator = on(56, 56).kernelSize(7).heads(2);
        double now = best(operator, H200, 128);
        assertThat(best(
                        operator,
                        new DeviceLimits(90, 264, 232_448, 233_472, 65_536, 1_980_000_000L, 4_800_000_000_000L),
                        128))
                .isLessThan(now);
        assertThat(best(
                        operator,
                        new DeviceLimits(90, 132, 232_448, 233_472, 65_536, 2_980_000_000L, 4_800_000_000_000L),
                        128))
                .isLessThan(now);
        assertThat(best(
                        operator,
                        new DeviceLimits(90, 132, 232_448, 233_472, 65_536, 1_980_000_000L, 9_600_000_000_000L),
                        128))
                .isLessThan(now);
    }

    @Test
    void whatADriverDoesNotTellBoundsNothing() {
        DeviceLimits silent = new DeviceLimits(90, 132, 232_448, 233_472, 65_536, 0, 0);
        assertThat(best(on(56, 56).kernelSize(7), silent, 1)).isFinite().isPositive();
    }
}
