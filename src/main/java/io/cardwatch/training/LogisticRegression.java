package io.cardwatch.training;

import io.cardwatch.training.history.TrainingData;

/**
 * Logistic regression with an L2 penalty, the baseline of every figure: the same model as scikit-learn's
 * {@code LogisticRegression(C=1)} behind its {@code StandardScaler}. The features are standardised, the penalty is ½
 * |w|² beside the sum of the log losses, and the intercept is free.
 *
 * <p>Fitted by Newton's method with step halving (iteratively reweighted least squares). The loss is convex, so the
 * result does not depend on the steps taken. Time is rows × features² for each of about ten steps.
 */
public final class LogisticRegression {
    private static final int MAX_STEPS = 100;
    private static final int MAX_HALVINGS = 30;
    /** The step that lowers the loss by less than this share of it is the last one. */
    private static final double CONVERGED = 1e-12;

    private final int width;
    /** By feature, in its units; the intercept last. */
    private final double[] coefficients;

    private LogisticRegression(double[] coefficients) {
        this.width = coefficients.length - 1;
        this.coefficients = coefficients;
    }

    /** Fits to all rows of {@code data}; there must be frauds and genuine ones. */
    public static LogisticRegression fit(TrainingData data) {
        double[] targets = new double[data.rows()];
        for (int row = 0; row < targets.length; row++) {
            targets[row] = data.fraud(row) ? 1 : 0;
        }
        return fit(data.features(), data.set().size(), targets, 1);
    }

    /**
     * Fits to rows with targets between 0 and 1.
     *
     * @param features the vectors of all rows, one after the other
     * @param penalty the factor of ½ |w|²; 0 for none
     */
    static LogisticRegression fit(float[] features, int width, double[] targets, double penalty) {
        LogisticLoss loss = new LogisticLoss(features, width, targets, penalty);
        double[] weights = new double[width + 1];
        double value = loss.at(weights);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] direction = loss.newtonDirection();
            double[] next = weights;
            double nextValue = Double.NaN;
            double length = 1;
            for (int halving = 0; halving < MAX_HALVINGS && !(nextValue <= value); halving++) {
                next = moved(weights, direction, length);
                nextValue = loss.at(next);
                length /= 2;
            }
            if (!(nextValue <= value)) {
                break;
            }
            double gain = value - nextValue;
            weights = next;
            value = nextValue;
            if (gain <= CONVERGED * value) {
                break;
            }
        }
        return new LogisticRegression(loss.inUnitsOfTheFeatures(weights));
    }

    private static double[] moved(double[] from, double[] direction, double length) {
        double[] to = from.clone();
        for (int i = 0; i < to.length; i++) {
            to[i] -= length * direction[i];
        }
        return to;
    }

    /** The factor of a feature in the log-odds. */
    double coefficient(int feature) {
        return coefficients[feature];
    }

    /** The log-odds where all features are 0. */
    double intercept() {
        return coefficients[width];
    }

    /** The probability of fraud, by row. */
    public float[] probabilities(TrainingData rows) {
        float[] probabilities = new float[rows.rows()];
        for (int row = 0; row < probabilities.length; row++) {
            double margin = intercept();
            for (int i = 0; i < width; i++) {
                margin += coefficients[i] * rows.value(row, i);
            }
            probabilities[row] = (float) (1 / (1 + Math.exp(-margin)));
        }
        return probabilities;
    }
}
