package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkhood.operator.AxisWindow;
import io.sparkhood.operator.NeighborhoodAttentionOperator;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowPictureTest {
    private static final int QUERY = 0xd55e00;
    private static final int SEEN = 0x0072b2;
    private static final int UNSEEN = 0xe4e4e4;

    private static int cell(BufferedImage image, int row, int column) {
        return image.getRGB(column * 10 + 4, row * 10 + 4) & 0xffffff;
    }

    @Test
    void anAxisShowsAWindowPerQuery() {
        BufferedImage image = WindowPicture.ofAxis(
                NeighborhoodAttentionOperator.on(6).kernelSize(3).build(), 0);
        assertThat(image.getWidth()).isEqualTo(60);
        int[][] expected = { // the corner windows are shifted, not cut
            {QUERY, SEEN, SEEN, UNSEEN, UNSEEN, UNSEEN},
            {SEEN, QUERY, SEEN, UNSEEN, UNSEEN, UNSEEN},
            {UNSEEN, SEEN, QUERY, SEEN, UNSEEN, UNSEEN},
            {UNSEEN, UNSEEN, SEEN, QUERY, SEEN, UNSEEN},
            {UNSEEN, UNSEEN, UNSEEN, SEEN, QUERY, SEEN},
            {UNSEEN, UNSEEN, UNSEEN, SEEN, SEEN, QUERY}
        };
        for (int query = 0; query < 6; query++) {
            for (int key = 0; key < 6; key++) {
                assertThat(cell(image, query, key)).as("%d, %d", query, key).isEqualTo(expected[query][key]);
            }
        }
    }

    @Test
    void framesStandSideBySide() {
        BufferedImage image = WindowPicture.of(
                NeighborhoodAttentionOperator.on(2, 3, 4)
                        .kernelSize(1, 3, 2)
                        .causalAxes(0)
                        .build(),
                1,
                1,
                2);
        assertThat(image.getWidth()).isEqualTo(2 * 40 + 8);
        assertThat(image.getHeight()).isEqualTo(30);
        assertThat(cell(image, 1, 2)).as("the frame before").isEqualTo(UNSEEN);
        assertThat(image.getRGB(48 + 24, 14) & 0xffffff).isEqualTo(QUERY);
        assertThat(image.getRGB(48 + 14, 24) & 0xffffff).isEqualTo(SEEN);
        assertThat(image.getRGB(48 + 34, 24) & 0xffffff).isEqualTo(UNSEEN);
    }

    @Test
    void theReceptiveFieldGrowsByKernelSizeLessOnePerLayer() {
        AxisWindow plain =
                NeighborhoodAttentionOperator.on(64).kernelSize(5).build().window(0);
        AxisWindow dilated = NeighborhoodAttentionOperator.on(64)
                .kernelSize(5)
                .dilation(5)
                .build()
                .window(0);
        assertThat(ReceptiveField.positions(Collections.nCopies(3, plain), 32))
                .containsExactly(IntStream.rangeClosed(26, 38).toArray());
        assertThat(ReceptiveField.positions(List.of(plain, dilated), 32))
                .containsExactly(IntStream.rangeClosed(20, 44).toArray());
        assertThat(ReceptiveField.positions(List.of(), 32)).containsExactly(32);
    }
}
