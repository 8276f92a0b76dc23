package io.sparkhood.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkhood.backend.BackendOptions;
import io.sparkhood.backend.BackendProvider;
import io.sparkhood.backend.Backends;
import io.sparkhood.backend.BoundTensors;
import io.sparkhood.backend.Candidate;
import io.sparkhood.backend.Completion;
import io.sparkhood.backend.DeviceLostException;
import io.sparkhood.backend.Implementation;
import io.sparkhood.backend.Lane;
import io.sparkhood.backend.OutOfDeviceMemoryException;
import io.sparkhood.backend.Parameters;
import io.sparkhood.backend.Plan;
import io.sparkhood.backend.TaskTurns;
import io.sparkhood.backend.Tensor;
import io.sparkhood.cuda.driver.FaultyDriver;
import io.sparkhood.cuda.driver.GpuException;
import io.sparkhood.cuda.driver.HostDriver;
import io.sparkhood.operator.DType;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import io.sparkhood.operator.Normalization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the backend says, word for word, and what it allows. */
class CudaBackendSentencesTest {
    private static final NeighborhoodAttentionOperator OPERATOR =
            NeighborhoodAttentionOperator.on(10, 10).heads(2).kernelSize(3).build(); // rows of 102,400 bytes

    private int launched;
    private final HostDriver host = new HostDriver(4_000_000, 0, (driver, parameter) -> launched++);
    private final FaultyDriver faults = new FaultyDriver(host);
    private final Device device = Device.open(faults.driver(), 0);
    private final CudaBackend backend = new CudaBackend(device, 0);

    @AfterEach
    void close() {
        backend.close();
        backend.close();
        device.close();
        device.close();
        assertThat(host.leaks()).isEmpty();
    }

    @Test
    void isFoundAboveTheCpu() {
        assertThat(Backends.providers()).extracting(BackendProvider::name).containsExactly("cuda", "cpu", "reference");
        assertThat(Backends.providers().get(0).rank()).isEqualTo(200);
    }

    @Test
    void anOrdinalBeyondTheDevicesIsAnError() {
        assertThatThrownBy(() -> Device.open(host, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device must be less than the number of CUDA devices that this process sees, 1, but is 1");
    }

    @Test
    void aRowBeyondTheBudgetIsRefused() {
        try (CudaBackend small = new CudaBackend(device, 100_000)) {
            assertThat(small.refuses(OPERATOR))
                    .contains("one row of all tensors has 102400 bytes, more than the device memory budget of 100000");
        }
        assertThat(backend.refuses(OPERATOR)).isEmpty();
    }

    @Test
    void whatAnImplementationLacksIsRefused() {
        NeighborhoodAttentionOperator manyHeads = NeighborhoodAttentionOperator.on(2)
                .heads(70_000)
                .headDim(1)
                .kernelSize(1)
                .build();
        try (CudaBackend gemm = backend(Implementation.GEMM);
                CudaBackend naive = backend(Implementation.NAIVE)) {
            assertThat(gemm.refuses(OPERATOR)).isEmpty();
            assertThat(gemm.refuses(manyHeads))
                    .contains("70000 heads are more than the 65535 of a grid's second axis; choose"
                            + " implementation=naive");
            assertThat(naive.refuses(manyHeads)).isEmpty();
            assertThat(backend.refuses(manyHeads.scores())).isEmpty();
        }
        try (CudaBackend fused = backend(Implementation.FUSED)) {
            assertThat(fused.refuses(OPERATOR)).isEmpty();
            assertThat(fused.refuses(OPERATOR.scores()))
                    .contains("it has no fused implementation of NeighborhoodScoresOperator: fused attention keeps"
                            + " neither scores nor weights; choose implementation=auto, gemm or naive");
        }
    }

    @Test
    void attentionIsFusedUnlessItsWeightsAreAskedFor() {
        try (CudaBackend naive = backend(Implementation.NAIVE);
                Plan fused = backend.plan(OPERATOR, 1, Parameters.NONE);
                Plan plan = naive.plan(OPERATOR, 1, Parameters.NONE);
                Plan scores = backend.plan(OPERATOR.scores(), 1, Parameters.NONE);
                Plan aggregate = backend.plan(OPERATOR.aggregate(Normalization.SOFTMAX), 1, Parameters.NONE)) {
            assertThat(fused.describe()).startsWith("cuda: neighborhood_attention_float32_dim32: query tiles");
            assertThat(plan.describe())
                    .isEqualTo("cuda: neighborhood_scores_naive_float32, slot_softmax,"
                            + " neighborhood_aggregate_naive_float32; 7200 bytes of attention weights per row");
            assertThat(plan.weightsBytes()).isEqualTo(7200);
            assertThat(scores.describe()).startsWith("cuda: neighborhood_scores_gemm_float32: query tiles ");
            assertThat(aggregate.describe()).startsWith("cuda: neighborhood_aggregate_gemm_float32: query tiles ");
        }
    }

    @Test
    void attentionWeightsCountInTheBudget() {
        BackendOptions options = BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE);
        try (CudaBackend small = new CudaBackend(device, options.withMemoryBudgetBytes(109_599))) {
            assertThat(small.refuses(OPERATOR))
                    .contains("one row of all tensors and of the attention weights between them has 109600 bytes, more"
                            + " than the device memory budget of 109599");
            assertThat(small.refuses(OPERATOR.scores())).isEmpty();
        }
        try (CudaBackend enough = new CudaBackend(device, options.withMemoryBudgetBytes(109_600))) {
            assertThat(enough.refuses(OPERATOR)).isEmpty();
        }
    }

    @Test
    void weightsMakeRoomForTensors() {
        BackendOptions options = BackendOptions.DEFAULT.withImplementation(Implementation.NAIVE);
        try (CudaBackend naive = new CudaBackend(device, options);
                Plan plan = naive.plan(OPERATOR, 100, Parameters.NONE);
                Lane lane = naive.lane(1)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, 6400);
            plan.run(
                    lane,
                    1,
                    BoundTensors.of(
                            plan, 1, Map.of("query", tensor, "key", tensor, "value", tensor, "output", tensor)));
            assertThat(host.leaks()).contains("memory of 720384"); // 100 rows of 7200 bytes
            lane.tensor(DType.FLOAT32, 700_000); // 2.8 of 3 million bytes
            assertThat(host.leaks()).doesNotContain("memory of 720384");
            assertThat(launched).as("before the memory went").isEqualTo(3);
        }
    }

    private CudaBackend backend(Implementation implementation) {
        return new CudaBackend(device, BackendOptions.DEFAULT.withImplementation(implementation));
    }

    @Test
    void aBatchLeavesRoomForTheOthersInFlight() {
        assertThat(backend.maxBatch(OPERATOR, Long.MAX_VALUE))
                .as("3 of 4 million bytes are the budget, for two lanes of two batches")
                .isEqualTo(7);
        assertThat(backend.maxBatch(OPERATOR, 204_800)).isEqualTo(2);
        assertThat(backend.maxBatch(OPERATOR, 0)).isEqualTo(1);
        assertThat(backend.batchesInFlight()).isEqualTo(2);
        assertThatThrownBy(() -> backend.plan(OPERATOR, 0, Parameters.NONE))
                .hasMessageStartingWith("maxBatch must be 1 to ")
                .hasMessageEndingWith(" for this operator, but is 0");
    }

    @Test
    void moreTasksAtOnceHaveSmallerBatches() {
        try (CudaBackend shared = new CudaBackend(device, options(0, new TaskTurns(3, 1000)))) {
            assertThat(shared.maxBatch(OPERATOR, Long.MAX_VALUE)).isEqualTo(4);
        }
        try (CudaBackend alone = new CudaBackend(device, options(0, new TaskTurns(1, 1000)))) {
            assertThat(alone.maxBatch(OPERATOR, Long.MAX_VALUE)).isEqualTo(14);
        }
    }

    @Test
    void backendsOfOneDeviceShareItsTurns() {
        try (CudaBackend one = new CudaBackend(device, options(1_000_000, new TaskTurns(1, 20)));
                CudaBackend two = new CudaBackend(device, options(2_000_000, new TaskTurns(1, 20)));
                Lane first = one.lane(1, "a task")) {
            two.lane(1, "a task").close();
            assertThatThrownBy(() -> two.lane(1, "another task"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("this task had no turn on device 0, Test Device within 0.02 s");
            first.close();
            two.lane(1, "another task").close();
        }
    }

    @Test
    void aLaneThatFailsToOpenGivesItsTurnBack() {
        try (CudaBackend one = new CudaBackend(device, options(1_000_000, new TaskTurns(1, 20)))) {
            faults.failAt(3, 1, false); // the second stream
            assertThatThrownBy(() -> one.lane(1, "a task")).hasMessageStartingWith("createStream failed with code 1");
            one.lane(1, "another task").close();
        }
    }

    @Test
    void aDeviceThatIsLostWhenItIsOpenedIsSaidToBe() {
        faults.failAt(4, 700, false); // after its count, name and limits
        assertThatThrownBy(() -> Device.open(faults.driver(), 0))
                .isInstanceOf(DeviceLostException.class)
                .hasMessage(
                        "device 0 is lost to this process since retainContext failed with code 700: put in by a test;"
                                + " start the process anew");
    }

    @Test
    void anAddressIsNeededOnlyWhereThereAreDevices() {
        CudaBackendProvider provider = new CudaBackendProvider();
        assertThat(provider.devices().isEmpty()).isEqualTo(!provider.probe().usable());
    }

    @Test
    void exhaustedMemoryIsSaidWithTheCure() {
        try (Lane lane = backend.lane(1)) {
            Tensor first = lane.tensor(DType.FLOAT32, 500_000);
            assertThatThrownBy(() -> lane.tensor(DType.FLOAT16, 600_000))
                    .isInstanceOf(OutOfDeviceMemoryException.class)
                    .hasMessage(
                            "device memory is exhausted: 1200000 bytes asked for, 1999616 of 4000000 bytes are free on"
                                    + " device 0, Test Device, 2000384 of the budget of 3000000 bytes in use; lower maxBatchBytes");
            first.close();
            lane.tensor(DType.FLOAT16, 600_000);
        }
    }

    @Test
    void tensorsOfAnotherLaneAreRefused() {
        try (Lane lane = backend.lane(1);
                Lane other = backend.lane(1)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, 8);
            assertThatThrownBy(() -> other.upload(tensor, 8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the tensor belongs to another lane");
            assertThatThrownBy(() -> lane.upload(tensor, 9)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tensor.view(8, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            tensor.view(2, 0).close();
            lane.upload(tensor, 8);
            tensor.close();
            assertThatThrownBy(() -> lane.upload(tensor, 8)).hasMessage("the tensor is closed");
        }
    }

    @Test
    void candidatesArePlannedAsTheySay() {
        NeighborhoodAttentionOperator operator = NeighborhoodAttentionOperator.on(56, 56)
                .heads(2)
                .kernelSize(7)
                .dtype(DType.FLOAT16)
                .build();
        List<Candidate> candidates = backend.candidates(operator, 2);
        assertThat(candidates)
                .extracting(Candidate::way)
                .containsExactly(
                        "cuda: neighborhood_attention_halo_float16_dim32: query tiles 1x8x8, halos of 200 keys in steps of"
                                + " 1x2x16, 49 x 2 blocks, 35488 bytes of shared memory",
                        "cuda: neighborhood_attention_float16_dim32: query tiles 1x8x8, key tiles 1x4x16, 49 x 2 blocks,"
                                + " 25344 bytes of shared memory");
        assertThat(candidates)
                .extracting(Candidate::occupancy)
                .containsExactly("4 blocks of 4 warps on a multiprocessor", "4 blocks of 4 warps on a multiprocessor");
        assertThat(backend.candidates(operator, 100))
                .extracting(Candidate::occupancy)
                .containsExactly(
                        "4 blocks of 4 warps on a multiprocessor, a block takes 8 rows",
                        "4 blocks of 4 warps on a multiprocessor");
        for (Candidate candidate : candidates) {
            assertThat(candidate.predictedSeconds()).isBetween(1e-6, 1e-4);
            try (Plan plan = backend.plan(operator, 2, Parameters.NONE, candidate)) {
                assertThat(plan.describe()).isEqualTo(candidate.way());
                assertThat(plan.visitedPairs()).isEqualTo(candidate.visitedPairs());
            }
        }
        try (Plan plan = backend.plan(operator, 2, Parameters.NONE)) {
            assertThat(plan.describe()).isEqualTo(candidates.get(0).way());
        }
    }

    @Test
    void aCandidateOfAnotherOperatorIsAnError() {
        Candidate candidate = backend.candidates(OPERATOR, 1).get(0);
        NeighborhoodAttentionOperator other =
                NeighborhoodAttentionOperator.on(11, 30).heads(2).kernelSize(3).build();
        assertThatThrownBy(() -> backend.plan(other, 1, Parameters.NONE, candidate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cuda has no such candidate for this operator: " + candidate.way());
        NeighborhoodAttentionOperator refused =
                NeighborhoodAttentionOperator.on(9).kernelSize(3).headDim(257).build();
        assertThatThrownBy(() -> backend.candidates(refused, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cuda refuses: headDim and valueDim can be at most 256, but are 257 and 257");
    }

    @Test
    void devicesThatAreNotHereAreForecast() {
        CudaBackendProvider provider = new CudaBackendProvider();
        Map<String, List<Candidate>> byDevice = provider.forecast(OPERATOR, 1);
        assertThat(byDevice).containsOnlyKeys("h200", "a100", "a10");
        assertThat(byDevice.get("h200"))
                .extracting(Candidate::way)
                .isEqualTo(backend.candidates(OPERATOR, 1).stream()
                        .map(Candidate::way)
                        .toList());
        NeighborhoodAttentionOperator refused =
                NeighborhoodAttentionOperator.on(9).kernelSize(3).headDim(257).build();
        assertThat(provider.forecast(refused, 1)).isEmpty();
    }

    @Test
    void aLaunchThatFailsTellsWhatWasLaunched() {
        try (Plan plan = backend.plan(OPERATOR, 3, Parameters.NONE);
                Lane lane = backend.lane(1)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, 3 * 6400);
            BoundTensors bound =
                    BoundTensors.of(plan, 3, Map.of("query", tensor, "key", tensor, "value", tensor, "output", tensor));
            faults.failAt(2, 1, false); // after the context is made current
            assertThatThrownBy(() -> plan.run(lane, 3, bound))
                    .isInstanceOf(GpuException.class)
                    .hasMessage("launch failed with code 1: put in by a test (" + plan.describe() + ", 3 rows of "
                            + OPERATOR + ")");
            plan.run(lane, 2, bound);
            lane.mark().await();
        }
    }

    @Test
    void aRunCanWaitForItsLaunch() {
        System.setProperty(CudaPlan.WAIT_PROPERTY, "true");
        try (Plan plan = backend.plan(OPERATOR, 1, Parameters.NONE);
                Lane lane = backend.lane(1)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, 6400);
            plan.run(
                    lane,
                    1,
                    BoundTensors.of(
                            plan, 1, Map.of("query", tensor, "key", tensor, "value", tensor, "output", tensor)));
            assertThat(launched).isEqualTo(1);
        } finally {
            System.clearProperty(CudaPlan.WAIT_PROPERTY);
        }
    }

    @Test
    void constantsStayWhileALaunchMayReadThem() {
        try (Lane lane = backend.lane(1)) {
            Tensor tensor = lane.tensor(DType.FLOAT32, 6400);
            Plan plan = backend.plan(OPERATOR, 1, Parameters.NONE);
            String constants = "memory of 512"; // 2 axes of 10 positions, 8 bytes each
            plan.run(
                    lane,
                    1,
                    BoundTensors.of(
                            plan, 1, Map.of("query", tensor, "key", tensor, "value", tensor, "output", tensor)));
            Completion done = lane.mark();
            plan.close();
            assertThatThrownBy(() -> lane.tensor(DType.FLOAT32, 900_000))
                    .isInstanceOf(OutOfDeviceMemoryException.class);
            assertThat(host.leaks()).contains(constants);
            done.await();
            assertThatThrownBy(() -> lane.tensor(DType.FLOAT32, 900_000))
                    .isInstanceOf(OutOfDeviceMemoryException.class);
            assertThat(host.leaks()).doesNotContain(constants);
        }
    }

    @Test
    void aForgottenLaneIsFreed() throws InterruptedException {
        backend.lane(1).tensor(DType.FLOAT32, 100);
        for (int i = 0; i < 200 && host.leaks().size() > 2; i++) { // context and memory kept by the pool
            System.gc();
            Thread.sleep(10);
        }
        assertThat(host.leaks()).containsExactly("memory of 512", "context 1");
    }

    private static BackendOptions options(long memoryBudgetBytes, TaskTurns turns) {
        return BackendOptions.DEFAULT.withMemoryBudgetBytes(memoryBudgetBytes).withTurns(turns);
    }
}
