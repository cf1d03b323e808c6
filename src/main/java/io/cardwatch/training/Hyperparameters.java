package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How trees are grown. Several settings did equally well, within the noise, on the published data's validation folds;
 * the defaults are the cheapest of these: 1.75 million rows take less than a minute of CPU.
 */
public final class Hyperparameters {
    /** Every value of a feature is a bin: slower, for few rows. */
    public static final int EXACT = 0;

    /** Most trees; early stopping decides how many are kept. */
    public int rounds = 250;
    /** Levels of a tree. */
    public int depth = 5;
    /** Learning rate. */
    public double eta = 0.05;
    /**
     * Histogram bins per feature, or {@link #EXACT}. XGBoost's default of 256 merges the tails where the frauds are.
     */
    public int maxBin = 4096;
    /** Least sum of second derivatives in a leaf. */
    public double minChildWeight = 5;
    /** Share of the rows that each tree sees. */
    public double subsample = 0.7;
    /** Share of the features that each tree sees. */
    public double columnSample = 0.7;
    /** L2 penalty on the outputs of leaves. */
    public double lambda = 1;

    public int seed = 1;
    /** Threads of the library. Another number may change the last digits, since it changes the order of float sums. */
    public int threads = 1;

    /** Refuses what XGBoost would only refuse in the middle of the work. */
    void requireValid() {
        require(rounds >= 1 && rounds <= 10_000, "--rounds", rounds, "1 to 10000");
        require(depth >= 1 && depth <= 16, "--depth", depth, "1 to 16");
        require(eta > 0 && eta <= 1, "--eta", eta, "above 0, up to 1");
        require(
                maxBin == EXACT || (maxBin >= 2 && maxBin <= 65_536),
                "--max-bin",
                maxBin,
                "2 to 65536, or 0 for the exact method");
        require(minChildWeight >= 0 && minChildWeight <= 1e6, "--min-child-weight", minChildWeight, "0 to 1000000");
        require(subsample > 0 && subsample <= 1, "--subsample", subsample, "above 0, up to 1");
        require(columnSample > 0 && columnSample <= 1, "--column-sample", columnSample, "above 0, up to 1");
        require(lambda >= 0 && lambda <= 1e6, "--lambda", lambda, "0 to 1000000");
        require(threads >= 1 && threads <= 1024, "--threads", threads, "1 to 1024");
    }

    static void require(boolean valid, String option, Number value, String range) {
        if (!valid) {
            throw new BadInputException(option + " is " + value, "Give " + range + ".");
        }
    }

    /** The parameters under XGBoost's names. */
    public Map<String, Object> forXgboost() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("objective", "binary:logistic");
        parameters.put("tree_method", maxBin == EXACT ? "exact" : "hist");
        parameters.put("max_depth", depth);
        parameters.put("eta", eta);
        if (maxBin != EXACT) {
            parameters.put("max_bin", maxBin);
        }
        parameters.put("min_child_weight", minChildWeight);
        parameters.put("subsample", subsample);
        parameters.put("colsample_bytree", columnSample);
        parameters.put("lambda", lambda);
        parameters.put("seed", seed);
        parameters.put("nthread", threads);
        return parameters;
    }
}
