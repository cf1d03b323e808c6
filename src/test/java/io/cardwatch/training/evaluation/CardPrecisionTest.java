package io.cardwatch.training.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.TrainingData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class CardPrecisionTest {
    private static final long DAY = 86_400;
    private static final long MIDNIGHT = LocalDate.of(2018, 8, 8).toEpochDay() * DAY;
    private static final double[] NO_FEATURES = new double[FeatureSet.REFERENCE.size()];

    private final TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
    private final List<Float> probabilities = new ArrayList<>();

    @Test
    void aFoundCardLeavesTheLaterDays_andAMissedOneStays() {
        // Highest two: card 1 for its fraud, card 2 for nothing; card 3 is missed.
        add(0, 1, 0.9, true);
        add(0, 1, 0.1, false);
        add(0, 2, 0.8, false);
        add(0, 3, 0.3, true);
        // Without card 1 the highest two are 2 and 3.
        add(1, 1, 0.99, true);
        add(1, 2, 0.7, false);
        add(1, 3, 0.6, true);
        add(1, 4, 0.5, true);

        assertThat(precision().at(2)).isEqualTo((0.5 + 0.5) / 2);
        // Knowing all, cards 1 and 3 are found on the first day, and only card 4 is left for the second.
        assertThat(precision().attainable(2)).isEqualTo((1 + 0.5) / 2);
    }

    @Test
    void aCardCountsByItsHighestScore_andByAnyFraudOfTheDay() {
        add(0, 1, 0.2, true);
        add(0, 1, 0.9, false);
        add(0, 2, 0.8, false);

        assertThat(precision().at(1)).isEqualTo(1);
    }

    @Test
    void aDayEndsAtMidnightUtc() {
        rows.add(MIDNIGHT + DAY - 1, 1, NO_FEATURES, false, 0);
        rows.add(MIDNIGHT + DAY, 2, NO_FEATURES, true, 0);
        probabilities.add(0.9f);
        probabilities.add(0.1f);

        assertThat(precision().at(1)).isEqualTo(0.5);
    }

    @Test
    void aDayWithFewerCardsIsDividedByKAllTheSame() {
        add(0, 1, 0.9, true);

        assertThat(precision().at(4)).isEqualTo(0.25);
        assertThat(precision().attainable(4)).isEqualTo(0.25);
    }

    @Test
    void ofEqualScoresTheLowerCustomerIdComesFirstWhateverTheOrderOfRows() {
        add(0, 2, 0.5, true);
        add(0, 1, 0.5, false);

        assertThat(precision().at(1)).isZero();
    }

    @RepeatedTest(20)
    void agreesWithTheDefinitionOnRandomDays(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 400; i++) {
            add(random.nextInt(5), random.nextInt(30), random.nextInt(50) / 50.0, random.nextInt(6) == 0);
        }

        for (int k : new int[] {1, 5, 12, 40}) {
            assertThat(precision().at(k)).isCloseTo(byDefinition(k), within(1e-12));
        }
    }

    /** Chapter 5's four test folds; its prequential split counts them backwards from the latest training week. */
    @Test
    @EnabledIf(
            value = "io.cardwatch.oracle.HandbookFeatures#isShared",
            disabledReason = "there is no ../shared beside the project, where the handbook's data would lie")
    void whatIsAttainableOnTheHandbooksFoldsIsWhatItPublishes() throws IOException {
        TrainingData all = handbook();
        List<Double> attainable = new ArrayList<>();
        for (String trainingStart : List.of("2018-08-15", "2018-08-08", "2018-08-01", "2018-07-25")) {
            TrainingData fold = testFold(all, LocalDate.parse(trainingStart).toEpochDay() * DAY);
            attainable.add(new CardPrecision(new ScoredRows(fold, new float[fold.rows()])).attainable(100));
        }

        assertThat(attainable)
                .usingElementComparator((ours, published) -> Math.abs(ours - published) < 0.0005 ? 0 : 1)
                .containsExactly(0.451, 0.420, 0.409, 0.397);
    }

    /**
     * The third week from {@code start}; for each of its days without the cards that had a fraud since {@code start},
     * as far as that is known after seven days.
     */
    private static TrainingData testFold(TrainingData all, long start) {
        BitSet chosen = new BitSet();
        for (long midnight = start + 14 * DAY; midnight < start + 21 * DAY; midnight += DAY) {
            Set<Long> compromised = new HashSet<>();
            for (int row : rowsWithin(all, start, midnight - 7 * DAY)) {
                if (all.fraud(row)) {
                    compromised.add(all.customerId(row));
                }
            }
            for (int row : rowsWithin(all, midnight, midnight + DAY)) {
                chosen.set(row, !compromised.contains(all.customerId(row)));
            }
        }
        return all.where(chosen::get);
    }

    private static int[] rowsWithin(TrainingData all, long from, long until) {
        return IntStream.range(0, all.rows())
                .filter(row -> all.epochSecond(row) >= from && all.epochSecond(row) < until)
                .toArray();
    }

    private static TrainingData handbook() throws IOException {
        Path file =
                Path.of(System.getProperty("cardwatch.shared", "../shared"), "data", "handbook", "transactions.csv.gz");
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
            lines.lines()
                    .skip(1)
                    .map(line -> line.split(","))
                    .filter(cells -> cells[1].compareTo("2018-07-25") >= 0)
                    .forEach(cells -> {
                        long second =
                                LocalDateTime.parse(cells[1].replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC);
                        data.add(
                                second,
                                Long.parseLong(cells[2]),
                                NO_FEATURES,
                                cells[7].equals("1"),
                                Integer.parseInt(cells[8]));
                    });
        }
        return data;
    }

    private double byDefinition(int k) {
        Set<Long> found = new HashSet<>();
        double sum = 0;
        List<Long> days = IntStream.range(0, rows.rows())
                .mapToObj(row -> rows.epochSecond(row) / DAY)
                .distinct()
                .sorted()
                .toList();
        for (long day : days) {
            List<Long> cards = IntStream.range(0, rows.rows())
                    .filter(row -> rows.epochSecond(row) / DAY == day)
                    .mapToObj(rows::customerId)
                    .distinct()
                    .filter(card -> !found.contains(card))
                    .sorted(Comparator.comparingDouble((Long card) -> -highest(day, card))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(k)
                    .filter(card -> hasFraud(day, card))
                    .toList();
            sum += (double) cards.size() / k;
            found.addAll(cards);
        }
        return sum / days.size();
    }

    private double highest(long day, long card) {
        return of(day, card).mapToDouble(probabilities::get).max().orElseThrow();
    }

    private boolean hasFraud(long day, long card) {
        return of(day, card).anyMatch(rows::fraud);
    }

    private IntStream of(long day, long card) {
        return IntStream.range(0, rows.rows())
                .filter(row -> rows.epochSecond(row) / DAY == day && rows.customerId(row) == card);
    }

    private void add(int day, long customerId, double probability, boolean fraud) {
        rows.add(MIDNIGHT + day * DAY + 3600, customerId, NO_FEATURES, fraud, fraud ? 1 : 0);
        probabilities.add((float) probability);
    }

    private CardPrecision precision() {
        float[] byRow = new float[probabilities.size()];
        for (int row = 0; row < byRow.length; row++) {
            byRow[row] = probabilities.get(row);
        }
        return new CardPrecision(new ScoredRows(rows, byRow));
    }
}
