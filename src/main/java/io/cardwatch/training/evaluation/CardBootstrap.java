package io.cardwatch.training.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * How much figures would vary with other customers: 95 % intervals by the percentile bootstrap (Efron and Tibshirani,
 * "An Introduction to the Bootstrap", 1993). It draws as many cards as there are, with replacement, each with all its
 * rows. The payments of one card are not independent, so drawing rows would make the intervals too narrow.
 *
 * <p>Rows are sorted once; a draw then costs one pass over them. The same rows give the same intervals, and figures of the
 * same rows see the same draws.
 */
public final class CardBootstrap {
    public static final int DRAWS = 500;

    private static final long SEED = 1;
    private static final double TAIL = 0.025;

    /** By place in descending order of the score. */
    private final float[] scores;

    private final boolean[] frauds;
    private final int[] cards;

    private CardBootstrap(Outcomes rows, float[] byRow, int[] cardByRow) {
        int count = rows.rows();
        int[] descending = Ranking.descending(byRow);
        scores = new float[count];
        frauds = new boolean[count];
        cards = new int[count];
        for (int i = 0; i < count; i++) {
            scores[i] = byRow[descending[i]];
            frauds[i] = rows.fraud(descending[i]);
            cards[i] = cardByRow[descending[i]];
        }
    }

    /** The interval of each figure over these rows; there must be frauds and genuine ones. */
    public static List<Interval> intervals(ScoredRows scored, List<ToDoubleFunction<Ranking>> figures) {
        return Arrays.stream(values(Outcomes.of(scored.rows), scored.probabilities, (ranking, times) -> figures.stream()
                        .mapToDouble(figure -> figure.applyAsDouble(ranking))
                        .toArray()))
                .map(CardBootstrap::interval)
                .collect(Collectors.toList());
    }

    /** What is measured of each draw of scored rows. */
    interface Measure {
        /**
         * The figures of a draw.
         *
         * @param times by card in ascending order, how often it was drawn
         */
        double[] of(Ranking ranking, int[] times);
    }

    /**
     * The values of each figure by draw. A draw without frauds or genuine rows is drawn again.
     *
     * @param scores by row
     */
    static double[][] values(Outcomes rows, float[] scores, Measure measure) {
        long[] ids = rows.cards();
        CardBootstrap sorted = new CardBootstrap(rows, scores, rows.cardByRow(ids));
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(SEED);
        return byFigure(Stream.generate(() -> sorted.draw(random, ids.length, measure)));
    }

    /**
     * The values by draw of figures that are functions of sums over rows.
     *
     * @param sums by card, one of the rows' sums each
     * @param figures of the drawn sums; NaN where they say nothing
     */
    static double[][] values(double[][] sums, List<ToDoubleFunction<double[]>> figures) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(SEED);
        return byFigure(Stream.generate(() -> {
            double[] drawn = new double[sums[0].length];
            for (int i = 0; i < sums.length; i++) {
                double[] card = sums[random.nextInt(sums.length)];
                for (int sum = 0; sum < drawn.length; sum++) {
                    drawn[sum] += card[sum];
                }
            }
            return figures.stream()
                    .mapToDouble(figure -> figure.applyAsDouble(drawn))
                    .toArray();
        }));
    }

    private static double[][] byFigure(Stream<double[]> draws) {
        double[][] byDraw = draws.limit(DRAWS).toArray(double[][]::new);
        double[][] byFigure = new double[byDraw[0].length][DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            for (int figure = 0; figure < byFigure.length; figure++) {
                byFigure[figure][draw] = byDraw[draw][figure];
            }
        }
        return byFigure;
    }

    /** The interval that holds 95 % of the draws that say something. */
    static Interval interval(double[] draws) {
        double[] ascending = Arrays.stream(draws)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        return ascending.length == 0
                ? new Interval(Double.NaN, Double.NaN)
                : new Interval(quantile(ascending, TAIL), quantile(ascending, 1 - TAIL));
    }

    private double[] draw(UniformRandomProvider random, int cardCount, Measure measure) {
        int[] times = new int[cardCount];
        Ranking ranking;
        do {
            Arrays.fill(times, 0);
            for (int i = 0; i < cardCount; i++) {
                times[random.nextInt(cardCount)]++;
            }
            ranking = ranking(times);
        } while (ranking.steps() == 0 || ranking.allFrauds() == 0 || ranking.allGenuine() == 0);
        return measure.of(ranking, times);
    }

    private Ranking ranking(int[] times) {
        int rows = scores.length;
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
                steps += steps == 0 || scores[i] != thresholds[steps - 1] ? 1 : 0;
                thresholds[steps - 1] = scores[i];
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
