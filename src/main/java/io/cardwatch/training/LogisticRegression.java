package io.cardwatch.training;

import io.cardwatch.training.history.TrainingData;

/**
 * Logistic regression with an L2 penalty, the baseline of every figure: the same model as scikit-learn's {@code
 * LogisticRegression(C=1)} behind its {@code StandardScaler}. The features are standardised, the penalty is ½ |w|² beside
 * the sum of the log losses, and the intercept is free.
 *
 * <p>Fitted by Newton's method with step halving (iteratively reweighted least squares): the loss is convex, so what it
 * finds does not depend on the way there. The time is rows × features² for each of about ten steps.
 */
public final class LogisticRegression {
    private static final int MAX_STEPS = 100;
    private static final int MAX_HALVINGS = 30;
    /** A step that lowers the loss by a smaller part of it is the last one. */
    private static final double CONVERGED = 1e-12;

    private final int width;
    /** In units of the features, the intercept last. */
    private final double[] coefficients;

    private LogisticRegression(double[] coefficients) {
        this.width = coefficients.length - 1;
        this.coefficients = coefficients;
    }

    /** Learns from all rows of {@code data}; there must be frauds and genuine ones. */
    public static LogisticRegression fit(TrainingData data) {
        double[] targets = new double[data.rows()];
        for (int row = 0; row < targets.length; row++) {
            targets[row] = data.fraud(row) ? 1 : 0;
        }
        return fit(data.features(), data.set().size(), targets, 1);
    }

    /**
     * Learns from rows with targets between 0 and 1.
     *
     * @param features the vectors of all rows, one after the other
     * @param penalty the factor of ½ |w|²; 0 for none
     */
    static LogisticRegression fit(float[] features, int width, double[] targets, double penalty) {
        Loss loss = new Loss(features, width, targets, penalty);
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

    /** Factor of a feature in the log-odds. */
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

    /** The penalised loss over standardised features, with its first and second derivatives where it was last asked. */
    private static final class Loss {
        private final float[] features;
        private final int width;
        private final double[] targets;
        private final double penalty;
        private final double[] means;
        private final double[] deviations;
        private double[] gradient;
        private double[][] hessian;

        Loss(float[] features, int width, double[] targets, double penalty) {
            this.features = features;
            this.width = width;
            this.targets = targets;
            this.penalty = penalty;
            means = new double[width];
            deviations = new double[width];
            for (int i = 0; i < width; i++) {
                standardise(i);
            }
        }

        private void standardise(int feature) {
            double sum = 0;
            for (int at = feature; at < features.length; at += width) {
                sum += features[at];
            }
            double mean = sum / targets.length;
            double squares = 0;
            for (int at = feature; at < features.length; at += width) {
                squares += (features[at] - mean) * (features[at] - mean);
            }
            means[feature] = mean;
            // A feature that never varies tells nothing: its weight stays 0.
            deviations[feature] = squares == 0 ? 1 : Math.sqrt(squares / targets.length);
        }

        double at(double[] weights) {
            gradient = new double[width + 1];
            hessian = new double[width + 1][width + 1];
            double loss = 0;
            for (int i = 0; i < width; i++) {
                loss += penalty / 2 * weights[i] * weights[i];
                gradient[i] = penalty * weights[i];
                hessian[i][i] = penalty;
            }
            double[] x = new double[width + 1];
            x[width] = 1;
            for (int row = 0; row < targets.length; row++) {
                double margin = weights[width];
                for (int i = 0; i < width; i++) {
                    x[i] = (features[row * width + i] - means[i]) / deviations[i];
                    margin += weights[i] * x[i];
                }
                double small = Math.exp(-Math.abs(margin));
                loss += Math.log1p(small) + Math.max(margin, 0) - targets[row] * margin;
                double probability = margin >= 0 ? 1 / (1 + small) : small / (1 + small);
                addDerivatives(x, probability - targets[row], probability * (1 - probability));
            }
            return loss;
        }

        private void addDerivatives(double[] x, double first, double second) {
            for (int i = 0; i <= width; i++) {
                gradient[i] += first * x[i];
                double scaled = second * x[i];
                double[] line = hessian[i];
                for (int j = 0; j <= i; j++) {
                    line[j] += scaled * x[j];
                }
            }
        }

        /** Solves hessian · direction = gradient by Cholesky's decomposition; only the lower triangle is filled. */
        double[] newtonDirection() {
            int n = width + 1;
            double[] solution = gradient.clone();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double rest = hessian[i][j];
                    for (int k = 0; k < j; k++) {
                        rest -= hessian[i][k] * hessian[j][k];
                    }
                    // Where nothing curves, as along a feature that never varies, no step is taken.
                    hessian[i][j] = i > j ? rest / hessian[j][j] : rest > 1e-12 ? Math.sqrt(rest) : 1e150;
                }
                for (int k = 0; k < i; k++) {
                    solution[i] -= hessian[i][k] * solution[k];
                }
                solution[i] /= hessian[i][i];
            }
            for (int i = n - 1; i >= 0; i--) {
                for (int k = i + 1; k < n; k++) {
                    solution[i] -= hessian[k][i] * solution[k];
                }
                solution[i] /= hessian[i][i];
            }
            return solution;
        }

        double[] inUnitsOfTheFeatures(double[] weights) {
            double[] scaled = weights.clone();
            for (int i = 0; i < width; i++) {
                scaled[i] /= deviations[i];
                scaled[width] -= scaled[i] * means[i];
            }
            return scaled;
        }
    }
}
