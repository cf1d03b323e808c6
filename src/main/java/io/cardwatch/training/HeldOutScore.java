package io.cardwatch.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Arrays;

/**
 * How well probabilities tell frauds from the rest, on rows that were not trained on. Equal probabilities are one step:
 * no order among them is assumed.
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

    private HeldOutScore(double auc, double averagePrecision, double threshold, double precision, double recall) {
        this.auc = auc;
        this.averagePrecision = averagePrecision;
        this.threshold = threshold;
        this.precision = precision;
        this.recall = recall;
        this.f1 = 2 * precision * recall / (precision + recall);
    }

    /**
     * Measures one probability and one label (1 for fraud) per row; there must be rows of both kinds.
     */
    public static HeldOutScore of(float[] probabilities, float[] labels) {
        long[] ascending = sorted(probabilities, labels);
        long totalFrauds =
                Arrays.stream(ascending).filter(HeldOutScore::isFraud).count();
        long totalOthers = ascending.length - totalFrauds;
        long frauds = 0;
        long others = 0;
        double wins = 0;
        double averagePrecision = 0;
        long bestHits = 0;
        long bestPredicted = 1;
        float threshold = 1;
        for (int i = ascending.length - 1; i >= 0; ) {
            long step = ascending[i] >>> 1;
            long fraudsBefore = frauds;
            long othersBefore = others;
            for (; i >= 0 && ascending[i] >>> 1 == step; i--) {
                frauds += isFraud(ascending[i]) ? 1 : 0;
                others += isFraud(ascending[i]) ? 0 : 1;
            }
            long gained = frauds - fraudsBefore;
            wins += (others - othersBefore) * (fraudsBefore + gained / 2.0);
            averagePrecision += (double) gained / totalFrauds * frauds / (frauds + others);
            // F1 = 2 · hits / (predicted + frauds), compared without dividing.
            if (frauds * (bestPredicted + totalFrauds) > bestHits * (frauds + others + totalFrauds)) {
                bestHits = frauds;
                bestPredicted = frauds + others;
                threshold = Float.intBitsToFloat((int) step);
            }
        }
        return new HeldOutScore(
                wins / totalFrauds / totalOthers,
                averagePrecision,
                threshold,
                (double) bestHits / bestPredicted,
                (double) bestHits / totalFrauds);
    }

    /** Ascending by probability; the bits of floats that are not negative sort like the floats. */
    private static long[] sorted(float[] probabilities, float[] labels) {
        long[] keys = new long[probabilities.length];
        Arrays.setAll(keys, i -> (long) Float.floatToIntBits(probabilities[i]) << 1 | (labels[i] == 1 ? 1 : 0));
        Arrays.sort(keys);
        return keys;
    }

    private static boolean isFraud(long key) {
        return (key & 1) == 1;
    }
}
