package io.cardwatch.training.evaluation;

import io.cardwatch.training.history.TrainingData;
import java.util.Arrays;
import java.util.function.IntPredicate;

/** Labelled rows with the probability of fraud that a model gives each, or with another score that ranks them. */
public final class ScoredRows {
    /** The rows. For honest figures the model must not have learned from any of them. */
    public final TrainingData rows;
    /** By row, 0 to 1; other scores are 0 or more. */
    public final float[] probabilities;

    public ScoredRows(TrainingData rows, float[] probabilities) {
        if (rows.rows() != probabilities.length) {
            throw new IllegalArgumentException(probabilities.length + " probabilities for " + rows.rows() + " rows");
        }
        this.rows = rows;
        this.probabilities = probabilities;
    }

    /** The rows whose number satisfies {@code which}, in their order. */
    public ScoredRows where(IntPredicate which) {
        float[] chosen = new float[probabilities.length];
        int count = 0;
        for (int row = 0; row < probabilities.length; row++) {
            if (which.test(row)) {
                chosen[count++] = probabilities[row];
            }
        }
        return new ScoredRows(rows.where(which), Arrays.copyOf(chosen, count));
    }

    /** The numbers of the rows from the highest probability to the lowest, equal ones in their order. */
    public int[] descending() {
        return Ranking.descending(probabilities);
    }

    /**
     * The share of some rows that are among those with the highest scores of all.
     *
     * @param top the share of all rows that counts as the highest, 0 to 1, rounded down to whole rows
     * @param which the rows to look for; there must be one
     */
    public double shareAtTop(double top, IntPredicate which) {
        int[] ranked = descending();
        long found = Arrays.stream(ranked, 0, (int) (top * ranked.length))
                .filter(which)
                .count();
        return (double) found / Arrays.stream(ranked).filter(which).count();
    }
}
