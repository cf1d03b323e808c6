package io.cardwatch.training;

import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.RankingScore;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains gradient-boosted trees with XGBoost at the true prevalence.
 *
 * <p>A rehearsal without the end of the history ({@link TimeSplit}) comes first. It gives the number of trees, the
 * calibration and the threshold, and the figures on rows that none of these saw. The final trees are then grown on all
 * rows, the newest included, with that number, calibration and threshold. Data and hyperparameters differ only by the
 * last weeks, so the final trees' probabilities mean the same.
 */
public final class Trainer {
    /** Golden rows of each kind, frauds and others. */
    private static final int GOLDEN_ROWS = 32;
    /** One golden vector in four has a value missing. */
    private static final int GOLDEN_MISSING = 4;

    private final TrainingOptions options;
    private final TrainingProgress progress;

    /**
     * A trainer with these options.
     *
     * @throws io.cardwatch.domain.BadInputException if an option is out of its range
     */
    public Trainer(TrainingOptions options, TrainingProgress progress) {
        options.requireValid();
        this.options = options;
        this.progress = progress;
    }

    /**
     * Trains on {@code data}. The same rows in the same order give the same bytes. A search for hyperparameters must
     * try as many candidates for that.
     *
     * @throws io.cardwatch.domain.BadInputException if the history is too short, it or a part of it lacks frauds or
     *     genuine rows, or no threshold reaches the aim
     */
    public TrainingResult train(TrainingData data) {
        data.requireBothClasses("the history");
        TrainingData end = TimeSplit.holdOut(data, options);
        TimeSplit split = TimeSplit.of(data, options, 0);
        FoundHyperparameters found = new HyperparameterSearch(options, System::nanoTime, progress).search(data);
        Rehearsal rehearsal = new Rehearsal(split, end, found.best, options.threshold, progress);
        Optional<ScoredRows> anomalyHeldOut =
                anomaly(split.learn, "forest up to the validation days").map(fit -> fit.score(end));
        Optional<AnomalyFit> anomaly = anomaly(data, "forest from all rows");
        try (BoostedTrees trees =
                BoostedTrees.grow(data, found.best, rehearsal.rounds, "trees from all rows", progress)) {
            Map<String, Object> provenance = provenance(data, found, rehearsal);
            anomaly.ifPresent(fit -> provenance.put("anomaly", fit.describe()));
            HeldOutScore score = HeldOutScore.of(rehearsal.heldOut, rehearsal.threshold);
            Map<String, Object> metrics = metrics(split, rehearsal, score, provenance);
            anomalyHeldOut.ifPresent(scored -> metrics.put("anomalyScore", RankingScore.of(scored)));
            metrics.put("importance", trees.importance(data.set().names()));
            TrainedModel model = new TrainedModel(
                    data.set(),
                    trees.json(),
                    rehearsal.threshold,
                    rehearsal.calibration,
                    golden(trees, data, rehearsal.calibration),
                    anomaly,
                    Optional.of(ProfileFit.of(BoostedTrees.score(data, trees.margins(data), rehearsal.calibration))),
                    data.lastSecond(),
                    provenance,
                    metrics);
            return new TrainingResult(model, found, rehearsal.heldOut, score, rehearsal.baseline, anomalyHeldOut);
        }
    }

    private Optional<AnomalyFit> anomaly(TrainingData learn, String step) {
        return options.anomaly
                ? Optional.of(AnomalyFit.of(learn, options.trees.seed, step, progress))
                : Optional.empty();
    }

    /** Frauds and other rows, spread over the history, with calibrated probabilities from XGBoost's own margins. */
    private static GoldenVectors golden(BoostedTrees trees, TrainingData data, PlattScaling calibration) {
        List<float[]> vectors = new ArrayList<>();
        addSpread(vectors, data, true);
        addSpread(vectors, data, false);
        int width = data.set().size();
        float[] flat = new float[vectors.size() * width];
        for (int i = 0; i < vectors.size(); i++) {
            if (i % GOLDEN_MISSING == 0) {
                vectors.get(i)[i / GOLDEN_MISSING % width] = Float.NaN;
            }
            System.arraycopy(vectors.get(i), 0, flat, i * width, width);
        }
        float[] margins = trees.margins(flat, width);
        float[] probabilities = new float[margins.length];
        for (int i = 0; i < margins.length; i++) {
            probabilities[i] = calibration.probability(margins[i]);
        }
        return new GoldenVectors(vectors.toArray(float[][]::new), probabilities);
    }

    private static void addSpread(List<float[]> vectors, TrainingData data, boolean fraud) {
        int candidates = fraud ? data.frauds() : data.rows() - data.frauds();
        int stride = Math.max(1, candidates / GOLDEN_ROWS);
        int taken = 0;
        int seen = 0;
        for (int row = 0; row < data.rows() && taken < GOLDEN_ROWS; row++) {
            if (data.fraud(row) == fraud && seen++ % stride == 0) {
                vectors.add(data.vector(row));
                taken++;
            }
        }
    }

    private Map<String, Object> provenance(TrainingData data, FoundHyperparameters found, Rehearsal rehearsal) {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("library", "XGBoost");
        provenance.put("parameters", found.best.forXgboost());
        provenance.put("rounds", rehearsal.rounds);
        provenance.put("mostRounds", found.best.rounds);
        if (options.searches()) {
            provenance.put("search", found.describe());
        }
        provenance.put("thresholdPolicy", options.threshold.toString());
        options.threshold.costs().ifPresent(costs -> provenance.put("costs", costs));
        options.genuineAfter.ifPresent(age -> provenance.put("genuineAfter", age.toString()));
        provenance.put("history", data.describe());
        provenance.put("historySha256", data.sha256());
        return provenance;
    }

    private static Map<String, Object> metrics(
            TimeSplit split, Rehearsal rehearsal, HeldOutScore score, Map<String, Object> provenance) {
        Map<String, Object> metrics = new LinkedHashMap<>(provenance);
        metrics.put("learned", split.learn.describe());
        metrics.put("validation", rehearsal.validation.rows.describe());
        metrics.put("heldOut", rehearsal.heldOut.rows.describe());
        metrics.put("calibration", rehearsal.calibration);
        metrics.put("threshold", rehearsal.threshold);
        metrics.put("validationScore", HeldOutScore.of(rehearsal.validation, rehearsal.threshold));
        metrics.put("score", score);
        metrics.put("uncalibrated", HeldOutScore.of(rehearsal.uncalibrated, rehearsal.threshold));
        metrics.put("baseline", HeldOutScore.of(rehearsal.baseline, rehearsal.baselineThreshold));
        return metrics;
    }
}
