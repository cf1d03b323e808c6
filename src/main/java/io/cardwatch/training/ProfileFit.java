package io.cardwatch.training;

import io.cardwatch.score.TrainingProfile;
import io.cardwatch.score.TrainingProfile.Distribution;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Describes training rows as a {@link TrainingProfile}.
 *
 * <p>A feature with few different values gets a bin for each, so that a value that never came has an empty one. Of any other
 * the edges are the deciles of the rows; where one value fills several tenths, they become one bin.
 *
 * <p>A history often begins with empty windows, and those of a running job are full: so the first {@link #WARM_UP} is left
 * out, if as much is left after it.
 */
final class ProfileFit {
    /** The longest window, the time that it ends before a payment by default, and a little more. */
    static final Duration WARM_UP = Duration.ofDays(40);

    private static final int FEW_VALUES = 20;
    private static final int TENTHS = 10;

    private ProfileFit() {}

    /** The profile of rows with the probabilities that the finished model gives them. */
    static TrainingProfile of(ScoredRows all) {
        long full = all.rows.firstSecond() + WARM_UP.toSeconds();
        boolean longEnough = all.rows.lastSecond() >= full + WARM_UP.toSeconds();
        ScoredRows scored = longEnough ? all.where(row -> all.rows.epochSecond(row) >= full) : all;
        TrainingData rows = scored.rows;
        List<Distribution> features = new ArrayList<>();
        float[] column = new float[rows.rows()];
        for (int feature = 0; feature < rows.set().size(); feature++) {
            for (int row = 0; row < column.length; row++) {
                column[row] = rows.value(row, feature);
            }
            features.add(distribution(rows.set().names().get(feature), column));
        }
        return new TrainingProfile(
                rows.rows(), List.copyOf(features), distribution("score", scored.probabilities.clone()));
    }

    /** Sorts the values; NaN, which is a missing one, comes last. */
    private static Distribution distribution(String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] += 0f; // 0 and −0 are one value
        }
        Arrays.sort(values);
        int present = values.length;
        while (present > 0 && Float.isNaN(values[present - 1])) {
            present--;
        }
        float[] edges = edges(values, present);
        double[] shares = new double[edges.length + 1];
        Distribution bins = new Distribution(name, edges, shares, (double) (values.length - present) / values.length);
        for (int i = 0; i < present; i++) {
            shares[bins.bin(values[i])]++;
        }
        for (int bin = 0; bin < shares.length; bin++) {
            shares[bin] /= values.length;
        }
        return bins;
    }

    private static float[] edges(float[] ascending, int count) {
        TreeSet<Float> edges = new TreeSet<>();
        for (int i = 0; i < count && edges.size() <= FEW_VALUES; i++) {
            edges.add(ascending[i]);
        }
        if (edges.size() > FEW_VALUES) {
            edges.clear();
            for (int tenth = 1; tenth < TENTHS; tenth++) {
                edges.add(ascending[(int) ((long) tenth * count / TENTHS)]);
            }
        }
        float[] array = new float[edges.size()];
        int next = 0;
        for (float edge : edges) {
            array[next++] = edge;
        }
        return array;
    }
}
