package io.cardwatch.training.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * How far probabilities mean what they say.
 *
 * <p>The rows fall into {@link #BINS} bins of equal width by their probability: bin b holds [b/15, (b + 1)/15), the last
 * one also 1. The expected calibration error is the mean over bins, weighted by their rows, of | mean probability − share
 * of frauds | (Guo et al., "On Calibration of Modern Neural Networks", 2017).
 */
public final class Calibration {
    public static final int BINS = 15;

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
        int[] counts = new int[BINS];
        int[] frauds = new int[BINS];
        double[] sums = new double[BINS];
        double squares = 0;
        for (int row = 0; row < scored.probabilities.length; row++) {
            double probability = scored.probabilities[row];
            int bin = Math.min(BINS - 1, (int) (probability * BINS));
            int fraud = scored.rows.fraud(row) ? 1 : 0;
            counts[bin]++;
            frauds[bin] += fraud;
            sums[bin] += probability;
            squares += (probability - fraud) * (probability - fraud);
        }
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0) {
                bins.add(new Bin(counts[bin], frauds[bin], sums[bin] / counts[bin]));
            }
        }
        return new Calibration(List.copyOf(bins), scored.probabilities.length, squares / scored.probabilities.length);
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
    }
}
