package io.cardwatch.training.benchmark;

import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.training.AnomalyFit;
import io.cardwatch.training.BoostedTrees;
import io.cardwatch.training.Hyperparameters;
import io.cardwatch.training.LogisticRegression;
import io.cardwatch.training.ThresholdPolicy;
import io.cardwatch.training.TrainedModel;
import io.cardwatch.training.Trainer;
import io.cardwatch.training.TrainingOptions;
import io.cardwatch.training.TrainingProgress;
import io.cardwatch.training.benchmark.ReferenceHistory.Labels;
import io.cardwatch.training.evaluation.Calibration;
import io.cardwatch.training.evaluation.CardPrecision;
import io.cardwatch.training.evaluation.ConfusionMatrix;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.foreign.XgboostJson;
import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The Fraud Detection Handbook's protocol on the handbook's data, which is simulated here: four folds, without cards
 * known to be compromised, card precision at 100. The same seed gives the same figures.
 */
public final class ModelBenchmark {
    private static final int CARDS = 100;
    private static final double TOP = 0.01;
    private static final int WEEK = 7;
    private static final int SECONDS_PER_DAY = 86_400;
    /** Trees from everything before the gap, chosen on the validation folds; all else are train's defaults. */
    private static final int REFERENCE_ROUNDS = 400;

    private static final int EXTENDED_ROUNDS = 250;
    /** The number of trees from a week, by the exact method, also chosen there. */
    private static final int WEEK_ROUNDS = 200;
    /** 2018-07-25, where the true rate's training ends and the test follows a week later, up to 2018-10-01. */
    private static final int TRUE_RATE_LEARN_END = 115;

    private static final int TRUE_RATE_TO = 183;
    /** 2018-06-20, where it ends to choose settings; the test then ends where the other training does. */
    private static final int TRUE_RATE_VALIDATION_LEARN_END = 80;

    private static final int TRUE_RATE_VALIDATION_DAYS = 14;
    /** Fixed, since probabilities are calibrated; a fortnight's best F1 lies anywhere between 0.2 and 0.6. */
    private static final ThresholdPolicy MORE_LIKELY_THAN_NOT = ThresholdPolicy.parse("0.5");

    private final Profile.Builder world;
    private final int threads;
    private final TrainingProgress progress;
    private final long start = Profile.handbook().build().startEpochSecond();

    /**
     * @param seed of the handbook's world; 0 gives the published data
     * @param threads of XGBoost; another number may change the last digits
     * @param progress told the step and how far it is
     */
    public ModelBenchmark(long seed, int threads, TrainingProgress progress) {
        this(Profile.handbook().seed(seed), threads, progress);
    }

    /** The benchmark in another world of the same 183 days. */
    ModelBenchmark(Profile.Builder world, int threads, TrainingProgress progress) {
        this.world = world;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Measures {@code rows}.
     *
     * @param validation whether to test on the four earlier folds, which settings are chosen on, instead of those of
     *     the published results
     * @param results told each row once it is measured
     */
    public void run(List<BenchmarkRow> rows, boolean validation, Consumer<BenchmarkResult> results) {
        List<Fold> folds = validation ? Fold.validation(start) : Fold.test(start);
        Labels labels = null;
        ReferenceHistory history = null;
        for (BenchmarkRow row : rows) {
            if (history == null || !row.labels.equals(labels)) {
                labels = row.labels;
                history = replay(labels);
            }
            results.accept(
                    row.learner == BenchmarkRow.Learner.TRAIN_COMMAND
                            ? trueRate(row, history, validation)
                            : meanOverFolds(row, folds, history));
        }
    }

    private ReferenceHistory replay(Labels labels) {
        long[] seen = {0};
        return ReferenceHistory.of(world, FeatureSet.EXTENDED, labels, epochSecond -> {
            if (++seen[0] % 10_000 == 0) {
                progress.at(
                        "payments with labels " + labels,
                        Math.min(1, (epochSecond - start) / ((double) TRUE_RATE_TO * SECONDS_PER_DAY)));
            }
        });
    }

    private BenchmarkResult meanOverFolds(BenchmarkRow row, List<Fold> folds, ReferenceHistory history) {
        double auc = 0;
        double ap = 0;
        double cp = 0;
        double ece = 0;
        double brier = 0;
        double unlabelledAtTop = 0;
        boolean probabilities = row.learner != BenchmarkRow.Learner.ANOMALY;
        for (int i = 0; i < folds.size(); i++) {
            String step = row.name + ", fold " + (i + 1) + " of " + folds.size();
            ScoredRows scored = score(row, folds.get(i), history, step);
            Ranking ranking = Ranking.of(scored);
            auc += ranking.auc() / folds.size();
            ap += ranking.averagePrecision() / folds.size();
            cp += new CardPrecision(scored).at(CARDS) / folds.size();
            if (probabilities) {
                Calibration calibration = Calibration.of(scored);
                ece += calibration.expectedError() / folds.size();
                brier += calibration.brier() / folds.size();
            }
            if (row.unlabelledScenario > 0) {
                unlabelledAtTop += scored.shareAtTop(TOP, at -> isUnlabelled(row, scored.rows, at)) / folds.size();
            }
        }
        return new BenchmarkResult(
                row.name,
                auc,
                ap,
                cp,
                row.unlabelledScenario > 0 ? unlabelledAtTop : null,
                probabilities ? ece : null,
                probabilities ? brier : null,
                null,
                null,
                null,
                null,
                null);
    }

    private static boolean isUnlabelled(BenchmarkRow row, TrainingData rows, int at) {
        return rows.fraud(at) && rows.scenario(at) == row.unlabelledScenario;
    }

    private ScoredRows score(BenchmarkRow row, Fold fold, ReferenceHistory history, String step) {
        TrainingData labelled = history.knownAt(fold.gapEnd()).narrowedTo(row.set);
        TrainingData known = labelled.where(at -> true, at -> labelled.fraud(at) && !isUnlabelled(row, labelled, at));
        TrainingData test = fold.test(history.rows).narrowedTo(row.set);
        Hyperparameters parameters = new Hyperparameters();
        parameters.threads = threads;
        switch (row.learner) {
            case LOGISTIC_REGRESSION:
                progress.at(step, 0);
                return new ScoredRows(
                        test, LogisticRegression.fit(fold.trainingWeek(known)).probabilities(test));
            case TREES_OF_A_WEEK:
                return trees(fold.trainingWeek(known), test, ofAWeek(parameters), WEEK_ROUNDS, step);
            case ANOMALY:
                return AnomalyFit.of(fold.history(known), parameters.seed, step, progress)
                        .score(test);
            default:
                int rounds = row.set == FeatureSet.REFERENCE ? REFERENCE_ROUNDS : EXTENDED_ROUNDS;
                return trees(fold.history(known), test, parameters, rounds, step);
        }
    }

    private static Hyperparameters ofAWeek(Hyperparameters parameters) {
        parameters.depth = 3;
        parameters.maxBin = Hyperparameters.EXACT;
        parameters.subsample = 0.5;
        parameters.columnSample = 1;
        parameters.minChildWeight = 1;
        return parameters;
    }

    private ScoredRows trees(
            TrainingData learn, TrainingData test, Hyperparameters parameters, int rounds, String step) {
        try (BoostedTrees trees = BoostedTrees.grow(learn, parameters, rounds, step, progress)) {
            return trees.score(test);
        }
    }

    private BenchmarkResult trueRate(BenchmarkRow row, ReferenceHistory history, boolean validation) {
        TrainingOptions options = new TrainingOptions();
        options.trees.threads = threads;
        options.validationDays = TRUE_RATE_VALIDATION_DAYS;
        options.threshold = MORE_LIKELY_THAN_NOT;
        int learnEnd = validation ? TRUE_RATE_VALIDATION_LEARN_END : TRUE_RATE_LEARN_END;
        TrainingData learn = history.knownAt(second(learnEnd + WEEK))
                .during(Long.MIN_VALUE, second(learnEnd) - 1)
                .narrowedTo(row.set);
        TrainedModel model =
                new Trainer(options, (step, share) -> progress.at(row.name + ": " + step, share)).train(learn).model;
        TrainingData test = history.rows
                .during(second(learnEnd + WEEK) - 1, second(validation ? TRUE_RATE_LEARN_END : TRUE_RATE_TO) - 1)
                .narrowedTo(row.set);
        ScoredRows scored = score(model, test);
        Ranking ranking = Ranking.of(scored);
        Calibration calibration = Calibration.of(scored);
        ConfusionMatrix decision = ConfusionMatrix.at(model.threshold, scored);
        return new BenchmarkResult(
                row.name,
                ranking.auc(),
                ranking.averagePrecision(),
                new CardPrecision(scored).at(CARDS),
                null,
                calibration.expectedError(),
                calibration.brier(),
                model.threshold,
                decision.precision(),
                decision.recall(),
                decision.f1(),
                ConfusionMatrix.at(balanced(learn), scored).balancedF1());
    }

    private static ScoredRows score(TrainedModel model, TrainingData rows) {
        GradientBoostedTrees trees = new GradientBoostedTrees(XgboostJson.read(model.xgboostJson), model.calibration);
        float[] probabilities = new float[rows.rows()];
        for (int row = 0; row < probabilities.length; row++) {
            probabilities[row] = trees.probability(rows.vector(row));
        }
        return new ScoredRows(rows, probabilities);
    }

    /**
     * The probability that is one half in a balanced world. Odds learned at a rate r are those of a balanced world
     * times r ÷ (1 − r), so a half there is r here.
     */
    private static double balanced(TrainingData learn) {
        return (double) learn.frauds() / learn.rows();
    }

    private long second(int day) {
        return start + (long) day * SECONDS_PER_DAY;
    }

    /** All rows, or the named ones, in the table's order. */
    public static List<BenchmarkRow> rows(List<String> names) {
        List<BenchmarkRow> rows = new ArrayList<>(BenchmarkRow.ALL);
        rows.removeIf(row -> !names.isEmpty() && !names.contains(row.name));
        return rows;
    }
}
