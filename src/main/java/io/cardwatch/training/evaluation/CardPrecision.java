package io.cardwatch.training.evaluation;

import io.cardwatch.training.history.TrainingData;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/**
 * Card precision at k: what investigators find who check k cards a day, as the Fraud Detection Handbook defines it
 * (chapter 4.4). A card's score on a UTC day is the highest of its transactions. The precision of a day is the share of
 * cards with a fraud on that day among the k cards with the highest scores; the figure is the mean over the days. A
 * card found that way is blocked and left out on all later days. A day with fewer than k cards is divided by k all the
 * same. Of equal scores the lower customer id comes first.
 *
 * <p>Time: a sort of each day's cards once, then one pass over them for every k.
 */
public final class CardPrecision {
    private static final long SECONDS_PER_DAY = 86_400;

    private final List<List<Card>> days;
    private final List<List<Card>> perfectDays;

    /** For these rows, in any order; there must be one. */
    public CardPrecision(ScoredRows scored) {
        TrainingData rows = scored.rows;
        days = days(rows, row -> scored.probabilities[row]);
        perfectDays = days(rows, row -> rows.fraud(row) ? 1 : 0);
    }

    /** The share of frauds among the {@code k} highest cards of a day, as the mean over the days. */
    public double at(int k) {
        return meanPrecision(days, k);
    }

    /**
     * The same for perfect scores, 1 for a fraud and 0 for the rest. It is below 1 if on some days fewer than k cards
     * have a fraud and were not found before.
     */
    public double attainable(int k) {
        return meanPrecision(perfectDays, k);
    }

    private static double meanPrecision(List<List<Card>> days, int k) {
        LongSet found = new LongOpenHashSet();
        for (List<Card> cards : days) {
            int checked = 0;
            for (int i = 0; i < cards.size() && checked < k; i++) {
                Card card = cards.get(i);
                if (!found.contains(card.customerId)) {
                    checked++;
                    if (card.fraud) {
                        found.add(card.customerId);
                    }
                }
            }
        }
        return (double) found.size() / k / days.size();
    }

    /** The cards of each day, highest score first. */
    private static List<List<Card>> days(TrainingData rows, IntToDoubleFunction score) {
        Map<Long, Map<Long, Card>> byDay = new TreeMap<>();
        for (int row = 0; row < rows.rows(); row++) {
            Card card = byDay.computeIfAbsent(
                            Math.floorDiv(rows.epochSecond(row), SECONDS_PER_DAY), day -> new HashMap<>())
                    .computeIfAbsent(rows.customerId(row), Card::new);
            card.score = Math.max(card.score, score.applyAsDouble(row));
            card.fraud |= rows.fraud(row);
        }
        List<List<Card>> days = new ArrayList<>();
        for (Map<Long, Card> cards : byDay.values()) {
            List<Card> sorted = new ArrayList<>(cards.values());
            sorted.sort(
                    Comparator.comparingDouble((Card card) -> -card.score).thenComparingLong(card -> card.customerId));
            days.add(sorted);
        }
        return days;
    }

    /** One card on one day. */
    private static final class Card {
        final long customerId;
        double score;
        boolean fraud;

        Card(long customerId) {
            this.customerId = customerId;
        }
    }
}
