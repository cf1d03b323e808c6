package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdPolicyTest {
    private static final int DAY = 86_400;

    /** By row: probability, fraud (1), day, card, amount. The first day begins at 10:00, the last ends at 10:00. */
    private static final double[][] ROWS = {
        {0.95, 1, 0, 1, 100},
        {0.90, 1, 0, 1, 50},
        {0.80, 0, 1, 2, 40},
        {0.70, 1, 1, 3, 300},
        {0.60, 1, 1, 2, 60},
        {0.50, 0, 0, 4, 20},
        {0.50, 1, 1, 5, 5},
        {0.40, 0, 1, 6, 20},
        {0.10, 0, 0, 7, 20},
        {0.05, 0, 0, 8, 20},
    };

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        // 4 of 5 right and 4 of 5 found; with both at 0.5 it would be 5 of 7 and all: F1 0.8 against 0.83.
        "best-f1, 0.5",
        "precision=1, 0.9",
        // 0.75 at 0.7 (3 of 4), 0.8 at 0.6 (4 of 5), below 5 of 7.
        "precision=0.75, 0.6",
        "precision=0.71, 0.5",
        "precision=0.01, 0.05",
        // Cards: day 0 has card 1, day 1 cards 2 and 3, both at 0.6; at 0.5 one more on either day.
        "cards-per-day=1, 0.8",
        "cards-per-day=1.5, 0.6",
        "cards-per-day=2.4, 0.6",
        "cards-per-day=2.5, 0.5",
        "cards-per-day=1000, 0.05",
    })
    void choosesTheLowestThresholdThatReachesTheAim(String policy, double threshold) {
        assertThat(ThresholdPolicy.parse(policy).choose(scored())).isCloseTo(threshold, within(1e-7));
    }

    /** With review 10, half of the amount saved and 30 for a genuine payment: +40, +15, −40, +140, +20, −40 − 7.5, … */
    @Test
    void choosesTheThresholdThatSavesMost() throws IOException {
        Path costs = costs("{\"review\": 10, \"savedShare\": 0.5, \"blockedGenuine\": 30}");
        ThresholdPolicy policy = ThresholdPolicy.parse("cost=" + costs);

        double threshold = policy.choose(scored());

        assertThat(threshold).isCloseTo(0.6, within(1e-7));
        CostModel model = policy.costs().orElseThrow();
        assertThat(model.saved(scored(), threshold)).isCloseTo(175, within(1e-9));
        assertThat(model.saved(scored(), 0.85)).isCloseTo(55, within(1e-9));
        assertThat(model.attainable(scored())).isCloseTo(215, within(1e-9));
    }

    @Test
    void whatNoThresholdReachesIsRefusedWithTheFact() throws IOException {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        add(rows, 0, 1, 10, false);
        add(rows, 0, 2, 10, true);
        ScoredRows scored = new ScoredRows(rows, new float[] {0.9f, 0.8f});

        assertRefused(
                () -> ThresholdPolicy.parse("precision=0.9").choose(scored),
                "--threshold precision=0.9 is not reached on the validation rows: the best precision is 0.500");
        assertRefused(
                () -> ThresholdPolicy.parse("cards-per-day=0.5").choose(scored),
                "the highest probability alone alerts 1.00 cards a day");
        Path costs = costs("{\"review\": 10, \"savedShare\": 0.5, \"blockedGenuine\": 30}");
        assertRefused(
                () -> ThresholdPolicy.parse("cost=" + costs).choose(scored),
                "no threshold saves more than its alerts cost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "best", "precision", "precision=", "precision=much", "recall=0.5", "cards-per-day=x"})
    void refusesWhatIsNoPolicy(String text) {
        assertRefused(() -> ThresholdPolicy.parse(text), "'" + text + "' is no threshold policy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"precision=0", "precision=1.1", "precision=NaN", "cards-per-day=0", "cards-per-day=-1"})
    void refusesAimsOutOfRange(String text) {
        assertRefused(() -> ThresholdPolicy.parse(text), " is ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"review\": 1}|is not a cost file: Missing required creator property 'savedShare'",
                "{\"review\": 1, \"savedShare\": 1, \"blockedGenuine\": 1, \"x\": 1}|is not a cost file: Unrecognized",
                "{\"review\": null, \"savedShare\": 1, \"blockedGenuine\": 1}|is not a cost file",
                "review=1|is not a cost file",
                "{\"review\": -1, \"savedShare\": 1, \"blockedGenuine\": 1}|review is -1.0 in",
                "{\"review\": 1, \"savedShare\": 1.5, \"blockedGenuine\": 1}|savedShare is 1.5 in",
                "{\"review\": 1, \"savedShare\": 1, \"blockedGenuine\": -2}|blockedGenuine is -2.0 in",
            })
    void refusesACostFileThatIsNone(String json, String cause) throws IOException {
        Path file = costs(json);

        assertRefused(() -> ThresholdPolicy.parse("cost=" + file), cause);
    }

    @Test
    void refusesACostFileThatIsNotThere() {
        assertRefused(() -> ThresholdPolicy.parse("cost=" + directory.resolve("none")), "does not exist");
    }

    private Path costs(String json) throws IOException {
        return Files.writeString(directory.resolve("costs.json"), json);
    }

    private static ScoredRows scored() {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        float[] probabilities = new float[ROWS.length];
        for (int row = 0; row < ROWS.length; row++) {
            probabilities[row] = (float) ROWS[row][0];
            add(rows, (int) ROWS[row][2], (long) ROWS[row][3], ROWS[row][4], ROWS[row][1] == 1);
        }
        return new ScoredRows(rows, probabilities);
    }

    private static void add(TrainingData rows, int day, long card, double amount, boolean fraud) {
        double[] values = new double[FeatureSet.REFERENCE.size()];
        values[0] = amount;
        rows.add(day * DAY + (day == 0 ? 36_000 : 30_000), card, values, fraud, 0);
    }

    private static void assertRefused(Runnable deed, String cause) {
        assertThatThrownBy(deed::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
