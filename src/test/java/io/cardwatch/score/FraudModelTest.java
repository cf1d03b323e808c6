package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.TrainedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FraudModelTest {
    private static final int WIDTH = FeatureSet.REFERENCE.size();
    private static final int GOLDEN_ROWS = 64;

    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void writeModel() throws XGBoostError {
        directory = temporary.resolve("model");
        write(FeatureSet.REFERENCE.names(), PlattScaling.IDENTITY);
    }

    @Test
    void loadsWithVersionAndThreshold_andReproducesXgboost() throws Exception {
        FraudModel model = FraudModel.load(directory.toString());

        GoldenVectors golden = golden(booster(FeatureSet.REFERENCE.names()), PlattScaling.IDENTITY);
        for (int i = 0; i < GOLDEN_ROWS; i++) {
            assertThat(model.probability(golden.vectors[i])).isEqualTo(golden.probabilities[i]);
        }
        assertThat(model.threshold()).isEqualTo(0.4);
        assertThat(model.version()).startsWith("2018-09-30-").hasSize(23);
        assertThat(InstantiationUtil.clone(model).probability(golden.vectors[0]))
                .isEqualTo(golden.probabilities[0]);
    }

    @Test
    void aCalibratedModelGivesPlattsProbabilities_inThePipelineToo() throws Exception {
        PlattScaling calibration = new PlattScaling(0.8, -0.25);
        directory = temporary.resolve("calibrated");
        write(FeatureSet.REFERENCE.names(), calibration);

        FraudModel model = FraudModel.load(directory.toString());

        GoldenVectors golden = golden(booster(FeatureSet.REFERENCE.names()), calibration);
        GoldenVectors plain = golden(booster(FeatureSet.REFERENCE.names()), PlattScaling.IDENTITY);
        List<Row> throughPipeline = throughPipeline(golden.vectors);
        for (int i = 0; i < GOLDEN_ROWS; i++) {
            float probability = model.probability(golden.vectors[i]);
            assertThat(probability).isCloseTo(golden.probabilities[i], within(1e-6f));
            assertThat(probability).isNotEqualTo(plain.probabilities[i]);
            assertThat(throughPipeline.get(i).get(1)).isEqualTo(probability);
        }
    }

    @Test
    void refusesACalibrationThatTheGoldenVectorsDoNotKnow_evenWhenTheHashFits() throws IOException {
        alter("stages/0/metadata", "\"calibrationSlope\" : 1.0", "\"calibrationSlope\" : 1.5");
        assertRefused("stages/0/metadata of the model in");

        ForgedManifest.renew(directory);
        assertRefused("for golden vector 0, but training gave");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"threshold\" : 0.4 | \"threshold\" : 0.41",
                "trees.json\" : \" | trees.json\" : \"0",
                "\"modelVersion\" : \"2018 | \"modelVersion\" : \"2019",
            })
    void refusesAThresholdFileOrVersionThatWasChanged(String original, String altered) throws IOException {
        alter("cardwatch.json", original, altered);
        assertRefused("were changed: they do not belong to version");
    }

    @Test
    void anotherThresholdOrCalibrationIsAnotherVersion() throws XGBoostError {
        String version = FraudModel.load(directory.toString()).version();
        directory = temporary.resolve("calibrated");
        write(FeatureSet.REFERENCE.names(), new PlattScaling(1, 0.1));
        String calibrated = FraudModel.load(directory.toString()).version();
        directory = temporary.resolve("strict");
        write(FeatureSet.REFERENCE.names(), PlattScaling.IDENTITY, 0.41);

        assertThat(Set.of(
                        version,
                        calibrated,
                        FraudModel.load(directory.toString()).version()))
                .hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"0.0, 0.0", "-1.0, 0.0"})
    void refusesACalibrationThatIsNone(String slope, String intercept) throws IOException {
        alter("stages/0/metadata", "\"calibrationSlope\" : 1.0", "\"calibrationSlope\" : " + slope);
        alter("stages/0/metadata", "\"calibrationIntercept\" : 0.0", "\"calibrationIntercept\" : " + intercept);
        ForgedManifest.renew(directory);

        assertRefused("the calibration has slope");
    }

    @Test
    void anotherThresholdLeavesTheProbabilitiesAsTheyAre() {
        FraudModel model = FraudModel.load(directory.toString());
        FraudModel strict = model.withThreshold(0.9);
        float[] row = ReferenceModels.rows(1, WIDTH, 4);

        assertThat(strict.threshold()).isEqualTo(0.9);
        assertThat(strict.probability(row)).isEqualTo(model.probability(row));
        assertThat(strict.version()).isEqualTo(model.version());
    }

    @Test
    void loadsFromAUriOfAFlinkFileSystem() {
        assertThat(FraudModel.load(directory.toUri().toString()).threshold()).isEqualTo(0.4);
    }

    @Test
    void flinkMlsPipelineAndTheStagesOwnMethodAgreeBitForBit() throws Exception {
        float[][] values = split(ReferenceModels.rows(2_000, WIDTH, 3));
        TreesServable stage =
                TreesServable.loadServable(directory.resolve("stages/0").toString());
        List<Float> own = new ArrayList<>();
        for (float[] row : values) {
            own.add(stage.probability(row));
        }

        assertThat(throughPipeline(values)).extracting(row -> row.get(1)).containsExactlyElementsOf(own);
    }

    @Test
    void refusesAModelOfOtherFeatures_namingTheFirstThatDiffers() throws XGBoostError {
        List<String> swapped = new ArrayList<>(FeatureSet.REFERENCE.names());
        swapped.set(3, FeatureSet.REFERENCE.names().get(5));
        swapped.set(5, FeatureSet.REFERENCE.names().get(3));
        directory = temporary.resolve("swapped");
        write(swapped, PlattScaling.IDENTITY);

        assertRefused("number 4 is CUSTOMER_ID_NB_TX_7DAY_WINDOW in stages/0, "
                + "CUSTOMER_ID_NB_TX_1DAY_WINDOW in Cardwatch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"TX_AMOUNT\" | null | number 1 is null in cardwatch.json, TX_AMOUNT in Cardwatch",
                "\"TX_AMOUNT\" | \"AMOUNT\" | number 1 is AMOUNT in cardwatch.json, TX_AMOUNT in Cardwatch",
                ", \"TERMINAL_ID_RISK_30DAY_WINDOW\" ] | ] | number 15 is none in cardwatch.json",
                "\"TERMINAL_ID_RISK_30DAY_WINDOW\" ] | \"TERMINAL_ID_RISK_30DAY_WINDOW\", \"X\" ] | number 16 is X in",
                "\"formatVersion\" : 2 | \"formatVersion\" : 1 | has format 1; this version reads 2",
                "\"threshold\" : 0.4 | \"threshold\" : 4.0 | threshold 4.0",
                "\"threshold\" : 0.4 | \"threshold\" : null | cardwatch.json of the model",
                "\"features\" : [ | \"features\" : null, \"x\" : [ | Null value for creator property 'features'",
                "\"files\" : { | \"files\" : null, \"x\" : { | Null value for creator property 'files'",
                "\"modelVersion\" | \"version\" | Missing required creator property 'modelVersion'",
            })
    void refusesAManifestThatDoesNotFit(String original, String altered, String cause) throws IOException {
        alter("cardwatch.json", original, altered);

        assertRefused(cause);
    }

    @Test
    void refusesAlteredTrees() throws IOException {
        alter("stages/0/data/trees.json", "\"trees\":[", "\"trees\": [");

        assertRefused("stages/0/data/trees.json of the model in");
    }

    @Test
    void refusesTreesThatMissTheGoldenVectors_evenWhenTheHashFits() throws IOException {
        alter("stages/0/data/trees.json", "\"baseMargin\":", "\"baseMargin\":1e-4,\"x\":");
        ForgedManifest.renew(directory);

        assertRefused("for golden vector 0, but training gave");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"left\":[1, | \"left\":[-1,",
                "\"left\":[1,3, | \"left\":[1,1,",
                "\"left\":[1,3, | \"left\":[3,1,",
                "\"left\":[1, | \"left\":[99,",
                "\"left\":[1, | \"left\":[",
                "\"feature\":[ | \"feature\":[15,",
                "\"value\":[ | \"value\":[1e99,",
                "\"missingLeft\":[ | \"missingLeft\":[true,",
            })
    void refusesTreesThatAWalkWouldLeave_evenWhenTheHashFits(String original, String altered) throws IOException {
        alter("stages/0/data/trees.json", original, altered);
        ForgedManifest.renew(directory);

        assertRefused("the model's trees are damaged");
    }

    @Test
    void refusesAFileThatScoringReadsAndTheManifestDoesNotList() throws IOException {
        Files.writeString(directory.resolve("other.json"), "{}");
        alter("cardwatch.json", "\"stages/0/data/trees.json\"", "\"other.json\"");
        ForgedManifest.renew(directory);

        assertRefused("the file stages/0/data/trees.json of the model in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cardwatch.json", "stages/0/golden.json", "stages/0/data/trees.json"})
    void refusesAFileThatHoldsNull(String file) throws IOException {
        Files.writeString(directory.resolve(file), "null");
        if (!file.equals("cardwatch.json")) {
            ForgedManifest.renew(directory);
        }

        assertRefused("it holds null");
    }

    @Test
    void refusesTruncatedTrees_evenWhenTheHashFits() throws IOException {
        Path file = directory.resolve("stages/0/data/trees.json");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused("was changed");

        ForgedManifest.renew(directory);
        assertRefused("cannot be loaded: Unexpected end-of-input");
    }

    @Test
    void refusesAnAlteredGoldenVector() throws IOException {
        alter("stages/0/golden.json", "\"probabilities\":[0.", "\"probabilities\":[1.");
        assertRefused("golden.json of the model in");

        ForgedManifest.renew(directory);
        assertRefused("for golden vector");
    }

    @Test
    void refusesGoldenVectorsThatProveNothing() throws IOException {
        Files.writeString(directory.resolve("stages/0/golden.json"), "{\"vectors\":[],\"probabilities\":[]}");
        ForgedManifest.renew(directory);

        assertRefused("are missing, or not of its features");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cardwatch.json",
                "metadata",
                "stages/0/metadata",
                "stages/0/golden.json",
                "stages/0/data/trees.json"
            })
    void refusesADirectoryWithoutOneOfItsFiles_namingIt(String file) throws IOException {
        Files.delete(directory.resolve(file));

        assertRefused("has no file " + file);
    }

    @ParameterizedTest
    @CsvSource({
        "metadata, '\"numStages\" : 1', '\"numStages\" : 2', 'it has 2 stages; cardwatch.json lists the files of 1'",
        "stages/0/metadata, io.cardwatch.score.TreesServable, java.lang.String, Class name java.lang.String"
    })
    void refusesAPipelineOfOtherStages(String file, String original, String altered, String cause) throws IOException {
        alter(file, original, altered);
        ForgedManifest.renew(directory);

        assertRefused(cause);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no/such/directory", "", "gopher://x/model"})
    void refusesADirectoryThatIsNotThere(String path) {
        assertThatThrownBy(() -> FraudModel.load(path)).isInstanceOf(BadInputException.class);
    }

    private void write(List<String> features, PlattScaling calibration) throws XGBoostError {
        write(features, calibration, 0.4);
    }

    private void write(List<String> features, PlattScaling calibration, double threshold) throws XGBoostError {
        Booster booster = booster(features);
        byte[] json = ReferenceModels.json(booster).getBytes(StandardCharsets.UTF_8);
        ModelWriter.write(
                directory,
                new TrainedModel(
                        FeatureSet.REFERENCE,
                        json,
                        threshold,
                        calibration,
                        golden(booster, calibration),
                        Optional.empty(),
                        Optional.empty(),
                        1_538_351_999,
                        Map.of("seed", 1),
                        Map.of()));
    }

    private static Booster booster(List<String> features) throws XGBoostError {
        return ReferenceModels.train(features.toArray(String[]::new), 20, Map.of("max_depth", 4, "base_score", 0.5));
    }

    /** XGBoost's own probabilities; where they are calibrated, from its margins in double precision. */
    private static GoldenVectors golden(Booster booster, PlattScaling calibration) throws XGBoostError {
        float[] values = ReferenceModels.rows(GOLDEN_ROWS, WIDTH, 9);
        DMatrix rows = new DMatrix(values, GOLDEN_ROWS, WIDTH, Float.NaN);
        boolean plain = calibration.equals(PlattScaling.IDENTITY);
        float[][] predicted = booster.predict(rows, !plain);
        float[] probabilities = new float[GOLDEN_ROWS];
        for (int i = 0; i < GOLDEN_ROWS; i++) {
            double logOdds = calibration.slope * predicted[i][0] + calibration.intercept;
            probabilities[i] = plain ? predicted[i][0] : (float) (1 / (1 + Math.exp(-logOdds)));
        }
        return new GoldenVectors(split(values), probabilities);
    }

    /** Flink ML's own loading and transformation: the features and the probability of each row. */
    private List<Row> throughPipeline(float[][] vectors) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (float[] vector : vectors) {
            double[] doubles = new double[WIDTH];
            Arrays.setAll(doubles, i -> vector[i]);
            rows.add(new Row(new ArrayList<>(List.of(new DenseVector(doubles)))));
        }
        DataFrame frame = new DataFrame(
                new ArrayList<>(List.of("features")),
                new ArrayList<>(List.of(DataTypes.VECTOR(BasicType.DOUBLE))),
                rows);
        return PipelineModelServable.load(directory.toString()).transform(frame).collect();
    }

    private static float[][] split(float[] values) {
        float[][] rows = new float[values.length / WIDTH][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * WIDTH, (i + 1) * WIDTH));
        return rows;
    }

    /** Replaces the first {@code original} by {@code altered}. */
    private void alter(String file, String original, String altered) throws IOException {
        String text = Files.readString(directory.resolve(file));
        assertThat(text).contains(original);
        int at = text.indexOf(original);
        Files.writeString(
                directory.resolve(file), text.substring(0, at) + altered + text.substring(at + original.length()));
    }

    private void assertRefused(String cause) {
        assertThatThrownBy(() -> FraudModel.load(directory.toString()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
