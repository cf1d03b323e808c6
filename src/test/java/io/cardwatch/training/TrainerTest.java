package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
    @TempDir
    Path directory;

    private TrainingData history;

    @BeforeEach
    void readHistory() throws IOException {
        history = CsvHistory.read(
                Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv()), FeatureSet.REFERENCE);
    }

    @Test
    void whatItWritesIsLoadedVerifiedAndScoresAsXgboostDoes() throws Exception {
        Path out = directory.resolve("model");
        TrainedModel trained = train(history);
        ModelWriter.write(out, trained);

        FraudModel model = FraudModel.load(out.toString());

        DMatrix rows = new DMatrix(history.features(), history.rows(), FeatureSet.REFERENCE.size(), Float.NaN);
        float[][] expected = XGBoost.loadModel(trained.xgboostJson).predict(rows);
        for (int row = 0; row < history.rows(); row++) {
            assertThat(model.probability(history.vector(row))).isEqualTo(expected[row][0]);
        }
        assertThat(model.threshold()).isEqualTo(trained.heldOut.threshold);
        assertThat(model.version()).isEqualTo(trained.version()).startsWith("2018-07-30-");
    }

    @Test
    void learnsWhatThereIsToLearn_andMeasuresItOnTheEndOnly() throws IOException {
        Path out = directory.resolve("model");
        TrainedModel trained = train(history);
        ModelWriter.write(out, trained);

        assertThat(trained.heldOut.averagePrecision).isGreaterThan(0.9);
        JsonNode metrics = new JsonMapper().readTree(Files.readString(out.resolve("metrics.json")));
        assertThat(metrics.at("/history/rows").asInt()).isEqualTo(history.rows());
        assertThat(metrics.at("/learned/to").asText()).isEqualTo("2018-07-16T23:50:00Z");
        assertThat(metrics.at("/heldOut/from").asText()).isEqualTo("2018-07-24T00:00:00Z");
        assertThat(metrics.at("/heldOut/to").asText()).isEqualTo("2018-07-30T23:50:00Z");
        assertThat(metrics.at("/score/averagePrecision").asDouble()).isEqualTo(trained.heldOut.averagePrecision);
        assertThat(metrics.at("/parameters/max_bin").asInt()).isEqualTo(4096);
    }

    @Test
    void theSameHistoryGivesTheSameBytes() throws IOException {
        ModelWriter.write(directory.resolve("first"), train(history));
        ModelWriter.write(directory.resolve("second"), train(history));

        assertThat(contents(directory.resolve("first"))).isEqualTo(contents(directory.resolve("second")));
    }

    @Test
    void whoMayReadOtherDirectoriesThereMayReadTheModel() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Path out = directory.resolve("model");
        ModelWriter.write(out, train(history));

        assertThat(Files.getPosixFilePermissions(out)).isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void goldenVectorsHoldFraudsAndOthers_someWithAValueMissing() {
        float[][] vectors = train(history).golden.vectors;

        assertThat(vectors).hasNumberOfRows(64);
        assertThat(Arrays.stream(vectors).filter(TrainerTest::hasMissing)).hasSize(16);
    }

    @Test
    void anExistingDirectoryIsLeftAsItIs() throws IOException {
        Path out = Files.createDirectory(directory.resolve("model"));
        Files.writeString(out.resolve("mine"), "kept");

        assertRefused(() -> ModelWriter.write(out, train(history)), "exists already");
        assertThat(contents(out)).containsOnlyKeys("mine");
    }

    @Test
    void aModelThatCannotBeWrittenLeavesNothingBehind() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertRefused(() -> ModelWriter.write(file.resolve("model"), train(history)), "cannot write");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(file, directory.resolve("history.csv"));
        }
    }

    @Test
    void refusesHistoryOfOneKindOnly() {
        assertRefused(() -> train(new TrainingData(FeatureSet.REFERENCE)), "the history has 0 labelled rows");
        TrainingData genuine = new TrainingData(FeatureSet.REFERENCE);
        genuine.add(0, 1, new double[FeatureSet.REFERENCE.size()], false, TrainingData.NO_SCENARIO);
        assertRefused(() -> train(genuine), "the history has 1 labelled rows, 0 of them frauds");
        TrainingData frauds = new TrainingData(FeatureSet.REFERENCE);
        frauds.add(0, 1, new double[FeatureSet.REFERENCE.size()], true, TrainingData.NO_SCENARIO);
        assertRefused(() -> train(frauds), "1 of them frauds");
    }

    @Test
    void refusesHistoryTooShortToHoldOutItsEnd() {
        long end = SyntheticHistory.FIRST_SECOND + 10 * 86_400;

        assertRefused(
                () -> train(history.during(Long.MIN_VALUE, end - 1)), "the history before the held-out end has 0");
    }

    @ParameterizedTest
    @CsvSource({"rounds, 0", "depth, 17", "maxBin, 1", "threads, 0", "holdOutDays, 0", "gapDays, -1"})
    void refusesOptionsOutOfRange(String option, int value) throws ReflectiveOperationException {
        TrainingOptions options = new TrainingOptions();
        TrainingOptions.class.getField(option).setInt(options, value);

        assertRefused(() -> new Trainer(options), " is " + value);
    }

    private static TrainedModel train(TrainingData data) {
        TrainingOptions options = new TrainingOptions();
        options.rounds = 30;
        return new Trainer(options).train(data);
    }

    private static Map<String, String> contents(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            Map<String, String> contents = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                contents.put(root.relativize(file).toString(), Files.readString(file));
            }
            return contents;
        }
    }

    private static boolean hasMissing(float[] vector) {
        for (float value : vector) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private static void assertRefused(Runnable training, String cause) {
        assertThatThrownBy(training::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
