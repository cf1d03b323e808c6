package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/** How to train. The defaults are what did best on the published data: four folds, all history before the gap. */
public final class TrainingOptions {
    /** Trees to train. */
    public int rounds = 200;
    /** Levels of a tree. */
    public int depth = 5;
    /** Learning rate. */
    public double eta = 0.1;
    /** Histogram bins per feature. XGBoost's default of 256 merges the tails where the frauds are. */
    public int maxBin = 4096;

    public int seed = 1;
    /** Threads of the library. Sums of floats depend on how rows are shared out: another number, other last digits. */
    public int threads = 1;
    /** Days at the end of the history that the figures and the threshold are taken from. */
    public int holdOutDays = 7;
    /** Days before those that are not trained on for the figures: their labels would not be known yet. */
    public int gapDays = 7;

    /** Refuses what XGBoost would refuse in the middle of the work, or what leaves nothing to measure on. */
    void requireValid() {
        require(rounds >= 1 && rounds <= 10_000, "--rounds", rounds, "1 to 10000");
        require(depth >= 1 && depth <= 16, "--depth", depth, "1 to 16");
        require(eta > 0 && eta <= 1, "--eta", eta, "above 0, up to 1");
        require(maxBin >= 2 && maxBin <= 65_536, "--max-bin", maxBin, "2 to 65536");
        require(threads >= 1 && threads <= 1024, "--threads", threads, "1 to 1024");
        require(holdOutDays >= 1 && holdOutDays <= 3650, "--hold-out-days", holdOutDays, "1 to 3650");
        require(gapDays >= 0 && gapDays <= 3650, "--gap-days", gapDays, "0 to 3650");
    }

    private static void require(boolean valid, String option, Number value, String range) {
        if (!valid) {
            throw new BadInputException(option + " is " + value, "Give " + range + ".");
        }
    }

    /** As XGBoost names them. */
    Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("objective", "binary:logistic");
        parameters.put("tree_method", "hist");
        parameters.put("max_depth", depth);
        parameters.put("eta", eta);
        parameters.put("max_bin", maxBin);
        parameters.put("seed", seed);
        parameters.put("nthread", threads);
        return parameters;
    }
}
