package io.cardwatch.score;

import java.io.Serializable;
import java.util.List;

/** What answers a yes/no question about a row with a probability. It is used by one thread at a time. */
interface Classifier extends Serializable {
    /**
     * The probability, 0 to 1, for one row.
     *
     * @param x the features in the model's order
     */
    float probability(float[] x);

    /** The names of the features, in the order of the vectors to score; empty where the model carries none. */
    List<String> featureNames();

    /** The number of features, 0 where the model takes any. */
    int featureCount();

    /** The same for another thread: itself, where it holds nothing that changes. */
    default Classifier forThread() {
        return this;
    }

    /** Gives back what it holds outside of Java's heap; the next row takes it again. */
    default void release() {}
}
