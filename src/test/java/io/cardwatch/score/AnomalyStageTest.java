package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.ml.linalg.DenseVector;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.ml.servable.types.BasicType;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stage of the anomaly score, on a copy of the shipped model. */
class AnomalyStageTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int INPUTS = 6;

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void copyModel() throws IOException {
        directory = temporary.resolve("model");
        FileUtils.copy(
                new org.apache.flink.core.fs.Path("src/main/resources/model/reference"),
                new org.apache.flink.core.fs.Path(directory.toString()),
                false);
    }

    @Test
    void givesTheScoresOfTheLibrary_directlyAndInFlinkMlsPipelineAlike_andInTheJobGraph() throws Exception {
        FraudModel model = FraudModel.load(directory.toString());
        GoldenScores golden =
                JSON.readValue(directory.resolve("stages/1/golden.json").toFile(), GoldenScores.class);
        List<Row> rows = new ArrayList<>();
        for (float[] vector : golden.vectors) {
            double[] values = new double[vector.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = vector[i];
            }
            rows.add(new Row(new ArrayList<>(List.of(new DenseVector(values)))));
        }
        List<Row> scored = PipelineModelServable.load(directory.toString())
                .transform(new DataFrame(
                        new ArrayList<>(List.of("features")),
                        new ArrayList<>(List.of(DataTypes.VECTOR(BasicType.DOUBLE))),
                        rows))
                .collect();

        FraudModel sent = InstantiationUtil.clone(model);
        assertThat(golden.scores).hasSize(64);
        for (int i = 0; i < golden.scores.length; i++) {
            double score = model.anomalyScore(golden.vectors[i]);
            assertThat(score).isEqualTo(golden.scores[i], within(1e-9));
            assertThat(scored.get(i).get(2)).isEqualTo(score);
            assertThat(sent.anomalyScore(golden.vectors[i])).isEqualTo(score);
            assertThat(model.forThread().withThreshold(0.1).anomalyScore(golden.vectors[i]))
                    .isEqualTo(score);
        }
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("no trees", forest -> ((ArrayNode) forest.get("trees")).removeAll()),
                damage("no inputs", forest -> ((ArrayNode) forest.get("inputs")).removeAll()),
                damage("an input of nothing", forest -> features(forest).removeAll()),
                damage(
                        "an input of three",
                        forest -> features(forest).add("TX_AMOUNT").add("TX_AMOUNT")),
                damage("a level too few", forest -> levels(forest).remove(0)),
                damage("a negative level", forest -> levels(forest).set(0, -1)),
                damage("equal levels", forest -> levels(forest)
                        .set(1, levels(forest).get(0))),
                damage("an infinite level", forest -> levels(forest)
                        .set(levels(forest).size() - 1, 1e99)),
                damage("equal values", forest -> values(forest)
                        .set(1, values(forest).get(0))),
                damage("an infinite value", forest -> values(forest).set(0, -1e99)),
                damage("a child that is the root", forest -> nodes(forest, "left")
                        .set(1, 0)),
                damage("a child before its parent", forest -> nodes(forest, "left")
                        .set(1, 1)),
                damage("a child too far", forest -> nodes(forest, "left").set(0, 100_000)),
                damage("two nodes that no other leads to", AnomalyStageTest::addTwoNodes),
                damage("a coordinate too high", forest -> nodes(forest, "coordinate")
                        .set(0, 6)),
                damage("a negative coordinate", forest -> nodes(forest, "coordinate")
                        .set(0, -100)),
                damage("a coordinate too few", forest -> nodes(forest, "coordinate")
                        .remove(0)),
                damage("an infinite cut", forest -> nodes(forest, "cut").set(0, 1e99)),
                damage("a cut too few", forest -> nodes(forest, "cut").remove(0)),
                damage("a cut below both children", forest -> nodes(forest, "cut")
                        .set(0, -1)),
                damage("a cut above both children", forest -> nodes(forest, "cut")
                        .set(0, 1000)),
                damage("an inner node with a mass", forest -> nodes(forest, "mass")
                        .set(0, 1)),
                damage("a leaf without a mass", forest -> nodes(forest, "mass")
                        .set(nodes(forest, "mass").size() - 1, 0)),
                damage("a mass too many", forest -> nodes(forest, "mass").add(1)),
                damage("a coordinate of a point too few", forest -> nodes(forest, "points")
                        .remove(0)),
                damage("a negative point", forest -> nodes(forest, "points").set(0, -1)),
                damage("an infinite point", AnomalyStageTest::makeTheGreatestAmountInfinite));
    }

    /** Two leaves, and the one point more that a tree with so many nodes has. */
    private static void addTwoNodes(JsonNode forest) {
        for (String property : List.of("left", "coordinate", "cut")) {
            nodes(forest, property).add(0).add(0);
        }
        nodes(forest, "mass").add(1).add(1);
        for (int i = 0; i < INPUTS; i++) {
            nodes(forest, "points").add(0);
        }
    }

    /** On the same side of every cut as before. */
    private static void makeTheGreatestAmountInfinite(JsonNode forest) {
        ArrayNode points = nodes(forest, "points");
        int greatest = 0;
        for (int i = 0; i < points.size(); i += INPUTS) {
            greatest = points.get(i).doubleValue() > points.get(greatest).doubleValue() ? i : greatest;
        }
        points.set(greatest, 1e99);
    }

    private static Arguments damage(String name, Consumer<JsonNode> damage) {
        return arguments(named(name, damage));
    }

    private static ArrayNode features(JsonNode forest) {
        return (ArrayNode) forest.at("/inputs/0/features");
    }

    private static ArrayNode levels(JsonNode forest) {
        return (ArrayNode) forest.at("/inputs/0/levels");
    }

    private static ArrayNode values(JsonNode forest) {
        return (ArrayNode) forest.at("/inputs/0/values");
    }

    private static ArrayNode nodes(JsonNode forest, String property) {
        return (ArrayNode) forest.at("/trees/0/" + property);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void refusesADamagedForest_evenWhenTheHashFits(Consumer<JsonNode> damage) throws IOException {
        edit("stages/1/data/forest.json", damage);
        assertRefused("stages/1/data/forest.json of the model in");

        ForgedManifest.renew(directory);
        assertRefused("cannot be loaded: the model's anomaly forest is damaged");
    }

    @Test
    void refusesAForestThatMissesItsGoldenScores_evenWhenTheHashFits() throws IOException {
        edit("stages/1/data/forest.json", forest -> ((ArrayNode) forest.get("trees")).remove(0));
        ForgedManifest.renew(directory);

        assertRefused("for golden vector 0, but training gave");
    }

    @Test
    void refusesGoldenScoresThatProveNothing() throws IOException {
        Files.writeString(directory.resolve("stages/1/golden.json"), "{\"vectors\":[],\"scores\":[]}");
        ForgedManifest.renew(directory);

        assertRefused("are missing, or not of its features");
    }

    @Test
    void refusesInputsThatTheModelDoesNotRead() throws IOException {
        edit("stages/1/data/forest.json", forest -> features(forest).set(0, "CUSTOMER_ID_AMOUNT_RATIO"));
        ForgedManifest.renew(directory);
        assertRefused("its anomaly score reads features that are not in cardwatch.json");

        edit("stages/1/data/forest.json", forest -> features(forest).set(0, "AMOUNT"));
        ForgedManifest.renew(directory);
        assertRefused("cannot be loaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stages/1/metadata", "stages/1/golden.json", "stages/1/data/forest.json"})
    void refusesADirectoryWithoutOneOfItsFiles_evenWhereTheManifestDoesNotListIt(String file) throws IOException {
        Files.delete(directory.resolve(file));
        assertRefused("has no file " + file);

        edit("cardwatch.json", manifest -> ((ObjectNode) manifest.get("files")).remove(file));
        ForgedManifest.renew(directory);
        assertRefused(file.endsWith("forest.json") ? "it has 2 stages" : "has no file " + file);
    }

    @Test
    void refusesAStageOfAnotherClass_withoutLoadingIt() throws IOException {
        edit("stages/1/metadata", metadata -> ((ObjectNode) metadata).put("className", "java.lang.String"));
        ForgedManifest.renew(directory);

        assertRefused("Class name java.lang.String");
    }

    @Test
    void refusesAPipelineThatLeavesTheStageOut() throws IOException {
        edit("metadata", metadata -> ((ObjectNode) metadata).put("numStages", 1));
        ForgedManifest.renew(directory);

        assertRefused("it has 1 stages; cardwatch.json lists the files of 2");
    }

    private void edit(String file, Consumer<JsonNode> edit) throws IOException {
        Path path = directory.resolve(file);
        JsonNode json = JSON.readTree(path.toFile());
        edit.accept(json);
        JSON.writeValue(path.toFile(), json);
    }

    private void assertRefused(String cause) {
        assertThatThrownBy(() -> FraudModel.load(directory.toString()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
