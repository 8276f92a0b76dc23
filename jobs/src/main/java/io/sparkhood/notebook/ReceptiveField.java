package io.sparkhood.notebook;

import io.sparkhood.operator.AxisWindow;
import java.util.BitSet;
import java.util.List;

/** How far layers of neighborhood attention on top of each other see, on one axis. */
public final class ReceptiveField {
    private ReceptiveField() {}

    /**
     * The positions that the last layer's query sees through all layers, ascending.
     *
     * @param layers windows from the first layer to the last, all of one extent
     * @param position of the query in the last layer
     */
    public static int[] positions(List<AxisWindow> layers, int position) {
        BitSet seen = new BitSet();
        seen.set(position);
        for (int layer = layers.size() - 1; layer >= 0; layer--) {
            AxisWindow window = layers.get(layer);
            BitSet before = new BitSet();
            seen.stream().forEach(query -> {
                for (int i = 0; i < window.count(query); i++) {
                    before.set(window.first(query) + i * window.dilation());
                }
            });
            seen = before;
        }
        return seen.stream().toArray();
    }
}
