package io.cardwatch.training.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleToIntFunction;

/**
 * How well probabilities match the observed shares of frauds.
 *
 * <p>The rows fall into {@link #BINS} bins of equal width by probability: bin b holds [b/15, (b + 1)/15), the last one
 * also 1. The expected calibration error is the mean of | mean probability − share of frauds | over the bins, weighted
 * by their rows (Guo et al., "On Calibration of Modern Neural Networks", 2017).
 */
public final class Calibration {
    public static final int BINS = 15;

    /** The 97.5th percentile of the normal distribution. */
    private static final double NORMAL_975 = 1.959963984540054;

    private final List<Bin> bins;
    private final int rows;
    private final double brier;

    private Calibration(List<Bin> bins, int rows, double brier) {
        this.bins = bins;
        this.rows = rows;
        this.brier = brier;
    }

    /** Measures the probabilities of {@code scored}; there must be rows. */
    public static Calibration of(ScoredRows scored) {
        double squares = 0;
        for (int row = 0; row < scored.probabilities.length; row++) {
            double error = (double) scored.probabilities[row] - (scored.rows.fraud(row) ? 1 : 0);
            squares += error * error;
        }
        List<Bin> bins = bins(scored, BINS, probability -> Math.min(BINS - 1, (int) (probability * BINS)));
        return new Calibration(bins, scored.probabilities.length, squares / scored.probabilities.length);
    }

    /**
     * Bins of other widths, for rare frauds whose probabilities lie close together.
     *
     * @param edges ascending, from 0: bin b holds [edges[b], edges[b + 1]), the last one everything from its edge on
     * @return the bins that hold rows, in ascending order
     */
    public static List<Bin> bins(ScoredRows scored, double... edges) {
        return bins(scored, edges.length, probability -> {
            int bin = edges.length - 1;
            while (probability < edges[bin]) {
                bin--;
            }
            return bin;
        });
    }

    private static List<Bin> bins(ScoredRows scored, int count, DoubleToIntFunction binOf) {
        int[] counts = new int[count];
        int[] frauds = new int[count];
        double[] sums = new double[count];
        for (int row = 0; row < scored.probabilities.length; row++) {
            int bin = binOf.applyAsInt(scored.probabilities[row]);
            counts[bin]++;
            frauds[bin] += scored.rows.fraud(row) ? 1 : 0;
            sums[bin] += scored.probabilities[row];
        }
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < count; bin++) {
            if (counts[bin] > 0) {
                bins.add(new Bin(counts[bin], frauds[bin], sums[bin] / counts[bin]));
            }
        }
        return List.copyOf(bins);
    }

    /** Mean of (probability − label)², the label 1 for fraud, else 0 (Brier, 1950). */
    public double brier() {
        return brier;
    }

    /** Expected calibration error. */
    public double expectedError() {
        double sum = 0;
        for (Bin bin : bins) {
            sum += bin.rows * Math.abs(bin.meanProbability - bin.shareOfFrauds());
        }
        return sum / rows;
    }

    /** The bins that hold rows, in ascending order: the points of a reliability diagram. */
    public List<Bin> bins() {
        return bins;
    }

    /** Rows of similar probability. */
    public static final class Bin {
        public final int rows;
        public final int frauds;
        public final double meanProbability;

        Bin(int rows, int frauds, double meanProbability) {
            this.rows = rows;
            this.frauds = frauds;
            this.meanProbability = meanProbability;
        }

        public double shareOfFrauds() {
            return (double) frauds / rows;
        }

        /** The 95 % score interval of that share, treating rows as independent trials (Wilson, 1927). */
        public Interval shareInterval() {
            double share = shareOfFrauds();
            double weight = NORMAL_975 * NORMAL_975 / rows;
            double centre = (share + weight / 2) / (1 + weight);
            double reach = Math.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight);
            return new Interval(Math.max(0, centre - reach), Math.min(1, centre + reach));
        }
    }
}
