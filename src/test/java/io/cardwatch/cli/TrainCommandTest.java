package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.OnnxModels;
import io.cardwatch.score.ReferenceModels;
import io.cardwatch.testing.Postgres;
import io.cardwatch.training.SyntheticHistory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private String history;
    private String model;

    @BeforeEach
    void writeHistory() throws IOException {
        history = Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv())
                .toString();
        model = directory.resolve("model").toString();
    }

    @Test
    void writesAModelThatIsReadyToScore_andSaysHowGoodItIs() {
        assertThat(run("--history", history, "--out", model, "--rounds", "10")).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .hasSize(4)
                .anyMatch(line -> line.matches("Read 8,640 rows of history, 1,\\d\\d\\d of them frauds."))
                .anyMatch(line -> line.matches("Held-out end, 1,008 rows: average precision 0.9\\d\\d .*"))
                .anyMatch(line -> line.matches("At threshold 0.\\d+ \\(best-f1\\): precision 0.9.*"))
                .anyMatch(line -> line.startsWith("Wrote model 2018-08-29-"));
        String version = FraudModel.load(model).version();
        assertThat(version).startsWith("2018-08-29-");
        assertThat(Path.of(model, "report.html"))
                .content()
                .contains("Fraud model " + version)
                .contains("Of all thresholds it has the best F1");
    }

    @Test
    void searchesForHyperparametersAndSaysWhatItFound() {
        assertThat(run("--history", history, "--out", model, "--candidates", "2", "--validation-days", "14"))
                .isEqualTo(3);
        assertThat(err.toString())
                .contains("the history has 60 days; validation, hold-out and the gaps before them need 63");
        assertThat(search(model, "--candidates", "2")).isZero();

        assertThat(out.toString())
                .containsPattern(
                        "Best of 2 candidates, mean average precision 0\\.\\d{4} on the folds \\(given: 0\\.\\d{4}\\):"
                                + " --depth \\d --eta ");
        assertThat(search(model + "2", "--budget", "1ms")).isZero();
        assertThat(out.toString()).contains("No candidate was finished within the budget");
    }

    @Test
    void takesTheThresholdFromThePolicy() {
        assertThat(run("--history", history, "--out", model, "--rounds", "10", "--threshold", "precision=0.5"))
                .isZero();
        assertThat(out.toString()).contains("(precision=0.5): precision 0.");
        assertThat(Path.of(model, "report.html")).content().contains("is the lowest with a precision of 0.5");

        assertThat(run("--history", history, "--out", model + "2", "--threshold", "recall=0.5"))
                .isEqualTo(3);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: 'recall=0.5' is no threshold policy",
                        "remedy: Give best-f1, precision=0.9, cards-per-day=100, cost=FILE or a probability like 0.5.");
    }

    @Test
    void searchesByTheClockOrByNumberButNotBoth() {
        assertThat(run("--history", history, "--out", model, "--budget", "1s", "--candidates", "2"))
                .isEqualTo(2);
    }

    @Test
    void refusesAnExistingDirectoryBeforeItTrains() {
        assertThat(run("--history", history, "--out", directory.toString())).isEqualTo(3);

        assertThat(err.toString().lines())
                .containsExactly(
                        "error: " + directory + " exists already",
                        "remedy: Give a new directory, or remove this one first.");
    }

    @Test
    void refusesADirectoryThatCannotBeMadeBeforeItTrains() {
        assertThat(run("--history", history, "--out", history + "/in/a/file")).isEqualTo(3);

        assertThat(err.toString().lines())
                .first()
                .isEqualTo("error: " + history + "/in/a/file cannot be made: " + history
                        + " is no directory, or not writable");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void needsExactlyOneSourceOfHistory() {
        assertThat(run("--out", model)).isEqualTo(2);
        assertThat(run("--out", model, "--history", history, "--from-table")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(4);
    }

    @Test
    void readsTheWarehouseThatTheSettingsName() throws Exception {
        assertThat(run("--from-table", "--out", model)).isEqualTo(3);
        assertThat(err.toString()).contains("error: warehouse.url is not set");

        String url = "--warehouse.url=" + Postgres.freshDatabase();
        assertThat(run("--from-outcomes", "--out", model, url, "--warehouse.user=" + Postgres.USER))
                .isEqualTo(3);
        assertThat(err.toString()).contains("error: the history has 0 labelled rows");

        assertThat(run("--from-table", "--out", model, "--warehouse.url=jdbc:postgresql://localhost:1/none"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("cannot be reached");
    }

    @Test
    void helpShowsTheDefaults() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString().lines().map(String::strip))
                .contains("Default: 250", "Default: 0.05", "Default: 4096", "Default: 7");
    }

    @Test
    void importsAModelFromElsewhere() throws Exception {
        String file = xgboostModel();

        assertThat(run("--import", file, "--out", model, "--threshold", "0.3")).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .hasSize(2)
                .anyMatch(line -> line.matches(
                        "Fraud is class 1 of binary:logistic; mean probability 0\\.\\d{5} over 64 golden rows\\."))
                .anyMatch(line -> line.matches("Wrote model imported-[0-9a-f]{12} to .*, its threshold 0.3."));
        assertThat(FraudModel.load(model).threshold()).isEqualTo(0.3);
    }

    @Test
    void anImportedModelHasThresholdAHalf_andSaysWhereItsFeaturesAreTakenOnTrust() throws Exception {
        Path file = Files.write(
                directory.resolve("model.onnx"),
                OnnxModels.logisticRegression(new float[FeatureSet.REFERENCE.size()], -1));

        assertThat(run("--import", file.toString(), "--out", model)).isZero();

        assertThat(out.toString().lines())
                .hasSize(3)
                .contains(
                        "Fraud is output probability, taken on trust: the file names no classes; mean probability 0.26894"
                                + " over 64 golden rows.")
                .contains("model.onnx names no features: the reference ones are assumed, in their order.");
        assertThat(FraudModel.load(model).threshold()).isEqualTo(0.5);
    }

    @Test
    void theClassThatIsFraudIsNamedForOnnxOnly() throws Exception {
        String onnx = Files.write(
                        directory.resolve("model.onnx"),
                        OnnxModels.linearClassifier(
                                new float[FeatureSet.REFERENCE.size()], List.of("fraud", "genuine")))
                .toString();

        assertThat(run("--import", onnx, "--out", model)).isEqualTo(3);
        assertThat(err.toString()).contains("remedy: Say which it is by --positive-class NAME.");
        assertThat(run("--import", xgboostModel(), "--out", model, "--positive-class", "1"))
                .isEqualTo(2);
        assertThat(run("--history", history, "--out", model, "--positive-class", "1"))
                .isEqualTo(2);
        assertThat(Path.of(model)).doesNotExist();

        assertThat(run("--import", onnx, "--out", model, "--positive-class", "fraud"))
                .isZero();
        assertThat(out.toString())
                .contains("Fraud is column 0, counted from 0, of output probabilities, class fraud; mean probability"
                        + " 0.50000 over 64 golden rows.");
    }

    @Test
    void refusesWhatNeedsHistoryBesideAnImport_andWritesNothing() throws Exception {
        String file = xgboostModel();

        assertThat(run("--import", file, "--out", model, "--threshold", "best-f1"))
                .isEqualTo(3);
        assertThat(run("--import", file, "--out", model, "--threshold", "1.5")).isEqualTo(3);
        assertThat(run("--import", file, "--out", model, "--features.set=extended"))
                .isEqualTo(3);
        assertThat(run("--import", file, "--out", model, "--rounds", "10")).isEqualTo(2);
        assertThat(run("--import", file, "--out", model, "--candidates", "10")).isEqualTo(2);
        assertThat(run("--import", file, "--history", history, "--out", model)).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSize(12)
                .contains(
                        "error: --threshold best-f1 is chosen on rows, but --import has none",
                        "error: --rounds is for training; --import takes a model as it is.",
                        "error: --candidates is for training; --import takes a model as it is.");
        assertThat(Path.of(model)).doesNotExist();
    }

    private String xgboostModel() throws Exception {
        String[] features = FeatureSet.REFERENCE.names().toArray(String[]::new);
        return Files.writeString(
                        directory.resolve("model.json"),
                        ReferenceModels.json(ReferenceModels.train(features, 5, Map.of("max_depth", 3))))
                .toString();
    }

    private int search(String to, String bound, String value) {
        return run("--history", history, "--out", to, "--rounds", "3", bound, value);
    }

    private int run(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "train";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), command);
    }
}
