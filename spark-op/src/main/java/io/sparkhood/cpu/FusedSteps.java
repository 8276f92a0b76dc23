package io.sparkhood.cpu;

/**
 * Attention in one pass.
 *
 * <pre>
 * for each strip
 *   scores = masks + query . key          base 2: queries carry scale * log2(e)
 *   sum, mixed                            of 2^score
 * output = mixed / sum
 * </pre>
 *
 * <p>Where scores are too large or too small for that, weights are relative to the maximum, and earlier strips are rescaled to
 * each new one (online softmax). Then the first pair of a tile and head is scored twice; those after it in the tile know.
 */
final class FusedSteps implements TileSteps {
    private final Tile tile;
    private final TileScoring scoring;
    private final TileMixing mixing;
    private final long[] shifted; // [heads] the last tile whose weights are relative to the maximum

    FusedSteps(Workbench bench) {
        tile = bench.tile;
        shifted = new long[bench.operator.heads()];
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
        if (shifted[head] == tile.number) {
            mixing.weigh(state);
        } else if (!mixing.weighUnshifted(state)) {
            shifted[head] = tile.number;
            scoring.score(head, state, additional);
            mixing.weigh(state);
        }
        mixing.mix(head, state, additional);
    }

    @Override
    public void close(int head, int state) {
        mixing.close(head, state);
    }
}
