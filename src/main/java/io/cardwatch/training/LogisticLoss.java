package io.cardwatch.training;

/** The penalised loss over standardised features, with its first and second derivatives at the last point evaluated. */
final class LogisticLoss {
    private final float[] features;
    private final int width;
    private final double[] targets;
    private final double penalty;
    private final double[] means;
    private final double[] deviations;
    private double[] gradient;
    private double[][] hessian;

    LogisticLoss(float[] features, int width, double[] targets, double penalty) {
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
                // No step is taken without curvature, as along a feature that never varies.
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
