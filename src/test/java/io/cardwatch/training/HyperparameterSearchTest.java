package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HyperparameterSearchTest {
    private static final TrainingProgress SILENT = (step, share) -> {};

    @TempDir
    Path directory;

    private TrainingData history;
    private TrainingOptions options;

    @BeforeEach
    void readHistory() throws IOException {
        history = CsvHistory.read(
                Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv()), FeatureSet.REFERENCE);
        options = new TrainingOptions();
        options.gapDays = 3;
        options.trees.rounds = 20;
        // Only leaves with a third of all rows: whatever is drawn does better.
        options.trees.minChildWeight = 200;
        options.trees.eta = 0.1;
        options.trees.subsample = 1;
        options.trees.columnSample = 1;
    }

    @Test
    void theFirstCandidateIsWhatWasGiven() {
        options.candidates = 1;

        FoundHyperparameters found = search(options, System::nanoTime);

        assertThat(found.best).isSameAs(options.trees);
        assertThat(found.tried).isEqualTo(1);
        assertThat(found.givenWorth).isEqualTo(found.bestWorth).isBetween(0.5, 1.0);
    }

    @Test
    void findsBetterOnesThanGiven_worthWhatTheyAreWorthAlone() {
        options.candidates = 4;
        FoundHyperparameters found = search(options, System::nanoTime);

        assertThat(found.tried).isEqualTo(4);
        assertThat(found.bestWorth).isGreaterThan(found.givenWorth + 0.02);
        options.candidates = 1;
        options.trees = found.best;
        assertThat(search(options, System::nanoTime).bestWorth).isEqualTo(found.bestWorth);
    }

    @Test
    void asManyCandidatesAsTheClockAllowedFindTheSame() {
        options.budget = Duration.ofMinutes(5);
        AtomicLong seconds = new AtomicLong();
        FoundHyperparameters bounded = search(options, () -> seconds.incrementAndGet() * 1_000_000_000);

        assertThat(bounded.tried).isBetween(2, 4);
        options.candidates = bounded.tried;
        FoundHyperparameters repeated = search(options, System::nanoTime);

        assertThat(repeated.best.forXgboost()).isEqualTo(bounded.best.forXgboost());
        assertThat(repeated.bestWorth).isEqualTo(bounded.bestWorth);
        assertThat(repeated.tried).isEqualTo(bounded.tried);
    }

    @Test
    void aCandidateThatIsNotFinishedInTimeDoesNotCount() {
        options.budget = Duration.ofSeconds(30);
        AtomicLong seconds = new AtomicLong();

        FoundHyperparameters found = search(options, () -> seconds.incrementAndGet() * 1_000_000_000);

        assertThat(found.tried).isZero();
        assertThat(found.best).isSameAs(options.trees);
    }

    @Test
    void anotherSeedDrawsOtherCandidates() {
        options.candidates = 2;
        FoundHyperparameters one = search(options, System::nanoTime);
        options.trees.seed = 2;
        FoundHyperparameters other = search(options, System::nanoTime);

        assertThat(one.best.eta).isNotEqualTo(other.best.eta);
    }

    @Test
    void theHoldOutHasNoPartInIt() {
        options.candidates = 2;
        long holdOut = SyntheticHistory.FIRST_SECOND + 50L * 86_400;
        TrainingData changed = new TrainingData(FeatureSet.REFERENCE);
        for (int row = 0; row < history.rows(); row++) {
            double[] values = new double[FeatureSet.REFERENCE.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = history.value(row, i);
            }
            boolean fraud = history.epochSecond(row) >= holdOut ? row % 2 == 0 : history.fraud(row);
            changed.add(history.epochSecond(row), 1, values, fraud, 0);
        }

        FoundHyperparameters found = new HyperparameterSearch(options, System::nanoTime, SILENT).search(changed);

        assertThat(found.bestWorth).isEqualTo(search(options, System::nanoTime).bestWorth);
    }

    private FoundHyperparameters search(TrainingOptions options, LongSupplier clock) {
        return new HyperparameterSearch(options, clock, SILENT).search(history);
    }
}
