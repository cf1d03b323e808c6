package io.cardwatch.training;

import java.time.Duration;
import java.util.Optional;

/** How to train: which trees, on which part of the history, with which aim. */
public final class TrainingOptions {
    public Hyperparameters trees = new Hyperparameters();

    /** Days at the end of the history that the figures come from. */
    public int holdOutDays = 7;
    /** Days before those, for early stopping, calibration and threshold. */
    public int validationDays = 7;
    /** Unused days before each of these two parts: their labels would not be known yet. */
    public int gapDays = 7;

    /** Rows without a verdict that are older than the last row by this much count as genuine; see TrainingData. */
    public Optional<Duration> genuineAfter = Optional.empty();

    public ThresholdPolicy threshold = ThresholdPolicy.BEST_F1;

    /** Whether to train an anomaly score, too. */
    public boolean anomaly = false;

    /** How long to search for better hyperparameters; zero for no search. */
    public Duration budget = Duration.ZERO;
    /** The number of candidates to try, however long that takes; 0 lets the budget decide. */
    public int candidates = 0;

    /** Refuses what would only fail in the middle of the work. */
    void requireValid() {
        trees.requireValid();
        Hyperparameters.require(holdOutDays >= 1 && holdOutDays <= 3650, "--hold-out-days", holdOutDays, "1 to 3650");
        Hyperparameters.require(
                validationDays >= 1 && validationDays <= 3650, "--validation-days", validationDays, "1 to 3650");
        Hyperparameters.require(gapDays >= 0 && gapDays <= 3650, "--gap-days", gapDays, "0 to 3650");
        genuineAfter.ifPresent(
                age -> Hyperparameters.require(!age.isNegative(), "--genuine-after", age.toSeconds(), "0 s or more"));
        Hyperparameters.require(!budget.isNegative(), "--budget", budget.toSeconds(), "a duration above 0");
        Hyperparameters.require(candidates >= 0 && candidates <= 100_000, "--candidates", candidates, "0 to 100000");
    }

    /** Whether hyperparameters are searched for. */
    public boolean searches() {
        return candidates > 0 || !budget.isZero();
    }
}
