package io.sparkhood.cpu;

/** The first half of attention: the scores of each query's own slots, written to memory. */
final class ScoresSteps implements TileSteps {
    private final Workbench bench;
    private final TileScoring scoring;
    private final SlotRuns stored;
    private final boolean cut;

    ScoresSteps(Workbench bench) {
        this.bench = bench;
        scoring = new TileScoring(bench);
        stored = new SlotRuns(bench, SlotRuns::store);
        cut = bench.operator.neighborhood().causal().contains(true);
    }

    @Override
    public void open(int head, int state) {
        scoring.open(head, state);
        if (cut) { // some windows leave slots without a key
            stored.clear(head);
        }
    }

    @Override
    public void strip(int head, int state, boolean additional) {
        scoring.score(head, state, additional);
        stored.move(head, additional);
    }

    @Override
    public void close(int head, int state) {}
}
