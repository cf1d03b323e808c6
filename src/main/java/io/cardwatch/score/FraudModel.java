package io.cardwatch.score;

import io.cardwatch.domain.FeatureSet;
import java.io.Serializable;

/**
 * A verified model: a classifier over the features of a {@link FeatureSet}, a decision threshold and a version; perhaps an
 * anomaly score beside the classifier. It is loaded and checked where the job is started, and sent in the job graph, so that all subtasks score
 * with the same one.
 */
public final class FraudModel implements Serializable {
    private static final long serialVersionUID = 1L;

    private final FeatureSet featureSet;
    private final Classifier classifier;
    /** Null for a model directory without that stage. */
    private final AnomalyScorer anomaly;

    private final double threshold;
    private final String version;

    FraudModel(FeatureSet featureSet, Classifier classifier, AnomalyScorer anomaly, double threshold, String version) {
        this.featureSet = featureSet;
        this.classifier = classifier;
        this.anomaly = anomaly;
        this.threshold = threshold;
        this.version = version;
    }

    /**
     * Loads a model directory through Flink ML and Flink's file systems. Checks that it is complete and unchanged,
     * reads exactly the features of a {@link FeatureSet}, and reproduces its golden vectors.
     *
     * @throws io.cardwatch.domain.BadInputException if any of these checks fails
     */
    public static FraudModel load(String directoryUri) {
        return ModelLoader.load(directoryUri);
    }

    /** Loads the model that comes with Cardwatch for {@code set}. */
    public static FraudModel loadShipped(FeatureSet set) {
        return ModelLoader.loadShipped(set);
    }

    /** The same model with another threshold, 0 to 1. */
    public FraudModel withThreshold(double other) {
        return new FraudModel(featureSet, classifier, anomaly, other, version);
    }

    /**
     * The probability of fraud, 0 to 1. For one thread at a time.
     *
     * @param features by {@link io.cardwatch.domain.Feature#index()}, the first {@link #featureSet()} of them, NaN
     *     where missing
     */
    public float probability(float[] features) {
        return classifier.probability(features);
    }

    /** Whether it was trained with an anomaly score. */
    public boolean hasAnomalyScore() {
        return anomaly != null;
    }

    /**
     * How unlike the past the row is: most have less than 1, an odd one has more. The model must have
     * {@link #hasAnomalyScore() such a score}.
     *
     * @param features as for {@link #probability}
     */
    public double anomalyScore(float[] features) {
        return anomaly.score(features);
    }

    /** Whether it can tell what each feature adds to a row's log-odds of fraud. */
    public boolean hasContributions() {
        return classifier.hasContributions();
    }

    /**
     * What each feature adds to a row's log-odds of fraud before calibration, by {@link
     * io.cardwatch.domain.Feature#index()}: its SHAP value. The log-odds' expectation over the training rows comes last, and
     * all sum to the log-odds. The model must be {@link #hasContributions() able to tell}.
     *
     * @param features as for {@link #probability}
     */
    public double[] contributions(float[] features) {
        return classifier.contributions(features);
    }

    /** The same model for another thread. */
    public FraudModel forThread() {
        return new FraudModel(featureSet, classifier.forThread(), anomaly, threshold, version);
    }

    /** Frees what it holds outside of Java's heap; the next row allocates it again. */
    public void release() {
        classifier.release();
    }

    /** The features it reads. */
    public FeatureSet featureSet() {
        return featureSet;
    }

    /** The probability from which a transaction counts as fraud. */
    public double threshold() {
        return threshold;
    }

    /** The model's name in every row that it scored. */
    public String version() {
        return version;
    }
}
