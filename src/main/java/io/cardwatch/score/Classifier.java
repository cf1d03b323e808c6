package io.cardwatch.score;

import java.io.Serializable;
import java.util.List;

/** Answers a yes/no question about a row with a probability. For use by one thread at a time. */
interface Classifier extends Serializable {
    /**
     * The probability, 0 to 1, for one row.
     *
     * @param x the features in the model's order
     */
    float probability(float[] x);

    /** Whether it can tell what each feature adds. */
    default boolean hasContributions() {
        return false;
    }

    /**
     * What each feature of a row adds to the log-odds before calibration, and as the last their expectation over the
     * training rows; they sum to the log-odds.
     *
     * @param x the features in the model's order
     * @throws UnsupportedOperationException unless it {@link #hasContributions() can tell}
     */
    default double[] contributions(float[] x) {
        throw new UnsupportedOperationException("the classifier is a black box");
    }

    /** The names of the features, in the order of the vectors to score; empty where the model carries none. */
    List<String> featureNames();

    /** The number of features; 0 where the model accepts any. */
    int featureCount();

    /** The same classifier for another thread: itself if it holds nothing that changes. */
    default Classifier forThread() {
        return this;
    }

    /** Frees what it holds outside of Java's heap; the next row allocates it again. */
    default void release() {}
}
