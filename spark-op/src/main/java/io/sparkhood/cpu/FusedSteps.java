package io.sparkhood.cpu;

/**
 * Attention in one pass.
 *
 * <pre>
 * for each strip
 *   scores = masks + query . key          base 2: queries carry scale * log2(e)
 *   max, sum, mixed                       online softmax: earlier strips are rescaled to the new maximum
 * output = mixed / sum
 * </pre>
 */
final class FusedSteps implements TileSteps {
    private final TileScoring scoring;
    private final TileMixing mixing;

    FusedSteps(Workbench bench) {
        scoring = new TileScoring(bench);
        mixing = new TileMixing(bench, new ExactQueries(bench)::attend);
    }

    @Override
    public void open(int head, int state) {
        scoring.open(head, state);
        mixing.open(state);
    }

    @Override
    public void strip(int head, int state, boolean additional) {
        scoring.score(head, state, additional);
        mixing.weigh(state);
        mixing.mix(head, state, additional);
    }

    @Override
    public void close(int head, int state) {
        mixing.close(head, state);
    }
}
