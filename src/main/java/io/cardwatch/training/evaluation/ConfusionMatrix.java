package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** The outcome for labelled rows when those with a probability of at least a threshold count as fraud. */
@JsonPropertyOrder({
    "threshold",
    "truePositives",
    "falsePositives",
    "falseNegatives",
    "trueNegatives",
    "precision",
    "recall",
    "f1"
})
public final class ConfusionMatrix {
    @JsonProperty
    public final double threshold;

    /** Frauds that count as fraud. */
    @JsonProperty
    public final int truePositives;

    /** Genuine rows that count as fraud. */
    @JsonProperty
    public final int falsePositives;

    /** Frauds that are missed. */
    @JsonProperty
    public final int falseNegatives;

    /** Genuine rows that do not count as fraud. */
    @JsonProperty
    public final int trueNegatives;

    ConfusionMatrix(double threshold, int truePositives, int falsePositives, int falseNegatives, int trueNegatives) {
        this.threshold = threshold;
        this.truePositives = truePositives;
        this.falsePositives = falsePositives;
        this.falseNegatives = falseNegatives;
        this.trueNegatives = trueNegatives;
    }

    /** Counts {@code scored} at {@code threshold}, as the job decides: a probability equal to it counts as fraud. */
    public static ConfusionMatrix at(double threshold, ScoredRows scored) {
        int[] flagged = new int[2];
        for (int row = 0; row < scored.probabilities.length; row++) {
            if (scored.probabilities[row] >= threshold) {
                flagged[scored.rows.fraud(row) ? 1 : 0]++;
            }
        }
        int frauds = scored.rows.frauds();
        return new ConfusionMatrix(
                threshold, flagged[1], flagged[0], frauds - flagged[1], scored.rows.rows() - frauds - flagged[0]);
    }

    /** Rows that count as fraud. */
    public int flagged() {
        return truePositives + falsePositives;
    }

    /** Share of frauds among the rows that count as fraud; 0 where none does. */
    @JsonProperty
    public double precision() {
        return share(truePositives, flagged());
    }

    /** Share of the frauds that count as fraud; 0 where there is none. */
    @JsonProperty
    public double recall() {
        return share(truePositives, truePositives + falseNegatives);
    }

    /** Harmonic mean of {@link #precision} and {@link #recall}; 0 where both are. */
    @JsonProperty
    public double f1() {
        return share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
    }

    /**
     * F1 if genuine rows were weighted so that both classes weigh the same. It says little where frauds are rare; it is
     * here because others report it.
     */
    public double balancedF1() {
        double falseAlarms = share(falsePositives, falsePositives + trueNegatives);
        return 2 * recall() / (1 + recall() + falseAlarms);
    }

    private static double share(int part, int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
