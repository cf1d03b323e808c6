package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is learned from and what is scored are the same numbers: one world through backfill, train and score. */
class TrainingAndScoringTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"REFERENCE, --label-delay 3d", "EXTENDED, --label-delay 3d", "EXTENDED, --labels"})
    void theJobScoresTheVectorsThatTrainingLearnsFrom_andItsProbabilities_bitByBit(FeatureSet set, String labels)
            throws Exception {
        scoreAndTrain("--features.set=" + set.name().toLowerCase(Locale.ROOT), labels);

        List<Map<String, String>> predictions = rows("predictions.csv");
        List<Map<String, String>> history = rows("history.csv");
        TrainingData learned = CsvHistory.read(directory.resolve("history.csv"), set, Optional.of(Duration.ZERO));
        float[] probabilities = probabilities(learned);
        FraudModel model = FraudModel.load(path("model"));
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
            assertThat(Double.parseDouble(predictions.get(row).get("anomaly_score")))
                    .isEqualTo(model.anomalyScore(learned.vector(row)));
        }
    }

    private void scoreAndTrain(String features, String labels) throws IOException {
        String world = path("world");
        run("generate", "--out", world, "--seed", "7", "--customers", "200", "--terminals", "150", "--days", "75");
        List<String> inputs = new ArrayList<>(List.of("--transactions", path("world/transactions.csv"), features));
        if (labels.equals("--labels")) {
            inputs.addAll(List.of(labels, fraudsAndRetractions().toString()));
        } else {
            inputs.addAll(Arrays.asList(labels.split(" ")));
        }
        run("backfill", inputs, "--out", path("history.csv"));
        run(
                "train",
                List.of(features, "--genuine-after", "1d"),
                "--history",
                path("history.csv"),
                "--rounds",
                "20",
                "--anomaly",
                "--out",
                path("model"));
        run("score", inputs, "--model", path("model"), "--anomaly.for=all", "--out", path("predictions.csv"));
    }

    /** Frauds alone, as chargebacks come; every tenth is taken back a day later. */
    private Path fraudsAndRetractions() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("world/labels.csv"));
        List<String> all = new ArrayList<>(lines);
        for (int i = 1; i < lines.size(); i += 10) {
            String[] fields = lines.get(i).split(",", -1);
            assertThat(fields[4]).isEqualTo("1");
            fields[4] = "0";
            fields[5] = LocalDateTime.parse(fields[5].replace(' ', 'T'))
                    .plusDays(1)
                    .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT));
            all.add(String.join(",", fields));
        }
        assertThat(all).hasSizeGreaterThan(lines.size() + 10);
        return Files.write(directory.resolve("labels-with-retractions.csv"), all);
    }

    /** By a walk from node to node of the file, with the calibration that stands beside it. */
    private float[] probabilities(TrainingData rows) throws Exception {
        JsonMapper json = new JsonMapper();
        JsonNode calibration = json.readTree(
                        directory.resolve("model/stages/0/metadata").toFile())
                .get("paramMap");
        PlattScaling scaling = new PlattScaling(
                calibration.get("calibrationSlope").doubleValue(),
                calibration.get("calibrationIntercept").doubleValue());
        JsonNode ensemble = json.readTree(
                directory.resolve("model/stages/0/data/trees.json").toFile());
        float[] probabilities = new float[rows.rows()];
        for (int row = 0; row < probabilities.length; row++) {
            float margin = ensemble.get("baseMargin").floatValue();
            for (JsonNode tree : ensemble.get("trees")) {
                margin += leaf(tree, rows.vector(row));
            }
            probabilities[row] = scaling.probability(margin);
        }
        return probabilities;
    }

    private static float leaf(JsonNode tree, float[] vector) {
        int node = 0;
        while (tree.get("left").get(node).intValue() != 0) {
            float value = vector[tree.get("feature").get(node).intValue()];
            boolean left = Float.isNaN(value)
                    ? tree.get("missingLeft").get(node).booleanValue()
                    : value < tree.get("value").get(node).floatValue();
            node = tree.get("left").get(node).intValue() + (left ? 0 : 1);
        }
        return tree.get("value").get(node).floatValue();
    }

    private void run(String command, String... arguments) {
        run(command, List.of(), arguments);
    }

    private void run(String command, List<String> first, String... more) {
        StringWriter console = new StringWriter();
        PrintWriter out = new PrintWriter(console, true);
        String[] arguments = Stream.of(Stream.of(command), first.stream(), Arrays.stream(more))
                .flatMap(part -> part)
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
