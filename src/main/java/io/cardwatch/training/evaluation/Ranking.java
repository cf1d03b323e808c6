package io.cardwatch.training.evaluation;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Labelled rows in descending order of probability, as the steps of the ROC and the precision-recall curve. Equal
 * probabilities are one step: no order among them is assumed, as in scikit-learn.
 *
 * <p>Steps are numbered from 0, the highest probability, to {@link #steps()} − 1. With the threshold at a step's
 * {@link #threshold}, {@link #frauds} and {@link #genuine} rows count as fraud: the point (genuine ÷ all genuine,
 * frauds ÷ all frauds) of the ROC curve, which begins at (0, 0), and (recall, precision) of the precision-recall curve.
 */
public final class Ranking {
    private final float[] thresholds;
    /** Cumulative, by step. */
    private final int[] frauds;
    /** Cumulative, by step. */
    private final int[] genuine;

    private final int steps;

    private Ranking(long[] ascending) {
        thresholds = new float[ascending.length];
        frauds = new int[ascending.length];
        genuine = new int[ascending.length];
        int step = -1;
        long before = Long.MIN_VALUE;
        for (int i = ascending.length - 1; i >= 0; i--) {
            long score = ascending[i] >> 1;
            if (score != before) {
                step++;
                thresholds[step] = Float.intBitsToFloat(ordered((int) score));
                frauds[step] = step == 0 ? 0 : frauds[step - 1];
                genuine[step] = step == 0 ? 0 : genuine[step - 1];
                before = score;
            }
            frauds[step] += (int) (ascending[i] & 1);
            genuine[step] += (int) (~ascending[i] & 1);
        }
        steps = step + 1;
    }

    /** From steps that are counted already, frauds and genuine rows cumulative; there must be both. */
    Ranking(float[] thresholds, int[] frauds, int[] genuine, int steps) {
        this.thresholds = thresholds;
        this.frauds = frauds;
        this.genuine = genuine;
        this.steps = steps;
    }

    /** Ranks rows by their probabilities; there must be frauds and genuine ones. */
    public static Ranking of(ScoredRows scored) {
        return of(scored.probabilities, scored.rows.labels());
    }

    /**
     * Ranks rows; there must be frauds and genuine ones.
     *
     * @param scores by row: probabilities, or other scores that are higher for likelier frauds
     * @param labels by row, 1 for fraud, else 0
     */
    public static Ranking of(float[] scores, float[] labels) {
        long[] keys = new long[scores.length];
        Arrays.setAll(keys, i -> (long) ordered(scores[i]) << 1 | (labels[i] == 1 ? 1 : 0));
        Arrays.sort(keys);
        Ranking ranking = new Ranking(keys);
        if (ranking.allFrauds() == 0 || ranking.allGenuine() == 0) {
            throw new IllegalArgumentException("rows of one kind only have no ranking");
        }
        return ranking;
    }

    /** The numbers of the rows from the highest score to the lowest. */
    static int[] descending(float[] scores) {
        long[] keys = new long[scores.length];
        Arrays.setAll(keys, row -> (long) ~ordered(scores[row]) << 32 | row);
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** Integers that sort as the floats do; 0 and −0 are one. */
    static int ordered(float score) {
        return ordered(Float.floatToIntBits(score + 0f));
    }

    /** Positive floats sort like their bits, negative ones in reverse. */
    private static int ordered(int bits) {
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** Number of different probabilities. */
    public int steps() {
        return steps;
    }

    /** The probability of the rows that this step adds. */
    public float threshold(int step) {
        return thresholds[step];
    }

    /** Frauds among the rows of this step and those before. */
    public int frauds(int step) {
        return frauds[step];
    }

    /** Genuine rows among the rows of this step and those before. */
    public int genuine(int step) {
        return genuine[step];
    }

    public int allFrauds() {
        return frauds[steps - 1];
    }

    public int allGenuine() {
        return genuine[steps - 1];
    }

    /** Area under the ROC curve: the chance that a fraud scores higher than a genuine row, a tie counting half. */
    public double auc() {
        double wins = 0;
        for (int step = 0; step < steps; step++) {
            int fraudsBefore = step == 0 ? 0 : frauds[step - 1];
            int genuineBefore = step == 0 ? 0 : genuine[step - 1];
            wins += (genuine[step] - genuineBefore) * ((double) fraudsBefore + frauds[step]) / 2;
        }
        return wins / allFrauds() / allGenuine();
    }

    /** Average precision: the precision at each step, weighted by the recall that the step gains. */
    public double averagePrecision() {
        double sum = 0;
        for (int step = 0; step < steps; step++) {
            int gained = frauds[step] - (step == 0 ? 0 : frauds[step - 1]);
            sum += (double) gained * frauds[step] / (frauds[step] + genuine[step]);
        }
        return sum / allFrauds();
    }

    /** The decision with the threshold of a step. */
    public ConfusionMatrix at(int step) {
        return new ConfusionMatrix(
                thresholds[step],
                frauds[step],
                genuine[step],
                allFrauds() - frauds[step],
                allGenuine() - genuine[step]);
    }

    /** The decision with the best F1; of equal ones that with the highest threshold. */
    public ConfusionMatrix bestF1() {
        int best = 0;
        for (int step = 1; step < steps; step++) {
            if (at(step).f1() > at(best).f1()) {
                best = step;
            }
        }
        return at(best);
    }

    /** The decision with any threshold. */
    public ConfusionMatrix at(double threshold) {
        int step = stepsWhile(i -> thresholds[i] >= threshold) - 1;
        return step < 0 ? new ConfusionMatrix(threshold, 0, 0, allFrauds(), allGenuine()) : at(step);
    }

    /** The ROC curve: the share of frauds found when at most this share of the genuine rows counts as fraud. */
    public double recallAt(double falsePositiveRate) {
        int step = stepsWhile(i -> genuine[i] <= falsePositiveRate * allGenuine()) - 1;
        return step < 0 ? 0 : (double) frauds[step] / allFrauds();
    }

    /** The precision-recall curve: the precision at the highest threshold that finds at least this share of frauds. */
    public double precisionAt(double recall) {
        int step = Math.min(stepsWhile(i -> frauds[i] < recall * allFrauds()), steps - 1);
        return (double) frauds[step] / (frauds[step] + genuine[step]);
    }

    /** The number of steps, from the first on, that satisfy {@code holds}; no later one does. */
    private int stepsWhile(IntPredicate holds) {
        int low = 0;
        int high = steps;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (holds.test(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
