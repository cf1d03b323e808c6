package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.ForgedManifest;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.OnnxModels;
import io.cardwatch.score.ReferenceModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.flink.ml.linalg.DenseVector;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.ml.servable.types.BasicType;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelImportTest {
    private static final int WIDTH = FeatureSet.REFERENCE.size();
    private static final int ROWS = 500;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void xgboostsFileIsTakenOver_andScoresAsXgboostDoes(FeatureSet set) throws Exception {
        Booster booster = booster(set.names());
        Path file = file("model.json", ReferenceModels.json(booster));

        FraudModel model = imported(file, set, 0.3);

        float[] values = ReferenceModels.rows(ROWS, set.size(), 3);
        float[][] expected = booster.predict(new DMatrix(values, ROWS, set.size(), Float.NaN));
        for (int i = 0; i < ROWS; i++) {
            assertThat(model.probability(Arrays.copyOfRange(values, i * set.size(), (i + 1) * set.size())))
                    .isCloseTo(expected[i][0], within(1e-6f));
        }
        assertThat(model.featureSet()).isEqualTo(set);
        assertThat(model.threshold()).isEqualTo(0.3);
    }

    /** As XGBoost wrote it before 3.1. */
    @Test
    void aBaseScoreWithoutBracketsIsTheSame() throws Exception {
        String bracketed = ReferenceModels.json(booster(FeatureSet.REFERENCE.names()));
        String plain = bracketed.replace("\"base_score\":\"[3E-1]\"", "\"base_score\":\"3E-1\"");
        assertThat(plain).isNotEqualTo(bracketed);
        ModelImport modelImport = new ModelImport(FeatureSet.REFERENCE, 0.5);

        assertThat(modelImport.read(file("new.json", bracketed)).golden.probabilities)
                .isEqualTo(modelImport.read(file("old.json", plain)).golden.probabilities);
    }

    /** As XGBoost 3.4.0 saved it, with rate_drop, and its own probabilities. */
    @Test
    void weightsOfTreesCount() throws Exception {
        FraudModel model = imported(dropout(), FeatureSet.REFERENCE, 0.5);

        float[] high = new float[WIDTH];
        Arrays.fill(high, 0.9f);
        assertThat(model.probability(new float[WIDTH])).isCloseTo(0.15608f, within(1e-5f));
        assertThat(model.probability(high)).isCloseTo(0.84155f, within(1e-5f));
    }

    @Test
    void whiteSpaceAnywhereChangesNothing() throws Exception {
        ImportedModel compact = new ModelImport(FeatureSet.REFERENCE, 0.5).read(dropout());
        String json =
                Files.readString(dropout()).replace("\"attributes\":{}", "\"attributes\":{\"note\":\"a 'text' \\\\\"}");
        Path spaced = file("spaced.json", "\n  " + json.replaceAll("(\"[^\"]*\"|[\\[\\]{},:])", " \r\n$1\t ") + " ");

        ImportedModel same = new ModelImport(FeatureSet.REFERENCE, 0.5).read(spaced);

        assertThat(same.golden.probabilities).isEqualTo(compact.golden.probabilities);
    }

    @Test
    void anOnnxModelScoresAsTheXgboostModelThatItWasConvertedFrom_inTheJobsCopyAndInFlinkMlsPipeline()
            throws Exception {
        Booster booster = booster(FeatureSet.REFERENCE.names());
        Path file = file("model.onnx", OnnxModels.trees(ReferenceModels.json(booster), WIDTH));

        FraudModel model = InstantiationUtil.clone(imported(file, FeatureSet.REFERENCE, 0.5));

        float[] values = ReferenceModels.rows(ROWS, WIDTH, 3);
        float[][] expected = booster.predict(new DMatrix(values, ROWS, WIDTH, Float.NaN));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            float[] row = Arrays.copyOfRange(values, i * WIDTH, (i + 1) * WIDTH);
            assertThat(model.probability(row)).isCloseTo(expected[i][0], within(1e-6f));
            double[] doubles = new double[WIDTH];
            Arrays.setAll(doubles, feature -> row[feature]);
            rows.add(new Row(new ArrayList<>(List.of(new DenseVector(doubles)))));
        }
        DataFrame frame = new DataFrame(
                new ArrayList<>(List.of("features")),
                new ArrayList<>(List.of(DataTypes.VECTOR(BasicType.DOUBLE))),
                rows);
        List<Row> scored = PipelineModelServable.load(directory.resolve("model").toString())
                .transform(frame)
                .collect();
        for (int i = 0; i < ROWS; i++) {
            assertThat(scored.get(i).<Float>getAs(1)).isCloseTo(expected[i][0], within(1e-6f));
        }
    }

    @Test
    void aLogisticRegressionInOnnxThatCannotDoWithoutAValueIsImported() throws Exception {
        float[] weights = new float[WIDTH];
        weights[0] = 0.01f;
        Path file = file("model.onnx", OnnxModels.logisticRegression(weights, -1));

        FraudModel model = imported(file, FeatureSet.REFERENCE, 0.5);

        float[] row = new float[WIDTH];
        row[0] = 100;
        assertThat(model.probability(row)).isEqualTo(0.5f);
    }

    @Test
    void theManifestSaysWhereItComesFrom_andNothingWasMeasured() throws Exception {
        Path file = file("bought.json", ReferenceModels.json(booster(FeatureSet.REFERENCE.names())));
        String sha256 = Sha256.of(Files.readAllBytes(file));

        FraudModel model = imported(file, FeatureSet.REFERENCE, 0.5);

        assertThat(model.version()).matches("imported-[0-9a-f]{12}");
        JsonNode provenance = new JsonMapper()
                .readTree(Files.readString(directory.resolve("model/cardwatch.json")))
                .get("provenance");
        assertThat(provenance.get("imported").asText()).isEqualTo("bought.json");
        assertThat(provenance.get("sha256").asText()).isEqualTo(sha256);
        assertThat(directory.resolve("model/metrics.json")).doesNotExist();
    }

    @Test
    void theSameFileGivesTheSameBytes() throws Exception {
        Path file = file("model.json", ReferenceModels.json(booster(FeatureSet.REFERENCE.names())));
        ModelImport first = new ModelImport(FeatureSet.REFERENCE, 0.5);
        ModelWriter.write(directory.resolve("first"), first.read(file));
        ModelWriter.write(directory.resolve("second"), new ModelImport(FeatureSet.REFERENCE, 0.5).read(file));

        for (String name : List.of("cardwatch.json", "metadata", "stages/0/metadata", "stages/0/golden.json")) {
            assertThat(directory.resolve("first").resolve(name))
                    .hasSameBinaryContentAs(directory.resolve("second").resolve(name));
        }
    }

    @Test
    void goldenVectorsOfTreesMissSomeValues_andTheirProbabilitiesDiffer() throws Exception {
        Path file = file("model.json", ReferenceModels.json(booster(FeatureSet.REFERENCE.names())));

        ImportedModel model = new ModelImport(FeatureSet.REFERENCE, 0.5).read(file);

        assertThat(model.golden.vectors).hasNumberOfRows(64);
        assertThat(Arrays.stream(model.golden.vectors).filter(ModelImportTest::hasMissing))
                .hasSize(16);
        assertThat(model.golden.probabilities).satisfies(all -> assertThat(
                        Arrays.stream(asDoubles(all)).distinct().count())
                .isGreaterThan(30));
    }

    @Test
    void namesThatAreMissingAreStated() throws Exception {
        String named = ReferenceModels.json(booster(FeatureSet.REFERENCE.names()));
        String nameless = named.replaceFirst("\"feature_names\":\\[[^]]*]", "\"feature_names\":[]");
        assertThat(nameless).isNotEqualTo(named);
        Path file = file("model.json", nameless);

        assertThat(new ModelImport(FeatureSet.REFERENCE, 0.5).read(file).namesFeatures)
                .isFalse();
        assertThat(imported(file, FeatureSet.REFERENCE, 0.5).version()).startsWith("imported-");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "binary:logistic | reg:squarederror | the model's objective is 'reg:squarederror'",
                "\"num_class\":\"0\" | \"num_class\":\"3\" | several classes",
                "\"TX_AMOUNT\",\"TX_DURING_WEEKEND\" | \"TX_DURING_WEEKEND\",\"TX_AMOUNT\" | feature 1 of the model is"
                        + " TX_DURING_WEEKEND, of the reference features TX_AMOUNT",
                "\"attributes\":{} | \"attributes\":{\"best_iteration\":\"7\"} | its best round is number 7, counted from 0, and"
                        + " it holds 20",
                "\"split_conditions\":[ | \"split_conditions\":[\"x\", | lists differ in length",
            })
    void refusesAnXgboostModelThatWouldBeScoredWrongly(String original, String altered, String cause) throws Exception {
        String json = ReferenceModels.json(booster(FeatureSet.REFERENCE.names()));
        assertThat(json).contains(original);

        assertRefused(file("model.json", json.replace(original, altered)), FeatureSet.REFERENCE, cause);
    }

    @Test
    void refusesAModelOfAnotherSet() throws Exception {
        Path json = file("model.json", ReferenceModels.json(booster(FeatureSet.REFERENCE.names())));
        assertRefused(json, FeatureSet.EXTENDED, "the model reads 15 features, but the extended features are ");

        Path onnx = file("model.onnx", OnnxModels.logisticRegression(new float[WIDTH], 0));
        assertRefused(onnx, FeatureSet.EXTENDED, "the model reads 15 features, but the extended features are ");
    }

    @Test
    void refusesWhatIsNoWholeModel() throws Exception {
        String json = ReferenceModels.json(booster(FeatureSet.REFERENCE.names()));
        assertRefused(file("cut.json", json.substring(0, json.length() / 2)), FeatureSet.REFERENCE, "is cut off");
        byte[] onnx = OnnxModels.trees(json, WIDTH);
        Path cut = Files.write(directory.resolve("cut.onnx"), Arrays.copyOf(onnx, onnx.length / 2));
        assertRefused(cut, FeatureSet.REFERENCE, "cannot load the model");
        assertRefused(file("model.pkl", json), FeatureSet.REFERENCE, "ends neither in .json nor in .onnx");
        assertRefused(directory.resolve("none.json"), FeatureSet.REFERENCE, "does not exist");
        assertRefused(Files.createDirectory(directory.resolve("d.json")), FeatureSet.REFERENCE, "cannot be read");
    }

    @Test
    void refusesOnnxModelsThatAnswerWithOtherThanAProbability() throws Exception {
        float[] weights = new float[WIDTH];
        Arrays.fill(weights, 1);
        Path margin = file("margin.onnx", OnnxModels.logisticRegression(weights, 0, "Identity"));
        assertRefused(margin, FeatureSet.REFERENCE, "no probability of two classes");
        Path classes = file("classes.onnx", OnnxModels.softmax(WIDTH, 3));
        assertRefused(classes, FeatureSet.REFERENCE, "not with one tensor of floats");
    }

    /** Its margins are −6 and 6 for a row of zeros, its classes fraud and genuine. */
    @Test
    void classesByNameNeedToBeTold_andTheOneIsTakenWhereverTheModelIsLoaded() throws Exception {
        Path file = stringLabels();
        assertRefused(file, FeatureSet.REFERENCE, "the ONNX model's classes are fraud, genuine, not the numbers 0, 1");

        FraudModel model = imported(file, new ModelImport(FeatureSet.REFERENCE, 0.5, "fraud"));

        assertThat(model.probability(new float[WIDTH])).isCloseTo(0.0024726f, within(1e-6f));
    }

    @Test
    void thePositiveClassIsPartOfTheVersion_andCannotBeAltered() throws Exception {
        ModelImport genuine = new ModelImport(FeatureSet.REFERENCE, 0.5, "genuine");
        FraudModel model = imported(stringLabels(), new ModelImport(FeatureSet.REFERENCE, 0.5, "fraud"));
        assertThat(model.version()).isNotEqualTo(genuine.read(stringLabels()).version());

        replace("stages/0/metadata", "\"fraudColumn\" : 0", "\"fraudColumn\" : 1");
        assertNotLoaded("stages/0/metadata of the model in");

        ForgedManifest.renew(directory.resolve("model"));
        assertNotLoaded("for golden vector 0, but training gave");
    }

    @Test
    void theMeanIsThatOfTheGoldenRows() throws Exception {
        ImportedModel model = new ModelImport(FeatureSet.REFERENCE, 0.5)
                .read(file("model.onnx", OnnxModels.logisticRegression(new float[WIDTH], 0)));

        assertThat(model.meanProbability()).isEqualTo(0.5);
        assertThat(model.golden.probabilities).hasSize(64);
    }

    @Test
    void anAlteredOnnxModelIsRefusedWhenItIsLoaded() throws Exception {
        Path file = file("model.onnx", OnnxModels.logisticRegression(new float[WIDTH], -1));
        imported(file, FeatureSet.REFERENCE, 0.5);
        Path data = directory.resolve("model/stages/0/data/model.onnx");

        Files.write(data, OnnxModels.logisticRegression(new float[WIDTH], -2));
        assertNotLoaded("stages/0/data/model.onnx of the model in");

        ForgedManifest.renew(directory.resolve("model"));
        assertNotLoaded("for golden vector 0, but training gave");
    }

    private FraudModel imported(Path file, FeatureSet set, double threshold) {
        return imported(file, new ModelImport(set, threshold));
    }

    private FraudModel imported(Path file, ModelImport modelImport) {
        Path out = directory.resolve("model");
        ModelWriter.write(out, modelImport.read(file));
        return FraudModel.load(out.toString());
    }

    private Path stringLabels() throws IOException {
        try (InputStream in = OnnxModels.class.getResourceAsStream("string_labels.onnx")) {
            return file("labels.onnx", in.readAllBytes());
        }
    }

    private void replace(String name, String original, String altered) throws IOException {
        Path file = directory.resolve("model").resolve(name);
        String text = Files.readString(file);
        assertThat(text).contains(original);
        Files.writeString(file, text.replace(original, altered));
    }

    private Path dropout() throws IOException {
        try (InputStream in = ReferenceModels.class.getResourceAsStream("gbtree_with_dropout_3_4.json")) {
            return file("dropout.json", in.readAllBytes());
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static Booster booster(List<String> features) throws XGBoostError {
        return ReferenceModels.train(features.toArray(String[]::new), 20, Map.of("max_depth", 4, "base_score", 0.3));
    }

    private static boolean hasMissing(float[] vector) {
        for (float value : vector) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private static double[] asDoubles(float[] floats) {
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }

    private void assertNotLoaded(String cause) {
        assertThatThrownBy(() -> FraudModel.load(directory.resolve("model").toString()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause);
    }

    private static void assertRefused(Path file, FeatureSet set, String cause) throws IOException {
        assertThatThrownBy(() -> new ModelImport(set, 0.5).read(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().equals("model"));
        }
    }
}
