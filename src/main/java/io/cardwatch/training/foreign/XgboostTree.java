package io.cardwatch.training.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.TreeEnsemble;
import java.util.Arrays;
import java.util.List;

/** One tree as it stands in XGBoost's JSON; its nodes are numbered from 0, the root. */
final class XgboostTree {
    private final int index;
    private final JsonNode json;
    private final JsonNode left;
    private final JsonNode parameters;
    private final int featureCount;
    private final float weight;

    /**
     * @param index its number among the trees, for messages
     * @param featureCount how many features the model reads
     * @param weight what each leaf is multiplied by
     */
    XgboostTree(int index, JsonNode json, int featureCount, float weight) {
        this.index = index;
        this.json = json;
        this.featureCount = featureCount;
        this.weight = weight;
        String where = "learner.gradient_booster.model.trees[" + index + "]";
        XgboostKeys.TREE.require(json, where);
        parameters = XgboostKeys.TREE_PARAMETERS.in(json, where, "tree_param");
        left = XgboostField.array(json, "left_children");
        requireShape();
        requireNumeric();
        XgboostField.requireOneTarget(parameters);
        if (json.has("leaf_weights")) {
            throw XgboostField.severalTargets();
        }
    }

    private void requireShape() {
        if (size() == 0 || size() != XgboostField.integer(parameters, "num_nodes")) {
            throw damaged("its number of nodes is not what it says");
        }
        for (String list :
                List.of("right_children", "split_indices", "split_conditions", "default_left", "sum_hessian")) {
            if (XgboostField.array(json, list).size() != size()) {
                throw damaged("its lists differ in length");
            }
        }
        if (size() > GradientBoostedTrees.MAX_NODES_OF_A_TREE) {
            throw XgboostField.tooLarge(
                    "tree " + index + " of it has " + size() + " nodes", GradientBoostedTrees.MAX_NODES_OF_A_TREE);
        }
    }

    private void requireNumeric() {
        boolean numeric = json.path("categories").isEmpty();
        for (JsonNode type : json.path("split_type")) {
            numeric &= type.isInt() && type.intValue() == 0;
        }
        if (!numeric) {
            throw XgboostField.categorical("tree " + index + " of the model splits on categories");
        }
    }

    private int size() {
        return left.size();
    }

    /**
     * The tree breadth first, so that siblings lie side by side. Deleted nodes, which pruning leaves behind, are left
     * out. Any other node that the root does not reach means that the file is damaged.
     */
    TreeEnsemble.Tree breadthFirst() {
        int[] originals = new int[size()];
        boolean[] seen = new boolean[size()];
        int[] children = new int[size()];
        int end = 1;
        for (int at = 0; at < end; at++) {
            if (!isLeaf(originals[at])) {
                children[at] = end;
                originals[end++] = newChild("left_children", originals[at], seen);
                originals[end++] = newChild("right_children", originals[at], seen);
            }
        }
        if (end + XgboostField.integer(parameters, "num_deleted") != size()) {
            throw damaged("not all of its nodes hang together");
        }
        int[] features = new int[end];
        float[] values = new float[end];
        boolean[] missingLeft = new boolean[end];
        float[] covers = new float[end];
        for (int at = 0; at < end; at++) {
            int original = originals[at];
            boolean leaf = isLeaf(original);
            features[at] = leaf ? 0 : feature(original);
            values[at] = leaf ? output(original) : value(original);
            missingLeft[at] = !leaf && missingGoesLeft(original);
            covers[at] = finite("sum_hessian", original, "the weight of a node");
        }
        return new TreeEnsemble.Tree(Arrays.copyOf(children, end), features, values, missingLeft, covers);
    }

    private boolean isLeaf(int node) {
        return left.get(node).asInt() == -1;
    }

    /** What a leaf adds to the margin. XGBoost, too, rounds the product to a float before it adds it. */
    private float output(int leaf) {
        float output = value(leaf) * weight;
        if (!Float.isFinite(output)) {
            throw damaged("a leaf's value times the tree's weight is not a finite number");
        }
        return output;
    }

    private float value(int node) {
        return finite("split_conditions", node, "a threshold or leaf");
    }

    private float finite(String list, int node, String what) {
        float value = XgboostField.finite(json.get(list).get(node));
        if (Float.isNaN(value)) {
            throw damaged(what + " is not a finite number");
        }
        return value;
    }

    private int feature(int node) {
        JsonNode number = json.get("split_indices").get(node);
        int feature = number.isInt() ? number.intValue() : -1;
        if (feature < 0 || feature >= featureCount) {
            throw damaged("it splits on feature " + number + " of " + featureCount);
        }
        return feature;
    }

    private boolean missingGoesLeft(int node) {
        JsonNode defaultLeft = json.get("default_left").get(node);
        return defaultLeft.isBoolean() ? defaultLeft.booleanValue() : defaultLeft.asInt() != 0;
    }

    /** The child of {@code node} on that side; adds it to {@code seen}. */
    private int newChild(String side, int node, boolean[] seen) {
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

    private BadInputException damaged(String what) {
        return XgboostField.malformed("in tree " + index + " " + what);
    }
}
