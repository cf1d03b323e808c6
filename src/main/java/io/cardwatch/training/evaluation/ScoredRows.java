package io.cardwatch.training.evaluation;

import io.cardwatch.training.history.TrainingData;

/** Labelled rows with the probability of fraud that a model gives each. */
public final class ScoredRows {
    /** The rows; none of them may have been learned from, if figures are to be honest. */
    public final TrainingData rows;
    /** By row, 0 to 1. */
    public final float[] probabilities;

    public ScoredRows(TrainingData rows, float[] probabilities) {
        if (rows.rows() != probabilities.length) {
            throw new IllegalArgumentException(probabilities.length + " probabilities for " + rows.rows() + " rows");
        }
        this.rows = rows;
        this.probabilities = probabilities;
    }
}
