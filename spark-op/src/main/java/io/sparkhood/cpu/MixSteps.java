package io.sparkhood.cpu;

import io.sparkhood.operator.Normalization;

/** The second half of attention: values mixed with the weights of each query's own slots, read from memory. */
final class MixSteps implements TileSteps {
    private final TileMixing mixing;
    private final SlotRuns loaded;
    private final boolean softmax;

    MixSteps(Workbench bench, Normalization normalization) {
        softmax = normalization == Normalization.SOFTMAX;
        ExactQueries exact = new ExactQueries(bench);
        mixing = new TileMixing(bench, (head, token) -> exact.mix(head, token, softmax));
        loaded = new SlotRuns(bench, softmax ? SlotRuns::loadScores : SlotRuns::load);
    }

    @Override
    public void open(int head, int state) {
        mixing.open(state);
    }

    @Override
    public void strip(int head, int state, boolean additional) {
        loaded.fill(softmax ? TileMath.MASKED : 0);
        loaded.move(head, additional);
        if (softmax) {
            mixing.weigh(state);
        }
        mixing.mix(head, state, additional);
    }

    @Override
    public void close(int head, int state) {
        if (softmax) {
            mixing.closeMasked(state);
        } else {
            mixing.closeSums(state);
        }
        mixing.close(head, state);
    }
}
