package io.cardwatch.training.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.benchmark.ReferenceHistory.Labels;
import io.cardwatch.training.evaluation.CardPrecision;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The protocol against what is published: perfect scores on its folds, and what may be learned from. */
class ModelBenchmarkTest {
    private static final long START = Profile.handbook().build().startEpochSecond();

    private static ReferenceHistory history;

    @BeforeAll
    static void replay() {
        history = ReferenceHistory.of(
                Profile.handbook(), FeatureSet.REFERENCE, Labels.fixed(Duration.ofDays(7)), second -> {});
    }

    @Test
    void perfectScoresHaveThePublishedCardPrecisionOnEachTestFold() {
        List<Double> perfect = new ArrayList<>();
        for (Fold fold : Fold.test(START)) {
            TrainingData rows = fold.test(history.rows);
            perfect.add(new CardPrecision(new ScoredRows(rows, rows.labels())).at(100));
        }

        assertThat(perfect)
                .usingElementComparator((a, b) -> Math.abs(a - b) < 5e-4 ? 0 : Double.compare(a, b))
                .containsExactly(0.397, 0.409, 0.420, 0.451);
    }

    @Test
    void onlyWhatIsKnownAtTheEndOfTheGapIsLearnedFrom() {
        Fold fold = Fold.test(START).get(0);
        TrainingData known = history.knownAt(fold.gapEnd());

        assertThat(known.lastSecond())
                .isLessThanOrEqualTo(fold.gapEnd() - 7 * 86_400)
                .isGreaterThan(fold.gapEnd() - 7 * 86_400 - 600);
        assertThat(fold.history(known).rows())
                .isEqualTo(fold.history(history.rows).rows());
    }
}
