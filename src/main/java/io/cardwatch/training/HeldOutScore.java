package io.cardwatch.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.cardwatch.training.evaluation.Decision;
import io.cardwatch.training.evaluation.Ranking;

/**
 * How well probabilities tell frauds from the rest, on rows that were not trained on.
 */
@JsonPropertyOrder({"auc", "averagePrecision", "threshold", "precision", "recall", "f1"})
public final class HeldOutScore {
    /** Area under the ROC curve: the chance that a fraud scores higher than another row, a tie counting half. */
    @JsonProperty
    public final double auc;

    /** Average precision: precision at each step, weighted by the recall gained. */
    @JsonProperty
    public final double averagePrecision;

    /** The probability from which predictions of 1 have the best F1; of several the highest. */
    @JsonProperty
    public final double threshold;

    /** Share of frauds among the predictions of 1, at the threshold. */
    @JsonProperty
    public final double precision;

    /** Share of the frauds that are predicted, at the threshold. */
    @JsonProperty
    public final double recall;

    /** Harmonic mean of {@link #precision} and {@link #recall}. */
    @JsonProperty
    public final double f1;

    private HeldOutScore(double auc, double averagePrecision, Decision decision) {
        this.auc = auc;
        this.averagePrecision = averagePrecision;
        this.threshold = decision.threshold;
        this.precision = decision.precision();
        this.recall = decision.recall();
        this.f1 = decision.f1();
    }

    /** Measures one probability and one label (1 for fraud) per row; there must be rows of both kinds. */
    public static HeldOutScore of(float[] probabilities, float[] labels) {
        Ranking ranking = Ranking.of(probabilities, labels);
        return new HeldOutScore(ranking.auc(), ranking.averagePrecision(), ranking.bestF1());
    }
}
