package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is learned from and what is scored are the same numbers: one world through backfill, train and score. */
class TrainingAndScoringTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void theJobScoresTheVectorsThatTrainingLearnsFrom_andItsProbabilities_bitByBit(FeatureSet set) throws Exception {
        scoreAndTrain("--features.set=" + set.name().toLowerCase(Locale.ROOT));

        List<Map<String, String>> predictions = rows("predictions.csv");
        List<Map<String, String>> history = rows("history.csv");
        TrainingData learned = CsvHistory.read(directory.resolve("history.csv"), set);
        float[] probabilities = probabilities(learned);
        assertThat(predictions).hasSizeGreaterThan(20_000).hasSameSizeAs(history);
        assertThat(learned.rows()).isEqualTo(predictions.size());
        for (int row = 0; row < predictions.size(); row++) {
            for (Feature feature : set.features()) {
                String value = predictions.get(row).get(feature.column());
                assertThat(history.get(row).get(feature.column())).isEqualTo(value);
                assertThat(learned.value(row, feature.index())).isEqualTo((float) Double.parseDouble(value));
            }
            double scored = Double.parseDouble(predictions.get(row).get("fraud_probability"));
            assertThat(scored).isEqualTo(probabilities[row]);
        }
    }

    private void scoreAndTrain(String features) {
        String world = path("world");
        String transactions = path("world/transactions.csv");
        run("generate", "--out", world, "--seed", "7", "--customers", "200", "--terminals", "150", "--days", "75");
        String[] inputs = {"--transactions", transactions, "--label-delay", "3d", features};
        run("backfill", inputs, "--out", path("history.csv"));
        run(
                "train",
                new String[] {features},
                "--history",
                path("history.csv"),
                "--rounds",
                "20",
                "--out",
                path("model"));
        run("score", inputs, "--model", path("model"), "--out", path("predictions.csv"));
    }

    /** As training computes them: XGBoost's own margins, calibrated. */
    private float[] probabilities(TrainingData rows) throws Exception {
        JsonNode calibration = JsonMapper.builder()
                .build()
                .readTree(directory.resolve("model/cardwatch.json").toFile())
                .get("calibration");
        PlattScaling scaling = new PlattScaling(
                calibration.get("slope").doubleValue(),
                calibration.get("intercept").doubleValue());
        DMatrix matrix = new DMatrix(rows.features(), rows.rows(), rows.set().size(), Float.NaN);
        float[][] margins =
                XGBoost.loadModel(path("model/stages/0/data/model.json")).predict(matrix, true, 0);
        float[] probabilities = new float[margins.length];
        for (int row = 0; row < margins.length; row++) {
            probabilities[row] = scaling.probability(margins[row][0]);
        }
        return probabilities;
    }

    private void run(String command, String... arguments) {
        run(command, arguments, new String[0]);
    }

    private void run(String command, String[] first, String... more) {
        StringWriter console = new StringWriter();
        PrintWriter out = new PrintWriter(console, true);
        String[] arguments = Stream.of(new String[] {command}, first, more)
                .flatMap(Arrays::stream)
                .toArray(String[]::new);
        assertThat(Cardwatch.run(out, out, arguments)).as(console.toString()).isZero();
    }

    private List<Map<String, String>> rows(String file) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(file));
        String[] header = lines.get(0).toLowerCase(Locale.ROOT).split(",", -1);
        return lines.stream()
                .skip(1)
                .map(line -> {
                    String[] fields = line.split(",", -1);
                    Map<String, String> row = new HashMap<>();
                    for (int i = 0; i < header.length; i++) {
                        row.put(header[i], fields[i]);
                    }
                    return row;
                })
                .toList();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }
}
