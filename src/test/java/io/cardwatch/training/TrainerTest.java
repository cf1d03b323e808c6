package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
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
    private static final TrainingProgress SILENT = (step, share) -> {};

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
        TrainedModel trained = train(history).model;
        ModelWriter.write(out, trained);

        FraudModel model = FraudModel.load(out.toString());

        DMatrix rows = new DMatrix(history.features(), history.rows(), FeatureSet.REFERENCE.size(), Float.NaN);
        float[][] margins = XGBoost.loadModel(trained.xgboostJson).predict(rows, true);
        for (int row = 0; row < history.rows(); row++) {
            assertThat(model.probability(history.vector(row)))
                    .isEqualTo(trained.calibration.probability(margins[row][0]));
        }
        assertThat(model.threshold()).isEqualTo(trained.threshold);
        assertThat(model.version()).isEqualTo(trained.version()).startsWith("2018-08-29-");
    }

    @Test
    void learnsWhatThereIsToLearn_andSaysOnWhichRows() throws IOException {
        Path out = directory.resolve("model");
        TrainingResult trained = train(history);
        ModelWriter.write(out, trained.model);

        assertThat(trained.score.averagePrecision).isGreaterThan(0.9);
        JsonNode metrics = new JsonMapper().readTree(Files.readString(out.resolve("metrics.json")));
        assertThat(metrics.at("/history/rows").asInt()).isEqualTo(history.rows());
        assertThat(metrics.at("/learned/to").asText()).isEqualTo("2018-07-18T23:50:00Z");
        assertThat(metrics.at("/validation/from").asText()).isEqualTo("2018-07-26T00:00:00Z");
        assertThat(metrics.at("/validation/to").asText()).isEqualTo("2018-08-08T23:50:00Z");
        assertThat(metrics.at("/heldOut/from").asText()).isEqualTo("2018-08-16T00:00:00Z");
        assertThat(metrics.at("/heldOut/to").asText()).isEqualTo("2018-08-29T23:50:00Z");
        assertThat(metrics.at("/score/averagePrecision").asDouble()).isEqualTo(trained.score.averagePrecision);
        assertThat(metrics.at("/parameters/max_bin").asInt()).isEqualTo(4096);
        assertThat(metrics.at("/thresholdPolicy").asText()).isEqualTo("best-f1");
        assertThat(metrics.at("/rounds").asInt()).isBetween(1, 30);
        assertThat(metrics.at("/importance/TX_AMOUNT").asDouble()).isBetween(0.2, 0.9);
    }

    @Test
    void treesBeatLogisticRegressionWhereRiskAndAmountMakeTwoKindsOfFraud() {
        TrainingResult trained = train(history);

        assertThat(trained.score.averagePrecision)
                .isGreaterThan(Ranking.of(trained.baseline).averagePrecision() + 0.05);
    }

    @Test
    void nothingButTheFiguresDependsOnTheLabelsOfTheHoldOutAndTheGaps() {
        TrainedModel trained = train(history).model;
        TrainingResult other = train(relabelled(second ->
                isDuring(second, "2018-07-19", "2018-07-26") || isDuring(second, "2018-08-09", "2018-08-30")));

        assertThat(other.model.calibration).isEqualTo(trained.calibration);
        assertThat(other.model.threshold).isEqualTo(trained.threshold);
        assertThat(other.model.provenance.get("rounds")).isEqualTo(trained.provenance.get("rounds"));
        assertThat(other.score.averagePrecision).isLessThan(0.7);
    }

    @Test
    void calibrationAndThresholdDependOnTheValidationDays() {
        TrainedModel trained = train(history).model;
        // Half of the frauds unknown there: a fraud is half as likely as the trees believe.
        TrainedModel other = train(relabelled(second -> isDuring(second, "2018-07-26", "2018-08-09"))).model;

        assertThat(other.calibration.intercept).isLessThan(trained.calibration.intercept);
    }

    @Test
    void theSameHistoryGivesTheSameBytes() throws IOException {
        ModelWriter.write(directory.resolve("first"), train(history).model);
        ModelWriter.write(directory.resolve("second"), train(history).model);

        assertThat(contents(directory.resolve("first"))).isEqualTo(contents(directory.resolve("second")));
    }

    @Test
    void withAnAnomalyScoreTheTreesAreTheSame_andItsFiguresAreOfRowsThatItDidNotLearn() throws IOException {
        ModelWriter.write(directory.resolve("first"), train(history).model);
        TrainingOptions options = options();
        options.anomaly = true;
        TrainingResult result = new Trainer(options, SILENT).train(history);
        ModelWriter.write(directory.resolve("second"), result.model);

        Map<String, String> without = contents(directory.resolve("first"));
        Map<String, String> with = contents(directory.resolve("second"));
        assertThat(with.keySet()).containsAll(without.keySet()).contains("stages/1/data/forest.json");
        for (String file : List.of("stages/0/metadata", "stages/0/golden.json", "stages/0/data/trees.json")) {
            assertThat(with.get(file)).isEqualTo(without.get(file));
        }
        assertThat(FraudModel.load(directory.resolve("first").toString()).hasAnomalyScore())
                .isFalse();
        assertThat(FraudModel.load(directory.resolve("second").toString()).hasAnomalyScore())
                .isTrue();

        TrainingData heldOut = result.anomaly.orElseThrow().rows;
        assertThat(heldOut.firstSecond()).isEqualTo(result.heldOut.rows.firstSecond());
        JsonNode metrics = new JsonMapper().readTree(with.get("metrics.json"));
        assertThat(metrics.at("/anomalyScore/averagePrecision").asDouble())
                .isEqualTo(Ranking.of(result.anomaly.get()).averagePrecision());
        assertThat(new JsonMapper()
                        .readTree(with.get("cardwatch.json"))
                        .at("/provenance/anomaly/seed")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void whoMayReadOtherDirectoriesThereMayReadTheModel() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        Path out = directory.resolve("model");
        ModelWriter.write(out, train(history).model);

        assertThat(Files.getPosixFilePermissions(out)).isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void goldenVectorsHoldFraudsAndOthers_someWithAValueMissing() {
        float[][] vectors = train(history).model.golden.vectors;

        assertThat(vectors).hasNumberOfRows(64);
        assertThat(Arrays.stream(vectors).filter(TrainerTest::hasMissing)).hasSize(16);
    }

    @Test
    void anExistingDirectoryIsLeftAsItIs() throws IOException {
        Path out = Files.createDirectory(directory.resolve("model"));
        Files.writeString(out.resolve("mine"), "kept");

        assertRefused(() -> ModelWriter.write(out, train(history).model), "exists already");
        assertThat(contents(out)).containsOnlyKeys("mine");
    }

    @Test
    void aModelThatCannotBeWrittenLeavesNothingBehind() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertRefused(() -> ModelWriter.write(file.resolve("model"), train(history).model), "cannot be made");
        // Found out only by the last step, when all is written beside it.
        String tooLong = "model".repeat(100);
        assertRefused(() -> ModelWriter.write(directory.resolve(tooLong), train(history).model), "cannot write");
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

    @ParameterizedTest
    @CsvSource({
        "2018-07-01, 2018-07-19, the history before the validation days",
        "2018-07-26, 2018-08-09, the validation part of the history",
        "2018-08-16, 2018-08-30, the held-out end of the history",
    })
    void refusesAPartOfTheHistoryWithoutFraud_namingIt(String from, String until, String part) {
        TrainingData without = history.where(
                row -> true, row -> history.fraud(row) && !isDuring(history.epochSecond(row), from, until));

        assertRefused(() -> train(without), part + " has ");
    }

    @Test
    void refusesHistoryTooShortToHoldOutItsEnd() {
        long end = SyntheticHistory.FIRST_SECOND + 10 * 86_400;

        assertRefused(
                () -> train(history.during(Long.MIN_VALUE, end - 1)),
                "the history has 10 days; validation, hold-out and the gaps before them need 42");
    }

    @ParameterizedTest
    @CsvSource({"holdOutDays, 0", "validationDays, 0", "gapDays, -1", "candidates, -1"})
    void refusesOptionsOutOfRange(String option, int value) throws ReflectiveOperationException {
        TrainingOptions options = new TrainingOptions();
        TrainingOptions.class.getField(option).setInt(options, value);

        assertRefused(() -> new Trainer(options, SILENT), " is " + value);
    }

    @ParameterizedTest
    @CsvSource({"rounds, 0", "depth, 17", "maxBin, 1", "threads, 0"})
    void refusesHyperparametersOutOfRange(String option, int value) throws ReflectiveOperationException {
        TrainingOptions options = new TrainingOptions();
        Hyperparameters.class.getField(option).setInt(options.trees, value);

        assertRefused(() -> new Trainer(options, SILENT), " is " + value);
    }

    /** History in which the rows of some times have every second fraud taken back. */
    private TrainingData relabelled(LongPredicate times) {
        int[] frauds = {0};
        return history.where(row -> true, row -> {
            frauds[0] += history.fraud(row) ? 1 : 0;
            return history.fraud(row) && !(times.test(history.epochSecond(row)) && frauds[0] % 2 == 0);
        });
    }

    private static boolean isDuring(long second, String from, String until) {
        return second >= LocalDate.parse(from).toEpochSecond(LocalTime.MIN, ZoneOffset.UTC)
                && second < LocalDate.parse(until).toEpochSecond(LocalTime.MIN, ZoneOffset.UTC);
    }

    private static TrainingResult train(TrainingData data) {
        return new Trainer(options(), SILENT).train(data);
    }

    private static TrainingOptions options() {
        TrainingOptions options = new TrainingOptions();
        options.trees.rounds = 30;
        options.validationDays = 14;
        options.holdOutDays = 14;
        return options;
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
