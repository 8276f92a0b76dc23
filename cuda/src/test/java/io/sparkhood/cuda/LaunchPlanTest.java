package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.contract.AttentionCases;
import io.sparkhood.backend.contract.NamedCase;
import io.sparkhood.cuda.EntryPointShape.Family;
import io.sparkhood.cuda.driver.DeviceLimits;
import io.sparkhood.cuda.driver.Launch;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.NeighborhoodAttentionOperator.Builder;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
    private static final DeviceLimits H200 = KnownDevice.H200.limits();
    private static final DeviceLimits RTX_3090 =
            new DeviceLimits(86, 82, 101_376, 102_400, 65_536, 1_695_000_000L, 936_000_000_000L);

    private static Builder on(Integer... featureMap) {
        return NeighborhoodAttentionOperator.on(featureMap).dtype(DType.BFLOAT16);
    }

    private static LaunchPlan plan(Builder builder) {
        return LaunchPlan.of(builder.build(), H200);
    }

    private static Optional<String> refusal(Builder builder) {
        return LaunchPlan.refuses(builder.build(), H200);
    }

    @Test
    void takesTheSmallestDimThatHoldsHeadAndValue() {
        assertThat(plan(on(99).kernelSize(33).headDim(32)).entryPoint())
                .isEqualTo("neighborhood_attention_bfloat16_dim32");
        assertThat(plan(on(99).kernelSize(33).headDim(8).valueDim(33)).entryPoint())
                .isEqualTo("neighborhood_attention_bfloat16_dim64");
        assertThat(plan(on(9).kernelSize(3).headDim(32)).module())
                .isEqualTo("neighborhood_attention_halo_bfloat16_dim32.ptx");
        assertThat(plan(on(9).kernelSize(3).headDim(33).relativePositionBias(true))
                        .entryPoint())
                .isEqualTo("neighborhood_attention_halo_bfloat16_dim64_bias");
        assertThat(plan(on(9).kernelSize(3).headDim(129).relativePositionBias(true))
                        .entryPoint())
                .isEqualTo("neighborhood_attention_bfloat16_dim256_bias");
        assertThat(plan(on(9).kernelSize(3).headDim(100).dtype(DType.FLOAT32)).module())
                .isEqualTo("neighborhood_attention_float32_dim128.ptx");
    }

    @Test
    void everyShapeFitsEveryDeviceThatIsNotRefused() {
        for (EntryPointShape shape : EntryPointShape.all()) {
            Builder builder = on(9).kernelSize(3).headDim(shape.dim()).dtype(shape.dtype());
            assertThat(LaunchPlan.refuses(builder.build(), RTX_3090)).isEmpty();
        }
    }

    @Test
    void tilesHaveTheShapeOfTheMap() {
        assertThat(plan(on(1000).kernelSize(101)).boxes().query()).isEqualTo(new Box(1, 1, 64));
        assertThat(plan(on(1000, 1).kernelSize(101, 1)).boxes().query()).isEqualTo(new Box(1, 1, 64));
        assertThat(plan(on(56, 56).kernelSize(7)).boxes().query()).isEqualTo(new Box(1, 8, 8));
        assertThat(plan(on(256, 256).kernelSize(80)).boxes().key()).isEqualTo(new Box(1, 8, 8));
        // one query wide: 24 keys on the innermost axis are exactly three key tiles
        assertThat(plan(on(30, 48, 80).kernelSize(18, 24, 24)).boxes().query()).isEqualTo(new Box(8, 8, 1));
    }

    @Test
    void keyTilesHaveLinesOfEight() {
        for (NamedCase named : AttentionCases.all()) {
            for (DType dtype : DType.values()) {
                NeighborhoodAttentionOperator operator = named.with(dtype).operator();
                if (LaunchPlan.refuses(operator, H200).isEmpty()) {
                    LaunchPlan plan = LaunchPlan.of(operator, H200);
                    assertThat(plan.boxes().key().x() % 8).isZero();
                    assertThat(plan.boxes().key().volume())
                            .isEqualTo(plan.shape().keys());
                    assertThat(plan.boxes().query().volume())
                            .isEqualTo(plan.shape().queries());
                    assertThat(plan.visitedPairs()).isGreaterThanOrEqualTo(operator.visiblePairs());
                }
            }
        }
    }

    @Test
    void launchesABlockPerTileGroupHeadAndRow() {
        NeighborhoodAttentionOperator operator =
                on(17, 33).kernelSize(3).dilation(2, 1).heads(3).headDim(64).build();
        LaunchPlan plan = EmulatedRun.plan(
                operator,
                EntryPointShape.of(Family.STREAM, DType.BFLOAT16, 64, false).orElseThrow());
        // groups of 9 and 8 lines
        assertThat(plan.boxes().query()).isEqualTo(new Box(1, 16, 4));
        assertThat(plan.launch(5)).isEqualTo(new Launch(9 * 2, 3, 5, 128, 49_920));
        assertThat(LaunchPlan.MAX_BATCH).isEqualTo(65_535);
        assertThat(plan.describe())
                .isEqualTo("neighborhood_attention_bfloat16_dim64: query tiles 1x16x4, key tiles 1x8x8,"
                        + " 18 x 3 blocks, 49920 bytes of shared memory");
    }

    @Test
    void aHaloTakesSharedMemoryByItsKeys() {
        LaunchPlan plan = plan(on(56, 56).kernelSize(7).heads(2));
        // 8 x 8 queries see 14 x 14 keys, 11 at a border, and room for keys comes in eights
        assertThat(plan.boxes())
                .isEqualTo(new TileBoxes(new Box(1, 8, 8), new Box(1, 2, 16), 401_408, 401_408, 92 * 92, 200, 4));
        int queries = 64 * 64 + 896; // 66 windows of 8 bytes, 64 tokens of 4, up to a multiple of 128
        int keys = 200 * (2 * 64 + 4);
        int steps = 4 * 128 * 8; // 2 x 8 queries see 8 x 14 keys
        assertThat(plan.launch(3)).isEqualTo(new Launch(49, 2, 3, 128, queries + keys + steps));
        assertThat(plan.describe())
                .isEqualTo(
                        "neighborhood_attention_halo_bfloat16_dim32: query tiles 1x8x8, halos of 200 keys in steps of"
                                + " 1x2x16, 49 x 2 blocks, 35488 bytes of shared memory");
    }

    @Test
    void additionalTokensHaveRoomInAHalo() {
        assertThat(plan(on(9).kernelSize(3).additionalTokens(5)).boxes().haloRows())
                .isEqualTo(16);
        assertThat(plan(on(9).kernelSize(3).additionalTokens(500)).boxes().haloRows())
                .isEqualTo(64);
    }

    @Test
    void refusesOldDevices() {
        DeviceLimits turing = new DeviceLimits(75, 40, 65_536, 65_536, 65_536, 1, 1);
        assertThat(LaunchPlan.refuses(on(9).kernelSize(3).build(), turing))
                .contains("the device has compute capability 7.5, less than 8.0");
    }

    @Test
    void refusesDimsThatNoEntryPointHas() {
        assertThat(refusal(on(9).kernelSize(3).headDim(257).valueDim(3)))
                .contains("headDim and valueDim can be at most 256, but are 257 and 3");
        assertThatThrownBy(() -> plan(on(9).kernelSize(3).headDim(3).valueDim(300)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("headDim and valueDim can be at most 256, but are 3 and 300");
    }

    @Test
    void refusesWhatSharedMemoryDoesNotHold() {
        DeviceLimits small = new DeviceLimits(80, 4, 49_152, 65_536, 65_536, 1, 1);
        assertThat(LaunchPlan.refuses(
                        on(9).kernelSize(3)
                                .headDim(128)
                                .relativePositionBias(true)
                                .build(),
                        small))
                .contains("a block needs 66288 bytes of shared memory, more than the 49152 of the device");
    }

    @Test
    void refusesWhat32BitOffsetsDoNotReach() {
        assertThat(refusal(on(65_536, 65_536).kernelSize(3).headDim(16)))
                .contains("one row of query has 68719476736 elements, more than the 2147483647 of 32-bit offsets");
        assertThat(refusal(on(9).kernelSize(3).headDim(200).additionalTokens(2_000_000_000)))
                .contains("one row of additionalKeys has 400000000000 elements, more than the 2147483647"
                        + " of 32-bit offsets");
        assertThat(refusal(on(20_000, 20_000)
                        .kernelSize(20_000)
                        .headDim(4)
                        .heads(1)
                        .relativePositionBias(true)))
                .isEmpty();
        assertThat(refusal(on(30_000, 30_000).kernelSize(30_000).headDim(1).relativePositionBias(true)))
                .contains("one head of relativePositionBias has 3599880001 elements, more than the 2147483647"
                        + " of 32-bit offsets");
    }

    @Test
    void refusesWhatAGridDoesNotHold() {
        assertThat(refusal(on(9).kernelSize(3).heads(65_536).headDim(1)))
                .contains("65536 heads are more than the 65535 of a grid's second axis");
        assertThat(refusal(on(600_000_000).kernelSize(3).headDim(1)))
                .contains("the axes have 600000000 positions in sum, more than the 536870911 of a table of windows");
        assertThat(refusal(on(40_001, 40_001).kernelSize(1).dilation(30_001).headDim(1)))
                .contains("the dilation groups, each as long as the longest, have 3600240004 places, more than the"
                        + " 2147483647 of a grid's first axis");
    }

    @Test
    void saysWhatThreeAxesTake() {
        assertThat(plan(on(30, 48, 80).kernelSize(18, 24, 24).headDim(128)).visitedPairs())
                .isLessThan(2L * 30 * 48 * 80 * 18 * 24 * 24);
    }
}
