package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class OnnxModelTest {
    private static final String[] FEATURES = {"A", "B", "C", "D"};
    private static final int WIDTH = FEATURES.length;
    private static final int ROWS = 2_000;

    @Test
    void treesConvertedToOnnxGiveXgboostsProbabilities_withMissingValuesToo() throws Exception {
        Booster booster = booster();
        OnnxModel model = parse(OnnxModels.trees(ReferenceModels.json(booster), WIDTH));

        float[] values = ReferenceModels.rows(ROWS, WIDTH, 77);
        float[][] expected = booster.predict(new DMatrix(values, ROWS, WIDTH, Float.NaN));
        for (int i = 0; i < ROWS; i++) {
            float[] row = Arrays.copyOfRange(values, i * WIDTH, (i + 1) * WIDTH);
            assertThat(model.probability(row)).isCloseTo(expected[i][0], within(1e-6f));
        }
        assertThat(model.featureCount()).isEqualTo(WIDTH);
    }

    @Test
    void aLogisticRegressionGivesTheLogisticFunctionOfItsSum() {
        OnnxModel model = parse(OnnxModels.logisticRegression(new float[] {1, -2, 0, 0.5f}, 0.25f));

        assertThat(model.probability(new float[] {1, 1, 9, 2})).isCloseTo(0.5621765f, within(1e-6f));
        assertThat(model.probability(new float[] {3, 0, 9, 0})).isCloseTo(0.9626731f, within(1e-6f));
    }

    @Test
    void scoresTheSameAfterTravellingInTheJobGraph_andAfterItWasReleased() throws Exception {
        OnnxModel model = parse(OnnxModels.trees(ReferenceModels.json(booster()), WIDTH));
        float[] row = {1, -2, Float.NaN, 4};
        float probability = model.probability(row);

        assertThat(InstantiationUtil.clone(model).probability(row)).isEqualTo(probability);
        model.release();
        assertThat(model.probability(row)).isEqualTo(probability);
    }

    @Test
    void refusesAModelThatIsCutOffAnywhere_orIsNone() throws Exception {
        byte[] whole = OnnxModels.trees(ReferenceModels.json(booster()), WIDTH);
        for (int length = 0; length < whole.length; length += 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> parse(cut)).isInstanceOf(BadInputException.class);
        }
        assertRefused(new byte[] {'n', 'o', 'n', 'e'}, "cannot load the model");
    }

    @Test
    void refusesProbabilitiesInMaps_sayingHowToExportThemWithout() throws Exception {
        byte[] onnx = OnnxModels.treesWithZipMap(ReferenceModels.json(booster()), WIDTH);

        assertThatThrownBy(() -> parse(onnx))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("probabilities")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("{'zipmap': False}"));
    }

    @Test
    void refusesSeveralClasses() {
        assertRefused(
                OnnxModels.softmax(WIDTH, 3),
                "answers with probabilities FLOAT [-1, 3], not with one tensor of floats [N, 2], [N, 1] or [N]");
    }

    @Test
    void takesTheSecondOfTwoClasses() {
        assertThat(parse(OnnxModels.softmax(WIDTH, 2)).probability(new float[WIDTH]))
                .isEqualTo(0.5f);
    }

    @Test
    void takesTheColumnThatIsSaid_inTheJobsCopyToo() throws Exception {
        byte[] onnx = OnnxModels.linearClassifier(new float[] {1, 0, 0, 0}, List.of("fraud", "genuine"));
        float[] row = {0.5f, 0, 0, 0};

        assertThat(InstantiationUtil.clone(OnnxModel.parse(onnx, 0)).probability(row))
                .isCloseTo(0.2689414f, within(1e-6f));
        assertThat(OnnxModel.parse(onnx, 1).probability(row)).isCloseTo(0.7310586f, within(1e-6f));
    }

    @Test
    void versionsThatAreTooNewAreNamed_withTheNewestThatWouldDo() {
        assertThatThrownBy(() -> parse(OnnxModels.logisticRegression(new float[WIDTH], 0, 99, 17)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the ONNX model has IR version 99; ONNX Runtime 1.28.0 reads up to 13")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("model.ir_version = 13"));
        assertThatThrownBy(() -> parse(OnnxModels.logisticRegression(new float[WIDTH], 0, 8, 99)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the ONNX model uses operator set 99 of ai.onnx; ONNX Runtime 1.28.0 knows up to 26")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("26 at most"));
    }

    @Test
    void refusesDoubles_sayingThatFloatsAreWanted() {
        assertThatThrownBy(() -> parse(OnnxModels.doubles(WIDTH)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("probabilities DOUBLE [-1, 2], not with one tensor of floats")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("32-bit floats"));
    }

    @Test
    void refusesARowOfOtherLength_andAnswersThatAreNoProbability() {
        float[] weights = {1, 1, 1, 1};
        OnnxModel margin = parse(OnnxModels.logisticRegression(weights, 0, "Identity"));
        assertThatThrownBy(() -> margin.probability(new float[] {1, 2, 3, 4}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("with 10.0 for fraud");

        OnnxModel model = parse(OnnxModels.logisticRegression(weights, 0));
        assertThatThrownBy(() -> model.probability(new float[3]))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("does not score a row of 3 features");
        assertThatThrownBy(() -> model.probability(new float[] {1, Float.NaN, 3, 4}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("with NaN for fraud");
        assertThat(model.probability(new float[] {1, -2, 3, -2})).isEqualTo(0.5f);
    }

    @Test
    void withoutOnnxRuntimeItSaysWhereToPutIt() throws Exception {
        byte[] onnx = OnnxModels.logisticRegression(new float[] {1, 1}, 0);
        Method parse = Class.forName(OnnxModel.class.getName(), true, new WithoutOnnxRuntime())
                .getMethod("parse", byte[].class, int.class);

        assertThatThrownBy(() -> parse.invoke(null, onnx, OnnxModel.SECOND))
                .cause()
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(
                        "an ONNX model needs ONNX Runtime, which cannot be loaded here: ai/onnxruntime/")
                .satisfies(e -> assertThat(((BadInputException) e).remedy())
                        .contains("onnxruntime-1.28.0.jar", "lib/ beside cardwatch.jar", "Flink's lib/"));
    }

    /** Loads the scoring classes anew, and finds none of ONNX Runtime's. */
    private static final class WithoutOnnxRuntime extends ClassLoader {
        WithoutOnnxRuntime() {
            super(OnnxModelTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("ai.onnxruntime.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.cardwatch.score.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static Booster booster() throws XGBoostError {
        return ReferenceModels.train(FEATURES, 20, Map.of("max_depth", 4, "base_score", 0.3));
    }

    private static OnnxModel parse(byte[] onnx) {
        return OnnxModel.parse(onnx, OnnxModel.SECOND);
    }

    private static void assertRefused(byte[] onnx, String cause) {
        assertThatThrownBy(() -> parse(onnx))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
