package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;

/**
 * Turns a margin, the trees' log-odds, into a calibrated probability: the logistic function of
 * {@code slope · margin + intercept}, both fitted on rows that the trees did not see. It keeps the order of rows.
 *
 * <p>After Platt, Probabilistic Outputs for Support Vector Machines (1999), with the slope's sign turned.
 */
public final class PlattScaling implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Uses the margin unchanged as log-odds: XGBoost's own probability. */
    public static final PlattScaling IDENTITY = new PlattScaling(1, 0);

    /** XGBoost bounds the exponent here, so that exp stays finite. */
    private static final float MAX_EXPONENT = 88.7f;

    @JsonProperty
    public final double slope;

    @JsonProperty
    public final double intercept;

    /**
     * @throws BadInputException unless {@code slope} is positive and both are finite
     */
    @JsonCreator
    public PlattScaling(
            @JsonProperty(value = "slope", required = true) double slope,
            @JsonProperty(value = "intercept", required = true) double intercept) {
        if (!(slope > 0 && Double.isFinite(slope) && Double.isFinite(intercept))) {
            throw new BadInputException(
                    "the calibration has slope " + slope + " and intercept " + intercept,
                    "Both must be finite and the slope positive: train the model again.");
        }
        this.slope = slope;
        this.intercept = intercept;
    }

    /** The probability, 0 to 1. With {@link #IDENTITY} the product and the sum are exact, so it is XGBoost's. */
    public float probability(float margin) {
        float logOdds = (float) (slope * margin + intercept);
        return 1f / ((float) Math.exp(Math.min(-logOdds, MAX_EXPONENT)) + 1f);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlattScaling
                && Double.compare(slope, ((PlattScaling) other).slope) == 0
                && Double.compare(intercept, ((PlattScaling) other).intercept) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Double.hashCode(slope) + Double.hashCode(intercept);
    }

    @Override
    public String toString() {
        return slope + " · margin + " + intercept;
    }
}
