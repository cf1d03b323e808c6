package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** How good scores are on rows that nothing was learned from: the ranking, the probabilities, and a decision. */
@JsonPropertyOrder({"auc", "averagePrecision", "brier", "expectedCalibrationError", "decision"})
public final class HeldOutScore {
    /** See {@link Ranking#auc}. */
    @JsonProperty
    public final double auc;

    /** See {@link Ranking#averagePrecision}. */
    @JsonProperty
    public final double averagePrecision;

    /** See {@link Calibration#brier}. */
    @JsonProperty
    public final double brier;

    /** See {@link Calibration#expectedError}. */
    @JsonProperty
    public final double expectedCalibrationError;

    @JsonProperty
    public final ConfusionMatrix decision;

    private HeldOutScore(Ranking ranking, Calibration calibration, ConfusionMatrix decision) {
        this.auc = ranking.auc();
        this.averagePrecision = ranking.averagePrecision();
        this.brier = calibration.brier();
        this.expectedCalibrationError = calibration.expectedError();
        this.decision = decision;
    }

    /** Measures {@code scored}, with the decision at {@code threshold}; there must be frauds and genuine rows. */
    public static HeldOutScore of(ScoredRows scored, double threshold) {
        return new HeldOutScore(Ranking.of(scored), Calibration.of(scored), ConfusionMatrix.at(threshold, scored));
    }
}
