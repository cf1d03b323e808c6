package io.cardwatch.training.evaluation;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Card precision at k: what investigators find who check k cards a day, as the Fraud Detection Handbook defines it
 * (chapter 4.4). A card's score on a UTC day is the highest of its transactions. The precision of a day is the share of
 * cards with a fraud on that day among the k cards with the highest scores; the figure is the mean over the days. A
 * card found that way is blocked and left out on all later days. A day with fewer than k cards is divided by k all the
 * same. Of equal scores the lower customer id comes first.
 *
 * <p>Time: a sort of each day's cards once, then one pass over them for every k. Space: 16 bytes for a card on a day.
 */
public final class CardPrecision {
    private final int cards;
    private final long[][] days;
    private final long[][] perfectDays;

    /** For these rows, in any order; there must be one. */
    public CardPrecision(ScoredRows scored) {
        this(Outcomes.of(scored.rows), scored.probabilities);
    }

    /** For these rows and their scores, each 0 or more; there must be a row. */
    CardPrecision(Outcomes rows, float[] scores) {
        long[] ids = rows.cards();
        int[] cardByRow = rows.cardByRow(ids);
        cards = ids.length;
        long[] cardDays = IntStream.range(0, rows.rows())
                .mapToLong(row -> cardDay(rows.day(row), cardByRow[row]))
                .sorted()
                .distinct()
                .toArray();
        float[] best = new float[cardDays.length];
        boolean[] fraud = new boolean[cardDays.length];
        for (int row = 0; row < rows.rows(); row++) {
            int at = Arrays.binarySearch(cardDays, cardDay(rows.day(row), cardByRow[row]));
            best[at] = Math.max(best[at], scores[row]);
            fraud[at] |= rows.fraud(row);
        }
        float[] perfect = new float[cardDays.length];
        for (int at = 0; at < perfect.length; at++) {
            perfect[at] = fraud[at] ? 1 : 0;
        }
        days = days(cardDays, best, fraud);
        perfectDays = days(cardDays, perfect, fraud);
    }

    /** The share of frauds among the {@code k} highest cards of a day, as the mean over the days. */
    public double at(int k) {
        return at(k, once());
    }

    /**
     * The same for perfect scores, 1 for a fraud and 0 for the rest. It is below 1 if on some days fewer than k cards
     * have a fraud and were not found before.
     */
    public double attainable(int k) {
        return attainable(k, once());
    }

    /**
     * The same with some cards several times or not at all.
     *
     * @param times by card in ascending order
     */
    double at(int k, int[] times) {
        return meanPrecision(days, k, times);
    }

    /** See {@link #at(int, int[])}. */
    double attainable(int k, int[] times) {
        return meanPrecision(perfectDays, k, times);
    }

    private int[] once() {
        int[] once = new int[cards];
        Arrays.fill(once, 1);
        return once;
    }

    private double meanPrecision(long[][] byDay, int k, int[] times) {
        int[] found = new int[cards];
        long sum = 0;
        for (long[] day : byDay) {
            int checked = 0;
            for (int i = 0; i < day.length && checked < k; i++) {
                int card = card(day[i]);
                int now = Math.min(times[card] - found[card], k - checked);
                checked += now;
                if ((day[i] & 1) == 1) {
                    found[card] += now;
                    sum += now;
                }
            }
        }
        return (double) sum / k / byDay.length;
    }

    /** The cards of each day, highest score first, as numbers whose order that is. */
    private static long[][] days(long[] cardDays, float[] scores, boolean[] frauds) {
        long[] keys = new long[cardDays.length];
        Arrays.setAll(
                keys,
                at -> (long) ~Ranking.ordered(scores[at]) << 32
                        | (cardDays[at] & 0xffffffffL) << 1
                        | (frauds[at] ? 1 : 0));
        int[] ends = IntStream.rangeClosed(1, keys.length)
                .filter(at -> at == keys.length || cardDays[at] >> 32 != cardDays[at - 1] >> 32)
                .toArray();
        long[][] days = new long[ends.length][];
        for (int day = 0; day < ends.length; day++) {
            days[day] = Arrays.copyOfRange(keys, day == 0 ? 0 : ends[day - 1], ends[day]);
            Arrays.sort(days[day]);
        }
        return days;
    }

    private static long cardDay(long day, int card) {
        return day << 32 | card;
    }

    private static int card(long key) {
        return (int) key >>> 1;
    }
}
