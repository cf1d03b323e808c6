package io.cardwatch.score;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads XGBoost's JSON model format into {@link GradientBoostedTrees}, refusing all that would be scored wrongly. The
 * format is described by XGBoost's own schema, doc/model.schema.
 */
final class XgboostJson {
    private static final String REMEDY = "Save the model again as XGBoost JSON, or train one with 'train'.";

    /** Decimals are kept as text would be: a threshold must become the nearest float without a double between. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonNode learner;
    private final int featureCount;

    XgboostJson(byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new BadInputException("the model is not JSON, or is cut off: " + firstLine(e), REMEDY, e);
        }
        learner = root.path("learner");
        if (!learner.isObject()) {
            throw malformed("it has no object 'learner'");
        }
        featureCount = integer(learner.path("learner_model_param"), "num_feature");
        if (featureCount > GradientBoostedTrees.MAX_FEATURES) {
            throw tooLarge("it has " + featureCount + " features", GradientBoostedTrees.MAX_FEATURES);
        }
    }

    GradientBoostedTrees read() {
        requireLogisticTrees();
        JsonNode model = learner.path("gradient_booster").path("model");
        JsonNode trees = array(model, "trees");
        int treeCount = integer(model.path("gbtree_model_param"), "num_trees");
        if (trees.size() != treeCount || treeCount == 0) {
            throw malformed("it says that it has " + treeCount + " trees, and has " + trees.size());
        }
        int nodeCount = 0;
        for (JsonNode tree : trees) {
            nodeCount += array(tree, "left_children").size();
        }
        Nodes nodes = new Nodes(nodeCount);
        int[] roots = new int[treeCount];
        int[] depths = new int[treeCount];
        for (int t = 0; t < treeCount; t++) {
            roots[t] = nodes.count;
            depths[t] = nodes.add(new Tree(t, trees.get(t)));
        }
        return new GradientBoostedTrees(
                roots,
                depths,
                nodes.nodes,
                nodes.outputs,
                baseMargin(),
                featureCount,
                featureNames(),
                PlattScaling.IDENTITY);
    }

    private void requireLogisticTrees() {
        requireValue(learner.path("objective").path("name").asText(), "binary:logistic", "objective");
        requireValue(learner.path("gradient_booster").path("name").asText(), "gbtree", "booster");
        JsonNode parameters = learner.path("learner_model_param");
        if (integer(parameters, "num_class") > 1
                || parameters.path("num_target").asInt(1) > 1) {
            throw new BadInputException(
                    "the model answers with several classes or targets", "Train it with objective binary:logistic.");
        }
    }

    private static void requireValue(String actual, String required, String what) {
        if (!actual.equals(required)) {
            throw new BadInputException(
                    "the model's " + what + " is '" + actual + "'; only '" + required + "' can be scored",
                    "Train it with " + what + " " + required + ".");
        }
    }

    /** The logit of base_score, a probability: "5E-1", or from XGBoost 3.1 on "[5E-1]". */
    private float baseMargin() {
        String text = learner.path("learner_model_param").path("base_score").asText();
        float probability;
        try {
            probability = Float.parseFloat(
                    text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text);
        } catch (NumberFormatException e) {
            throw malformed("its base_score is '" + text + "'", e);
        }
        if (!(probability > 0 && probability < 1)) {
            throw malformed("its base_score " + text + " is not between 0 and 1");
        }
        return (float) -Math.log(1f / probability - 1f);
    }

    private List<String> featureNames() {
        List<String> names = new ArrayList<>();
        for (JsonNode name : learner.path("feature_names")) {
            names.add(name.asText());
        }
        if (!names.isEmpty() && names.size() != featureCount) {
            throw malformed("it names " + names.size() + " of " + featureCount + " features");
        }
        return List.copyOf(names);
    }

    private static int integer(JsonNode parent, String field) {
        String text = parent.path(field).asText();
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw malformed("its " + field + " is '" + text + "'", e);
        }
    }

    private static JsonNode array(JsonNode parent, String field) {
        JsonNode array = parent.path(field);
        if (!array.isArray()) {
            throw malformed("it has no list '" + field + "'");
        }
        return array;
    }

    private static BadInputException malformed(String what) {
        return malformed(what, null);
    }

    private static BadInputException malformed(String what, Throwable root) {
        return new BadInputException("the model is not a whole XGBoost model: " + what, REMEDY, root);
    }

    private static BadInputException tooLarge(String what, int limit) {
        return new BadInputException(
                "the model cannot be scored: " + what + ", more than " + limit, "Train a smaller one.");
    }

    private static String firstLine(IOException e) {
        return e.getMessage().lines().findFirst().orElse("unreadable");
    }

    /** The flat arrays that all trees are laid out in. */
    private static final class Nodes {
        final long[] nodes;
        final float[] outputs;
        int count;

        Nodes(int capacity) {
            nodes = new long[capacity];
            outputs = new float[capacity];
        }

        /**
         * Adds the tree breadth first, so that siblings stand side by side.
         *
         * @return steps to the farthest leaf
         */
        int add(Tree tree) {
            int[] originals = new int[tree.size()];
            int[] levels = new int[tree.size()];
            boolean[] seen = new boolean[tree.size()];
            int first = count;
            int end = 1;
            for (int at = 0; at < end; at++) {
                int original = originals[at];
                if (tree.isLeaf(original)) {
                    outputs[first + at] = tree.value(original);
                    nodes[first + at] = GradientBoostedTrees.leaf();
                } else {
                    nodes[first + at] = tree.split(original, end - at);
                    originals[end++] = tree.newChild("left_children", original, seen);
                    originals[end++] = tree.newChild("right_children", original, seen);
                    Arrays.fill(levels, end - 2, end, levels[at] + 1);
                }
            }
            tree.requireReachable(end);
            count += end;
            return levels[end - 1];
        }
    }

    /** One tree as it stands in the file. */
    private final class Tree {
        final int index;
        final JsonNode json;
        final JsonNode left;

        Tree(int index, JsonNode json) {
            this.index = index;
            this.json = json;
            left = array(json, "left_children");
            if (size() == 0 || size() != integer(json.path("tree_param"), "num_nodes")) {
                throw damaged("its number of nodes is not what it says");
            }
            for (String list : List.of("right_children", "split_indices", "split_conditions", "default_left")) {
                if (array(json, list).size() != size()) {
                    throw damaged("its lists differ in length");
                }
            }
            if (size() > GradientBoostedTrees.MAX_NODES_OF_A_TREE) {
                throw tooLarge(
                        "tree " + index + " of it has " + size() + " nodes", GradientBoostedTrees.MAX_NODES_OF_A_TREE);
            }
            for (JsonNode type : json.path("split_type")) {
                if (type.asInt() != 0) {
                    throw new BadInputException(
                            "tree " + index + " of the model splits on categories, which cannot be scored",
                            "Train it on numeric features only.");
                }
            }
        }

        int size() {
            return left.size();
        }

        boolean isLeaf(int node) {
            return left.get(node).asInt() == -1;
        }

        float value(int node) {
            JsonNode number = json.get("split_conditions").get(node);
            float value = number.isNumber() ? number.decimalValue().floatValue() : Float.NaN;
            if (!Float.isFinite(value)) {
                throw damaged("a threshold or leaf is not a finite number");
            }
            return value;
        }

        long split(int node, int leftDistance) {
            JsonNode number = json.get("split_indices").get(node);
            int feature = number.isInt() ? number.intValue() : -1;
            if (feature < 0 || feature >= featureCount) {
                throw damaged("it splits on feature " + number + " of " + featureCount);
            }
            JsonNode defaultLeft = json.get("default_left").get(node);
            boolean missingGoesLeft = defaultLeft.isBoolean() ? defaultLeft.booleanValue() : defaultLeft.asInt() != 0;
            return GradientBoostedTrees.split(feature, value(node), missingGoesLeft, leftDistance);
        }

        int newChild(String side, int node, boolean[] seen) {
            JsonNode number = json.get(side).get(node);
            int child = number.isInt() ? number.intValue() : -1;
            if (child <= 0 || child >= size()) {
                throw damaged("a child " + number + " is not a node of it");
            }
            if (seen[child]) {
                throw damaged("node " + child + " is the child of two");
            }
            seen[child] = true;
            return child;
        }

        /** Pruning leaves deleted nodes behind; any other that the root does not reach speaks of damage. */
        void requireReachable(int reached) {
            if (reached + integer(json.path("tree_param"), "num_deleted") != size()) {
                throw damaged("not all of its nodes hang together");
            }
        }

        BadInputException damaged(String what) {
            return malformed("in tree " + index + " " + what);
        }
    }
}
