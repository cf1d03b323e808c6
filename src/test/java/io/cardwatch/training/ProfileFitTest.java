package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.TrainingProfile;
import io.cardwatch.score.TrainingProfile.Distribution;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProfileFitTest {
    private static final int ROWS = 1_000;

    @TempDir
    Path directory;

    @Test
    void manyValuesFallIntoTenths_fewIntoOneBinEach_andMissingOnesAreCounted() {
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        float[] scores = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            double[] values = new double[FeatureSet.REFERENCE.size()];
            values[0] = i * 7 % ROWS; // each of 0 to 999 once
            values[1] = i % 4 == 0 ? 1 : 0;
            values[2] = i % 5 == 0 ? Double.NaN : 3;
            values[3] = i % 2 == 0 ? 0 : i; // half of the rows are 0
            data.add(0, i, values, false, 0);
            scores[i] = i / (float) ROWS;
        }

        TrainingProfile profile = ProfileFit.of(new ScoredRows(data, scores));

        assertThat(profile.rows).isEqualTo(ROWS);
        assertThat(profile.features)
                .extracting(distribution -> distribution.name)
                .isEqualTo(FeatureSet.REFERENCE.names());
        Distribution amount = profile.features.get(0);
        assertThat(amount.edges).containsExactly(100, 200, 300, 400, 500, 600, 700, 800, 900);
        assertThat(amount.shares[0]).isCloseTo(0.101, within(1e-12));
        assertThat(amount.shares[9]).isCloseTo(0.099, within(1e-12));
        assertThat(profile.features.get(1).edges).containsExactly(0, 1);
        assertThat(profile.features.get(1).shares).containsExactly(0.75, 0.25, 0);
        assertThat(profile.features.get(2).edges).containsExactly(3);
        assertThat(profile.features.get(2).shares).containsExactly(0.8, 0);
        assertThat(profile.features.get(2).missing).isEqualTo(0.2);
        assertThat(profile.features.get(3).shares[0]).isEqualTo(0.5);
        assertThat(profile.features.get(3).edges).containsExactly(0, 1, 201, 401, 601, 801);
        assertThat(profile.score.edges).hasSize(9);
        assertThat(Arrays.stream(profile.score.shares).sum()).isCloseTo(1, within(1e-12));
    }

    /** The windows of a history's beginning are not full. */
    @Test
    void ofALongHistoryTheFirstFortyDaysAreLeftOut_ofAShortOneNothing() {
        assertThat(profileOfDays(80).rows).isEqualTo(41);
        assertThat(profileOfDays(80).features.get(0).shares).containsExactly(1, 0);
        assertThat(profileOfDays(79).rows).isEqualTo(80);
    }

    /** A row at each midnight; the amount is 0 until day 40, then 1. */
    private static TrainingProfile profileOfDays(int days) {
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        for (int day = 0; day <= days; day++) {
            double[] values = new double[FeatureSet.REFERENCE.size()];
            values[0] = day < 40 ? 0 : 1;
            data.add(day * 86_400L, day, values, false, 0);
        }
        return ProfileFit.of(new ScoredRows(data, new float[data.rows()]));
    }

    @Test
    void aValueFallsIntoTheBinUpToItsEdge() {
        Distribution bins = new Distribution("x", new float[] {0, 2}, new double[] {0.5, 0.25, 0.15}, 0.1);

        assertThat(bins.bins()).isEqualTo(4);
        assertThat(bins.bin(-1)).isZero();
        assertThat(bins.bin(-0f)).isZero();
        assertThat(bins.bin(0)).isZero();
        assertThat(bins.bin(0.5f)).isEqualTo(1);
        assertThat(bins.bin(2)).isEqualTo(1);
        assertThat(bins.bin(2.5f)).isEqualTo(2);
        assertThat(bins.bin(Float.NaN)).isEqualTo(3);
        assertThat(bins.share(3)).isEqualTo(0.1);
    }

    @Test
    void trainingWritesIt_andAChangedOneIsRefused_byTheJobToo() throws IOException {
        TrainingData history = CsvHistory.read(
                Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv()), FeatureSet.REFERENCE);
        TrainingOptions options = new TrainingOptions();
        options.trees.rounds = 5;
        Path out = directory.resolve("model");
        TrainedModel trained = new Trainer(options, (step, done) -> {}).train(history).model;
        ModelWriter.write(out, trained);

        TrainingProfile profile = TrainingProfile.byVersion(out.toString()).get(trained.version());

        assertThat(profile.rows).isEqualTo(history.rows());
        double[] amounts = new double[history.rows()];
        Arrays.setAll(amounts, row -> history.value(row, Feature.TX_AMOUNT.index()));
        Arrays.sort(amounts);
        assertThat(profile.features.get(0).edges[4]).isEqualTo((float) amounts[amounts.length / 2]);
        Path file = out.resolve("profile.json");
        Files.writeString(file, Files.readString(file).replace("\"rows\":", "\"rows\": "));
        assertThatThrownBy(() -> TrainingProfile.byVersion(out.toString()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("profile.json of the model in")
                .hasMessageContaining("was changed");
        assertThatThrownBy(() -> FraudModel.load(out.toString())).isInstanceOf(BadInputException.class);
    }

    @ParameterizedTest
    @EnumSource
    void aShippedModelHasOne_ofTheRowsAfterTheFirstFortyDays(FeatureSet set) {
        TrainingProfile profile =
                TrainingProfile.shipped(set).get(FraudModel.loadShipped(set).version());

        assertThat(profile.rows).isEqualTo(1_058_482);
        assertThat(profile.features).hasSize(set.size());
        assertThat(profile.features).allSatisfy(distribution -> assertThat(
                        Arrays.stream(distribution.shares).sum() + distribution.missing)
                .isCloseTo(1, within(1e-9)));
    }
}
