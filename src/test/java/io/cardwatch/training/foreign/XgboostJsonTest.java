package io.cardwatch.training.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.ReferenceModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostJsonTest {
    private static final String[] FEATURES = {"A", "B", "C", "D", "E"};
    private static final int ROWS = 5_000;
    private static final JsonMapper JSON = new JsonMapper();

    /** What the two halves of the rows are: every value there, some missing. */
    private static final float[] HALF_MISSING = halfMissing();

    @ParameterizedTest
    @CsvSource({
        "dart, tree, 0.3, false, 1",
        "dart, forest, 0.5, false, 1",
        "dart, tree, 0.1, true, 1",
        "gbtree, tree, 0.3, false, 1",
        "gbtree, forest, 0.4, true, 3"
    })
    void weightsOfTreesCountAsInXgboost(
            String booster, String normalized, double dropped, boolean oneAtLeast, int treesPerRound) throws Exception {
        Booster trained = dropout(booster, normalized, dropped, oneAtLeast, treesPerRound);
        String json = ReferenceModels.json(trained);

        assertThat(weights(json)).anyMatch(weight -> weight < 0.99);
        assertEqualToXgboost(json, json);
    }

    /** XGBoost 3.3 and what came before it put the weights elsewhere; 3.4 reads both. */
    @Test
    void weightsCountWhereOlderVersionsPutThem() throws Exception {
        String json = ReferenceModels.json(dropout("dart", "tree", 0.3, false, 1));

        ObjectNode beside = (ObjectNode) JSON.readTree(json);
        ObjectNode booster = (ObjectNode) beside.at("/learner/gradient_booster");
        booster.set("weight_drop", ((ObjectNode) booster.get("model")).remove("weight_drop"));
        assertEqualToXgboost(beside.toString(), json);

        ObjectNode dart = beside.deepCopy();
        ObjectNode outer = (ObjectNode) dart.at("/learner/gradient_booster");
        outer.putObject("gbtree").put("name", "gbtree").set("model", outer.remove("model"));
        outer.put("name", "dart");
        assertEqualToXgboost(dart.toString(), json);
    }

    /** The figures are XGBoost 3.4.0's own; without weights they were 0.13324 and 0.86480. */
    @Test
    void aSavedModelWithWeightsGivesTheProbabilitiesOfXgboost34() throws Exception {
        GradientBoostedTrees trees = parse(resource("gbtree_with_dropout_3_4.json"));
        float[] high = new float[15];
        Arrays.fill(high, 0.9f);

        assertThat(trees.probability(new float[15])).isCloseTo(0.15608f, within(1e-5f));
        assertThat(trees.probability(high)).isCloseTo(0.84155f, within(1e-5f));
    }

    @Test
    void whiteSpaceMayStandAnywhere() throws Exception {
        String json = ReferenceModels.json(ReferenceModels.train(FEATURES, 3, Map.of()));
        String spaced = "\n\t " + json.replaceAll("(\"[^\"]*\"|[\\[\\]{},:])", " \r\n$1\t ") + " \n";

        assertEqualToXgboost(spaced, json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/learner",
                "/learner/learner_model_param",
                "/learner/objective",
                "/learner/objective/reg_loss_param",
                "/learner/gradient_booster",
                "/learner/gradient_booster/model",
                "/learner/gradient_booster/model/cats",
                "/learner/gradient_booster/model/gbtree_model_param",
                "/learner/gradient_booster/model/trees/2",
                "/learner/gradient_booster/model/trees/2/tree_param",
            })
    void aKeyThatIsNotKnownIsRefused_whereverItStands(String where) throws Exception {
        JsonNode root = JSON.readTree(ReferenceModels.json(ReferenceModels.train(FEATURES, 3, Map.of())));
        ((ObjectNode) root.at(where)).put("new_in_4", "1");

        String path = where.isEmpty()
                ? "the whole"
                : where.substring(1).replace("trees/2", "trees[2]").replace('/', '.');
        assertRefused(
                root.toString(), "the model has the key 'new_in_4' in " + path + ", which Cardwatch does not know");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/learner/gradient_booster", "/learner/gradient_booster/gbtree"})
    void aKeyThatIsNotKnownIsRefused_inDartToo(String where) throws Exception {
        JsonNode root = JSON.readTree(ReferenceModels.STUMP);
        ObjectNode booster = (ObjectNode) root.at("/learner/gradient_booster");
        booster.putObject("gbtree").put("name", "gbtree").set("model", booster.remove("model"));
        booster.put("name", "dart");
        assertThat(parse(root.toString()).treeCount()).isEqualTo(1);
        ((ObjectNode) root.at(where)).put("new_in_4", "1");

        assertRefused(
                root.toString(), "the key 'new_in_4' in " + where.substring(1).replace('/', '.'));
    }

    @Test
    void attributesAreFreeText() throws Exception {
        assertThat(parse(ReferenceModels.STUMP.replace(
                                "\"attributes\":{}", "\"attributes\":{\"scikit_learn\":\"{}\",\"owner\":\"me\"}"))
                        .treeCount())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"trees\":[ | \"weight_drop\":[],\"trees\":[ | 1 trees and not as many weights",
                "\"trees\":[ | \"weight_drop\":[1,1],\"trees\":[ | 1 trees and not as many weights",
                "\"trees\":[ | \"weight_drop\":1,\"trees\":[ | no list 'weight_drop'",
                "\"trees\":[ | \"weight_drop\":[NaN],\"trees\":[ | weight of tree 0, in weight_drop, is not a finite",
                "\"trees\":[ | \"weight_drop\":[1e39],\"trees\":[ | weight of tree 0, in weight_drop, is not a finite",
                "\"trees\":[ | \"weight_drop\":[\"1\"],\"trees\":[ | weight of tree 0, in weight_drop, is not a finite",
                "\"name\":\"gbtree\" | \"name\":\"gbtree\",\"weight_drop\":[1,2] | 1 trees and not as many weights",
                "\"tree_info\":[0] | \"tree_info\":[1] | several classes or targets",
                "\"size_leaf_vector\":\"1\" | \"size_leaf_vector\":\"2\" | several classes or targets",
                "\"num_trees\":\"1\" | \"num_trees\":\"1\",\"size_leaf_vector\":\"2\" | several classes or targets",
                "\"num_target\":\"1\" | \"num_target\":\"2\" | several classes or targets",
                "\"default_left\" | \"leaf_weights\":[1],\"default_left\" | several classes or targets",
                "\"iteration_indptr\":[0,1] | \"iteration_indptr\":[0,1,2] | iteration_indptr, do not end with its 1",
                "\"iteration_indptr\":[0,1] | \"iteration_indptr\":[] | iteration_indptr, do not end with its 1",
                "\"trees\":[ | \"cats\":[],\"trees\":[ | its learner.gradient_booster.model.cats is no object",
                "\"trees\":[ | \"cats\":{\"sorted_idx\":[0]},\"trees\":[ | has a categorical feature; categorical splits",
                "\"trees\":[ | \"cats\":{\"enc\":[{\"values\":[1]}]},\"trees\":[ | has a categorical feature; categorical",
                "\"feature_types\":[] | \"feature_types\":[\"c\",\"q\"] | has a categorical feature; categorical splits",
                "\"categories\":[] | \"categories\":[3] | tree 0 of the model splits on categories; categorical splits",
                "binary:logistic | reg:squarederror | objective is 'reg:squarederror'",
                "\"gbtree\" | \"gblinear\" | booster is 'gblinear'",
                "\"num_class\":\"0\" | \"num_class\":\"3\" | several classes",
                "\"num_target\":\"1\" | \"num_target\":\"2\" | several classes or targets",
                "\"split_type\":[0 | \"split_type\":[1 | splits on categories; categorical splits are not evaluated",
                "\"split_indices\":[0 | \"split_indices\":[4 | splits on feature 4 of 4",
                "\"split_indices\":[0 | \"split_indices\":[-1 | splits on feature -1 of 4",
                "\"split_indices\":[0 | \"split_indices\":[0.5 | splits on feature 0.5 of 4",
                "\"left_children\":[1 | \"left_children\":[0 | a child 0 is not a node",
                "\"left_children\":[1 | \"left_children\":[99 | a child 99 is not a node",
                "\"left_children\":[1 | \"left_children\":[2 | node 2 is the child of two",
                "\"left_children\":[1 | \"left_children\":[-1 | not all of its nodes hang together",
                "\"right_children\":[2 | \"right_children\":[-2 | a child -2 is not a node",
                "\"right_children\":[2, | \"right_children\":[ | lists differ in length",
                "\"default_left\":[1,0,0], | '' | no list 'default_left'",
                ",\"sum_hessian\":[4,2,2] | '' | no list 'sum_hessian'",
                "\"split_conditions\":[ | \"split_conditions\":[1e99, | lists differ in length",
                "\"split_conditions\":[16E0 | \"split_conditions\":[1e99 | not a finite number",
                "\"split_conditions\":[16E0 | \"split_conditions\":[\"x\" | not a finite number",
                "\"num_nodes\":\"3\" | \"num_nodes\":\"5\" | number of nodes",
                "\"num_trees\":\"1\" | \"num_trees\":\"2\" | it says that it has 2 trees, and has 1",
                "\"base_score\":\"5E-1\" | \"base_score\":\"0\" | base_score 0 is not between 0 and 1",
                "\"base_score\":\"5E-1\" | \"base_score\":\"[5E-1,2E-1]\" | base_score is '[5E-1,2E-1]'",
                "\"base_score\":\"5E-1\" | \"base_score\":\"NaN\" | base_score NaN is not",
                "[\"A\",\"B\",\"C\",\"D\"] | [\"A\"] | names 1 of 4 features",
                "\"num_feature\":\"4\",\"num_target\" | \"num_feature\":\"x\",\"num_target\" | num_feature is 'x'",
                "\"learner\" | \"apprentice\" | no object 'learner'",
                "\"version\" | \"learner\" | not JSON, or is cut off: Duplicate",
            })
    void aModelThatWouldBeScoredWronglyIsRefused(String original, String altered, String cause) {
        String json = ReferenceModels.STUMP.replace(original, altered);
        assertThat(json).isNotEqualTo(ReferenceModels.STUMP);

        assertRefused(json, cause);
    }

    @Test
    void aLeafThatItsWeightMakesInfiniteIsRefused() {
        assertRefused(
                ReferenceModels.STUMP
                        .replace("-4.1508764E-1", "1E30")
                        .replace("\"trees\":[", "\"weight_drop\":[1E30],\"trees\":["),
                "a leaf's value times the tree's weight is not a finite number");
    }

    /** XGBoost has used the place of the threshold for other things, NaN among them. */
    @Test
    void categoricalSplitsAreCalledByTheirName_whateverStandsForTheirThreshold() throws Exception {
        String trained = categoricalModel();
        assertRefused(trained, "the model has a categorical feature; categorical splits are not evaluated");

        String untyped = trained.replaceFirst("\"feature_types\":\\[[^]]*]", "\"feature_types\":[]");
        assertRefused(untyped, "tree 0 of the model splits on categories; categorical splits are not evaluated");

        String nan = untyped.replaceFirst("\"split_conditions\":\\[[^,]*,", "\"split_conditions\":[NaN,");
        assertThat(nan).isNotEqualTo(untyped);
        assertRefused(nan, "tree 0 of the model splits on categories; categorical splits are not evaluated");
    }

    @Test
    void whatIsNotANumberIsRefusedInNumericSplits() {
        assertRefused(
                ReferenceModels.STUMP.replace("16E0", "NaN"), "in tree 0 a threshold or leaf is not a finite number");
        assertRefused(
                ReferenceModels.STUMP.replace("16E0", "-Infinity"),
                "in tree 0 a threshold or leaf is not a finite number");
    }

    @Test
    void refusesAModelThatIsCutOffAnywhere() {
        for (int length = 0; length < ReferenceModels.STUMP.length(); length += 7) {
            String cut = ReferenceModels.STUMP.substring(0, length);
            assertThatThrownBy(() -> parse(cut)).isInstanceOf(BadInputException.class);
        }
        assertThatThrownBy(() -> parse(ReferenceModels.STUMP + "x")).isInstanceOf(BadInputException.class);
    }

    private static Booster dropout(
            String booster, String normalized, double dropped, boolean oneAtLeast, int treesPerRound)
            throws XGBoostError {
        return ReferenceModels.train(
                FEATURES,
                30,
                Map.of(
                        "booster", booster,
                        "normalize_type", normalized,
                        "rate_drop", dropped,
                        "one_drop", oneAtLeast ? 1 : 0,
                        "num_parallel_tree", treesPerRound,
                        "max_depth", 4));
    }

    private static String categoricalModel() throws XGBoostError {
        float[] values = ReferenceModels.rows(ROWS, FEATURES.length, 5);
        float[] labels = new float[ROWS];
        for (int i = 0; i < ROWS; i++) {
            values[i * FEATURES.length] = i % 5;
            labels[i] = i % 5 == 2 || i % 5 == 4 ? 1 : 0;
        }
        DMatrix data = new DMatrix(values, ROWS, FEATURES.length, Float.NaN);
        data.setLabel(labels);
        data.setFeatureTypes(new String[] {"c", "q", "q", "q", "q"});
        Map<String, Object> parameters =
                Map.of("objective", "binary:logistic", "max_depth", 2, "max_cat_to_onehot", 1, "nthread", 1);
        return ReferenceModels.json(XGBoost.train(data, parameters, 1, new HashMap<>(), null, null));
    }

    private static List<Double> weights(String json) throws IOException {
        JsonNode list = JSON.readTree(json).at("/learner/gradient_booster/model/weight_drop");
        List<Double> weights = new ArrayList<>();
        list.forEach(weight -> weights.add(weight.doubleValue()));
        return weights;
    }

    /** Cardwatch on {@code ours} against XGBoost on {@code theirs}. */
    private static void assertEqualToXgboost(String ours, String theirs) throws Exception {
        GradientBoostedTrees trees = parse(ours);
        Booster booster = XGBoost.loadModel(theirs.getBytes(StandardCharsets.UTF_8));
        DMatrix matrix = new DMatrix(HALF_MISSING, ROWS, FEATURES.length, Float.NaN);
        float[][] margins = booster.predict(matrix, true);
        float[][] probabilities = booster.predict(matrix);
        for (int i = 0; i < ROWS; i++) {
            float[] row = Arrays.copyOfRange(HALF_MISSING, i * FEATURES.length, (i + 1) * FEATURES.length);
            assertThat(trees.margin(row)).isEqualTo(margins[i][0]);
            assertThat(trees.probability(row)).isCloseTo(probabilities[i][0], within(1e-6f));
        }
    }

    private static float[] halfMissing() {
        float[] values = ReferenceModels.rows(ROWS, FEATURES.length, 21);
        for (int i = 0; i < ROWS; i++) {
            for (int f = 0; f < FEATURES.length; f++) {
                int at = i * FEATURES.length + f;
                if (i % 2 == 0 && Float.isNaN(values[at])) {
                    values[at] = f;
                } else if (i % 2 == 1 && i / 2 % FEATURES.length == f) {
                    values[at] = Float.NaN;
                }
            }
        }
        return values;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ReferenceModels.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static GradientBoostedTrees parse(String json) {
        return new GradientBoostedTrees(XgboostJson.read(json.getBytes(StandardCharsets.UTF_8)), PlattScaling.IDENTITY);
    }

    private static void assertRefused(String json, String cause) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
