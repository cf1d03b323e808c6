package io.cardwatch.training.evaluation;

import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * How much figures would vary with other customers: 95 % intervals by the percentile bootstrap (Efron and Tibshirani,
 * "An Introduction to the Bootstrap", 1993). It draws as many cards as there are, with replacement, each with all its
 * rows. The payments of one card are not independent, so drawing rows would make the intervals too narrow.
 *
 * <p>Rows are sorted once; a draw then costs one pass over them. The same rows give the same intervals.
 */
public final class CardBootstrap {
    public static final int DRAWS = 500;

    private static final long SEED = 1;
    private static final double TAIL = 0.025;

    private final float[] probabilities;
    private final boolean[] frauds;
    private final int[] cards;
    private final int cardCount;

    private CardBootstrap(ScoredRows scored) {
        TrainingData rows = scored.rows;
        int[] descending = scored.descending();
        long[] ids = IntStream.of(descending)
                .mapToLong(rows::customerId)
                .sorted()
                .distinct()
                .toArray();
        probabilities = new float[descending.length];
        frauds = new boolean[descending.length];
        cards = new int[descending.length];
        cardCount = ids.length;
        for (int i = 0; i < descending.length; i++) {
            probabilities[i] = scored.probabilities[descending[i]];
            frauds[i] = rows.fraud(descending[i]);
            cards[i] = Arrays.binarySearch(ids, rows.customerId(descending[i]));
        }
    }

    /** The interval of each figure over these rows; there must be frauds and genuine ones. */
    public static List<Interval> intervals(ScoredRows scored, List<ToDoubleFunction<Ranking>> figures) {
        CardBootstrap bootstrap = new CardBootstrap(scored);
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(SEED);
        double[][] values = new double[figures.size()][DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            Ranking ranking = bootstrap.draw(random);
            for (int i = 0; i < values.length; i++) {
                values[i][draw] = figures.get(i).applyAsDouble(ranking);
            }
        }
        List<Interval> intervals = new ArrayList<>();
        for (double[] figure : values) {
            Arrays.sort(figure);
            intervals.add(new Interval(quantile(figure, TAIL), quantile(figure, 1 - TAIL)));
        }
        return intervals;
    }

    /** Draws cards; draws again if it got no fraud or no genuine row. */
    private Ranking draw(UniformRandomProvider random) {
        int[] times = new int[cardCount];
        Ranking ranking;
        do {
            Arrays.fill(times, 0);
            for (int i = 0; i < cardCount; i++) {
                times[random.nextInt(cardCount)]++;
            }
            ranking = ranking(times);
        } while (ranking.steps() == 0 || ranking.allFrauds() == 0 || ranking.allGenuine() == 0);
        return ranking;
    }

    private Ranking ranking(int[] times) {
        int rows = probabilities.length;
        float[] thresholds = new float[rows];
        int[] fraudsUntil = new int[rows];
        int[] genuineUntil = new int[rows];
        int steps = 0;
        int fraud = 0;
        int genuine = 0;
        for (int i = 0; i < rows; i++) {
            int weight = times[cards[i]];
            if (weight > 0) {
                fraud += frauds[i] ? weight : 0;
                genuine += frauds[i] ? 0 : weight;
                steps += steps == 0 || probabilities[i] != thresholds[steps - 1] ? 1 : 0;
                thresholds[steps - 1] = probabilities[i];
                fraudsUntil[steps - 1] = fraud;
                genuineUntil[steps - 1] = genuine;
            }
        }
        return new Ranking(thresholds, fraudsUntil, genuineUntil, steps);
    }

    /** The quantile, interpolated linearly between two order statistics, as NumPy does. */
    private static double quantile(double[] ascending, double share) {
        double position = share * (ascending.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
    }
}
