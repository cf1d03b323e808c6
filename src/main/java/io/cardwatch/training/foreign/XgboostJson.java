package io.cardwatch.training.foreign;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.TreeEnsemble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads XGBoost's JSON model format into a {@link TreeEnsemble}, refusing all that would be scored wrongly:
 * {@link XgboostKeys} says what may stand in it.
 */
public final class XgboostJson {
    private static final String BOOSTER = "learner.gradient_booster";

    /**
     * Keeps decimals exact: a threshold must become the nearest float, without rounding to a double first. XGBoost
     * writes NaN and Infinity as such, for example where it splits on categories.
     */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final JsonNode learner;
    private final JsonNode parameters;
    private final JsonNode booster;
    private final JsonNode model;
    private final int featureCount;

    private XgboostJson(byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new BadInputException(
                    "the model is not JSON, or is cut off: " + firstLine(e), XgboostField.REMEDY, e);
        }
        learner = root.path("learner");
        if (!learner.isObject()) {
            throw XgboostField.malformed("it has no object 'learner'");
        }
        XgboostKeys.ROOT.require(root, "the whole");
        XgboostKeys.LEARNER.require(learner, "learner");
        requireLogistic();
        parameters = XgboostKeys.LEARNER_PARAMETERS.in(learner, "learner", "learner_model_param");
        booster = learner.path("gradient_booster");
        model = model();
        featureCount = XgboostField.integer(parameters, "num_feature");
    }

    /**
     * Reads a model as XGBoost's {@code save_model} writes it to a {@code .json} file, from version 1.7 on.
     *
     * @throws BadInputException if this is not such a model, is damaged, or needs what is not evaluated: another
     *     objective or booster, several classes, categorical splits, a key that is not known
     */
    public static TreeEnsemble read(byte[] json) {
        return new XgboostJson(json).ensemble();
    }

    private TreeEnsemble ensemble() {
        requireOneAnswer();
        requireNoCategories();
        JsonNode trees = XgboostField.array(model, "trees");
        requireAllTrees(trees.size());
        float[] weights = weights(trees.size());
        List<TreeEnsemble.Tree> read = new ArrayList<>();
        for (int t = 0; t < trees.size(); t++) {
            read.add(new XgboostTree(t, trees.get(t), featureCount, weights[t]).breadthFirst());
        }
        return new TreeEnsemble(baseMargin(), featureCount, featureNames(), read);
    }

    private void requireLogistic() {
        JsonNode objective = learner.path("objective");
        String name = objective.path("name").asText();
        if (!name.equals("binary:logistic")) {
            throw new BadInputException(
                    "the model's objective is '" + name + "'; only 'binary:logistic' can be scored",
                    "Train it with objective binary:logistic.");
        }
        XgboostKeys.OBJECTIVE.require(objective, "learner.objective");
        XgboostKeys.LOGISTIC_PARAMETERS.in(objective, "learner.objective", "reg_loss_param");
    }

    /** The trees and what belongs to them. Up to version 3.2 the booster dart, trees with weights, is around a gbtree. */
    private JsonNode model() {
        String name = booster.path("name").asText();
        JsonNode gbtree = booster;
        if (name.equals("dart")) {
            XgboostKeys.DART.require(booster, BOOSTER);
            gbtree = XgboostKeys.GBTREE_IN_DART.in(booster, BOOSTER, "gbtree");
        } else if (name.equals("gbtree")) {
            XgboostKeys.GBTREE.require(booster, BOOSTER);
        } else {
            throw new BadInputException(
                    "the model's booster is '" + name + "'; only 'gbtree' and 'dart' can be scored",
                    "Train it with booster gbtree.");
        }
        return XgboostKeys.MODEL.in(gbtree, BOOSTER, "model");
    }

    private void requireOneAnswer() {
        if (XgboostField.integer(parameters, "num_class") > 1
                || parameters.path("num_target").asInt(1) > 1) {
            throw XgboostField.severalTargets();
        }
        XgboostField.requireOneTarget(XgboostKeys.MODEL_PARAMETERS.in(model, BOOSTER + ".model", "gbtree_model_param"));
        for (JsonNode group : model.path("tree_info")) {
            if (group.asInt(-1) != 0) {
                throw XgboostField.severalTargets();
            }
        }
    }

    private void requireNoCategories() {
        JsonNode categories = XgboostKeys.CATEGORIES.in(model, BOOSTER + ".model", "cats");
        boolean none = categories.path("sorted_idx").isEmpty();
        for (JsonNode feature : categories.path("enc")) {
            none &= feature.path("values").isEmpty();
        }
        for (JsonNode type : learner.path("feature_types")) {
            none &= !type.asText().equals("c");
        }
        if (!none) {
            throw XgboostField.categorical("the model has a categorical feature");
        }
    }

    private void requireAllTrees(int count) {
        int said = XgboostField.integer(model.path("gbtree_model_param"), "num_trees");
        if (count != said || said == 0) {
            throw XgboostField.malformed("it says that it has " + said + " trees, and has " + count);
        }
        JsonNode rounds = model.path("iteration_indptr");
        if (!rounds.isMissingNode() && rounds.path(rounds.size() - 1).asInt(-1) != count) {
            throw XgboostField.malformed("its rounds, iteration_indptr, do not end with its " + count + " trees");
        }
    }

    /** The weight of each tree; 1 if the file has none. */
    private float[] weights(int trees) {
        float[] weights = new float[trees];
        Arrays.fill(weights, 1);
        boolean outside = booster.has("weight_drop");
        if (!outside && !model.has("weight_drop")) {
            return weights;
        }
        JsonNode list = XgboostField.array(outside ? booster : model, "weight_drop");
        if (list.size() != trees || (outside && model.has("weight_drop"))) {
            throw XgboostField.malformed("it has " + trees + " trees and not as many weights in one list weight_drop");
        }
        for (int t = 0; t < trees; t++) {
            weights[t] = XgboostField.finite(list.get(t));
            if (Float.isNaN(weights[t])) {
                throw XgboostField.malformed("the weight of tree " + t + ", in weight_drop, is not a finite number");
            }
        }
        return weights;
    }

    /** The logit of base_score, a probability: "5E-1", or from XGBoost 3.1 on "[5E-1]". */
    private float baseMargin() {
        String text = parameters.path("base_score").asText();
        float probability;
        try {
            probability = Float.parseFloat(
                    text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text);
        } catch (NumberFormatException e) {
            throw XgboostField.malformed("its base_score is '" + text + "'", e);
        }
        if (!(probability > 0 && probability < 1)) {
            throw XgboostField.malformed("its base_score " + text + " is not between 0 and 1");
        }
        return (float) -Math.log(1f / probability - 1f);
    }

    private List<String> featureNames() {
        List<String> names = new ArrayList<>();
        for (JsonNode name : learner.path("feature_names")) {
            names.add(name.asText());
        }
        if (!names.isEmpty() && names.size() != featureCount) {
            throw XgboostField.malformed("it names " + names.size() + " of " + featureCount + " features");
        }
        return List.copyOf(names);
    }

    private static String firstLine(IOException e) {
        return e.getMessage().lines().findFirst().orElse("unreadable");
    }
}
