package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.PlattScaling;

/**
 * Fits a {@link PlattScaling} on margins of rows that the trees did not learn from: a logistic regression of the label
 * on the margin, by maximum likelihood without a penalty. Platt's targets (n⁺ + 1)/(n⁺ + 2) and 1/(n⁻ + 2) replace 1
 * and 0, so that few rows do not make it overconfident (Platt, 1999; Lin, Lin and Weng, 2007).
 */
final class PlattFit {
    private PlattFit() {}

    /**
     * Fits to one margin and one label (1 for fraud) per row; there must be frauds and genuine ones.
     *
     * @throws BadInputException if higher margins do not mean more frauds
     */
    static PlattScaling fit(float[] margins, float[] labels) {
        int frauds = 0;
        for (float label : labels) {
            frauds += label == 1 ? 1 : 0;
        }
        double ofFraud = (frauds + 1.0) / (frauds + 2.0);
        double ofGenuine = 1.0 / (labels.length - frauds + 2.0);
        double[] targets = new double[labels.length];
        for (int row = 0; row < targets.length; row++) {
            targets[row] = labels[row] == 1 ? ofFraud : ofGenuine;
        }
        LogisticRegression fitted = LogisticRegression.fit(margins, 1, targets, 0);
        if (!(fitted.coefficient(0) > 0)) {
            throw new BadInputException(
                    "what was learned tells nothing about the frauds of the validation days",
                    "Check the labels and the features, or give a longer history.");
        }
        return new PlattScaling(fitted.coefficient(0), fitted.intercept());
    }
}
