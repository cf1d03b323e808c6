package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScoreQualityTest {
    private static final int DAYS = 4;

    private final Outcomes rows = new Outcomes();
    private final List<Float> scores = new ArrayList<>();

    /** More than 100 cards a day, many of equal score, against the definition written down once more. */
    @Test
    void cardPrecisionAndItsShareOfTheAttainableFollowTheDefinition() {
        Random random = new Random(8);
        for (int row = 0; row < 3_000; row++) {
            boolean fraud = random.nextInt(6) == 0;
            rows.add(random.nextInt(400) - 200, 86_400L * DAYS * row / 3_000, 100, fraud);
            scores.add((random.nextInt(10) + (fraud ? 3 : 0)) / 12f);
        }

        ScoreQuality quality = new ScoreQuality(rows, floats());

        double found = byDefinition(false);
        double attainable = byDefinition(true);
        assertThat(found).isLessThan(attainable);
        assertThat(quality.cardPrecisionAt100.value).isCloseTo(found, within(1e-12));
        assertThat(quality.attainableAt100.value).isCloseTo(attainable, within(1e-12));
        assertThat(quality.shareOfAttainable.value).isCloseTo(found / attainable, within(1e-12));
        assertThat(quality.cardPrecisionAt100.value)
                .isBetween(quality.cardPrecisionAt100.interval.low, quality.cardPrecisionAt100.interval.high);
        assertThat(quality.shareOfAttainable.interval.low).isLessThan(quality.shareOfAttainable.interval.high);
    }

    /** A card that was drawn twice is two cards; where all are alike, no draw differs. */
    @Test
    void whereAllCardsAreAlike_allDrawsAre() {
        for (int card = 0; card < 60; card++) {
            rows.add(card, 0, 100, true);
            scores.add(0.9f);
            rows.add(card, 86_400, 100, false);
            scores.add(0.1f);
        }

        ScoreQuality quality = new ScoreQuality(rows, floats());

        assertThat(quality.cardPrecisionAt100.value).isCloseTo(0.3, within(1e-12));
        assertThat(quality.cardPrecisionAt100.interval.low).isCloseTo(0.3, within(1e-12));
        assertThat(quality.cardPrecisionAt100.interval.high).isCloseTo(0.3, within(1e-12));
        assertThat(quality.averagePrecision.interval.low).isEqualTo(1);
    }

    @Test
    void withoutFraudsItSaysNothing() {
        rows.add(1, 0, 100, false);
        scores.add(0.5f);

        ScoreQuality quality = new ScoreQuality(rows, floats());

        assertThat(quality.averagePrecision.isKnown()).isFalse();
        assertThat(quality.shareOfAttainable.isKnown()).isFalse();
    }

    private double byDefinition(boolean perfect) {
        Set<Long> blocked = new HashSet<>();
        double sum = 0;
        for (long day = 0; day < DAYS; day++) {
            Map<Long, Double> best = new HashMap<>();
            Set<Long> defrauded = new HashSet<>();
            for (int row = 0; row < rows.rows(); row++) {
                if (rows.day(row) == day) {
                    double score = perfect ? (rows.fraud(row) ? 1 : 0) : scores.get(row);
                    best.merge(rows.customerId(row), score, Math::max);
                    if (rows.fraud(row)) {
                        defrauded.add(rows.customerId(row));
                    }
                }
            }
            List<Long> found = best.keySet().stream()
                    .filter(card -> !blocked.contains(card))
                    .sorted(Comparator.<Long>comparingDouble(card -> -best.get(card))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(100)
                    .filter(defrauded::contains)
                    .toList();
            sum += found.size() / 100.0;
            blocked.addAll(found);
        }
        return sum / DAYS;
    }

    private float[] floats() {
        float[] array = new float[scores.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = scores.get(i);
        }
        return array;
    }
}
