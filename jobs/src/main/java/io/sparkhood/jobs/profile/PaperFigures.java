package io.sparkhood.jobs.profile;

import io.sparkhood.operator.DType;
import java.util.Map;
import java.util.Optional;

/**
 * What "Faster Neighborhood Attention" (2024) measured on an A100: improvement over naive in percent, as average / minimum /
 * maximum over its problems.
 */
record PaperFigures(String gemmOverNaive, String fusedOverNaive) {
    private static final Map<String, PaperFigures> BY_RANK_AND_DTYPE = Map.of(
            "1 float16", new PaperFigures("+548 / -53 / +3025", "+1759 / +60 / +11885"),
            "2 float16", new PaperFigures("+193 / -57 / +862", "+958 / 0 / +7169"),
            "1 float32", new PaperFigures("+874 / -31 / +3565", "+978 / +13 / +4419"),
            "2 float32", new PaperFigures("+386 / -43 / +1933", "+564 / -30 / +4043"));

    static Optional<PaperFigures> of(int rank, DType dtype) {
        return Optional.ofNullable(BY_RANK_AND_DTYPE.get(rank + " " + dtype));
    }
}
