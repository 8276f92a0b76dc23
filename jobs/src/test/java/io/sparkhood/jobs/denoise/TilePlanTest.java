package io.sparkhood.jobs.denoise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TilePlanTest {
    private static final long GIB = 1L << 30;
    private static final long TOKEN_BYTES = 54 * Float.BYTES; // 24 of query and key, 3 of value and output
    private static final List<Integer> PICTURE = List.of(1600, 2400);
    private static final List<Integer> WINDOW = List.of(21, 21);

    @Test
    void usesEveryCoreAndLargeTilesWhereThereIsHeap() {
        TilePlan plan = TilePlan.of(PICTURE, WINDOW, TOKEN_BYTES, new Executors(2 * GIB, 2, 2));
        assertThat(plan.grid()).isEqualTo(TileGrid.of(PICTURE, WINDOW, 160));
        assertThat(plan.tasks()).isEqualTo(2);
        assertThat(plan.batchBytes()).isEqualTo(64 << 20);
    }

    @Test
    void makesTilesSmallerBeforeItLeavesCoresIdle() {
        TilePlan smaller = TilePlan.of(PICTURE, WINDOW, TOKEN_BYTES, new Executors(2 * GIB, 32, 32));
        assertThat(smaller.grid()).isEqualTo(TileGrid.of(PICTURE, WINDOW, 128));
        assertThat(smaller.tasks()).isEqualTo(32);
        TilePlan fewer = TilePlan.of(PICTURE, WINDOW, TOKEN_BYTES, new Executors(GIB, 64, 64));
        assertThat(fewer.grid()).isEqualTo(TileGrid.of(PICTURE, WINDOW, 96));
        assertThat(fewer.tasks()).isBetween(32, 40);
    }

    @Test
    void whatIsUnderWayFitsTheHeap() {
        for (int cores : new int[] {1, 2, 8, 16, 32, 64, 128}) {
            for (long heap : new long[] {GIB / 2, GIB, 2 * GIB, 8 * GIB}) {
                for (List<Integer> extents : List.of(PICTURE, List.of(60, 400, 600))) {
                    List<Integer> kernelSize = extents.size() == 2 ? WINDOW : List.of(3, 11, 11);
                    TilePlan plan = TilePlan.of(extents, kernelSize, TOKEN_BYTES, new Executors(heap, cores, cores));
                    long tile = plan.grid().input(0).tokens() * TOKEN_BYTES;
                    assertThat(plan.tasks() == 1 || plan.tasks() * tile * 16 <= heap)
                            .as("%s cores, %s bytes, %s", cores, heap, plan)
                            .isTrue();
                    assertThat(plan.tasks() * plan.batchBytes() * 16).isLessThanOrEqualTo(heap);
                }
            }
        }
    }

    @Test
    void sharesTheTasksOutOverExecutors() {
        TilePlan plan = TilePlan.of(PICTURE, WINDOW, TOKEN_BYTES, new Executors(GIB / 2, 32, 320));
        TilePlan alone = TilePlan.of(PICTURE, WINDOW, TOKEN_BYTES, new Executors(GIB / 2, 32, 32));
        assertThat(plan.grid()).isEqualTo(alone.grid());
        assertThat(plan.tasks()).isEqualTo(10 * alone.tasks());
    }

    @Test
    void startsNoMoreTasksThanTiles() {
        TilePlan plan = TilePlan.of(List.of(30, 30), WINDOW, TOKEN_BYTES, new Executors(2 * GIB, 4, 4));
        assertThat(plan.tasks()).isEqualTo(1);
    }

    @Test
    void goesOnWithOneTaskWhereNotEvenOneTileFits() {
        List<Integer> window = List.of(501, 501);
        TilePlan plan = TilePlan.of(PICTURE, window, TOKEN_BYTES, new Executors(GIB, 16, 16));
        assertThat(plan.tasks()).isEqualTo(1);
    }
}
