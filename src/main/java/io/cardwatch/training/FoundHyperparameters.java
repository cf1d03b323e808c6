package io.cardwatch.training;

import java.util.LinkedHashMap;
import java.util.Map;

/** The result of a search for hyperparameters. Worth is the mean average precision on the validation folds. */
public final class FoundHyperparameters {
    /** The best candidate; of equal ones the first. */
    public final Hyperparameters best;
    /** The number of candidates that counted; 0 if there was no search, or no time for one. */
    public final int tried;
    /** The worth of {@link #best}; NaN if none counted. */
    public final double bestWorth;
    /** The worth of the given hyperparameters, the first candidate; NaN if none counted. */
    public final double givenWorth;

    private FoundHyperparameters(Hyperparameters best, int tried, double bestWorth, double givenWorth) {
        this.best = best;
        this.tried = tried;
        this.bestWorth = bestWorth;
        this.givenWorth = givenWorth;
    }

    static FoundHyperparameters none(Hyperparameters given) {
        return new FoundHyperparameters(given, 0, Double.NaN, Double.NaN);
    }

    FoundHyperparameters with(Hyperparameters candidate, double worth) {
        if (tried == 0) {
            return new FoundHyperparameters(candidate, 1, worth, worth);
        }
        return worth > bestWorth
                ? new FoundHyperparameters(candidate, tried + 1, worth, givenWorth)
                : new FoundHyperparameters(best, tried + 1, bestWorth, givenWorth);
    }

    /** The result as part of the provenance. */
    Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("candidates", tried);
        description.put("folds", HyperparameterSearch.FOLDS);
        if (tried > 0) {
            description.put("givenAveragePrecision", givenWorth);
            description.put("bestAveragePrecision", bestWorth);
        }
        return description;
    }
}
