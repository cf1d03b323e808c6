package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.cardwatch.domain.BadInputException;
import java.util.List;

/**
 * Gradient-boosted trees as a model directory holds them, in {@link ModelDirectory#TREES}: JSON with the names of the
 * fields here. Each number is the shortest text of its 32-bit float, so reading it gives the same float.
 */
public final class TreeEnsemble {
    /** The log-odds before any tree. */
    @JsonProperty
    public final float baseMargin;

    /** The number of features that a row has. */
    @JsonProperty
    public final int featureCount;

    /** The features' names in the order of a row; empty if the file that the trees came from has none. */
    @JsonProperty
    public final List<String> featureNames;

    @JsonProperty
    public final List<Tree> trees;

    @JsonCreator
    public TreeEnsemble(
            @JsonProperty(value = "baseMargin", required = true) float baseMargin,
            @JsonProperty(value = "featureCount", required = true) int featureCount,
            @JsonProperty(value = "featureNames", required = true) List<String> featureNames,
            @JsonProperty(value = "trees", required = true) List<Tree> trees) {
        this.baseMargin = baseMargin;
        this.featureCount = featureCount;
        this.featureNames = List.copyOf(featureNames);
        this.trees = List.copyOf(trees);
    }

    static BadInputException damaged() {
        return new BadInputException("the model's trees are damaged", ModelDirectory.REMEDY);
    }

    /** The number of nodes of all trees. */
    int nodes() {
        return trees.stream().mapToInt(tree -> tree.left.length).sum();
    }

    /**
     * One tree, as a list for each property of its nodes. Nodes are numbered breadth first from the root, 0. A node's
     * right child is the one after its left child.
     */
    public static final class Tree {
        /** The left child; 0 for a leaf. */
        @JsonProperty
        public final int[] left;

        /** The feature that an inner node compares; 0 for a leaf. */
        @JsonProperty
        public final int[] feature;

        /** An inner node's threshold (smaller values go left), or what a leaf adds to the log-odds. */
        @JsonProperty
        public final float[] value;

        /** Whether a missing value goes left. */
        @JsonProperty
        public final boolean[] missingLeft;

        /** The weight of the training rows that passed here (XGBoost's sum of the hessian); SHAP values need it. */
        @JsonProperty
        public final float[] cover;

        @JsonCreator
        public Tree(
                @JsonProperty(value = "left", required = true) int[] left,
                @JsonProperty(value = "feature", required = true) int[] feature,
                @JsonProperty(value = "value", required = true) float[] value,
                @JsonProperty(value = "missingLeft", required = true) boolean[] missingLeft,
                @JsonProperty(value = "cover", required = true) float[] cover) {
            this.left = left;
            this.feature = feature;
            this.value = value;
            this.missingLeft = missingLeft;
            this.cover = cover;
        }

        /** Refuses a tree whose nodes are not breadth first, each but the root the child of one. */
        void requireSound(int featureCount) {
            int nodes = left.length;
            boolean sound = nodes > 0
                    && nodes <= GradientBoostedTrees.MAX_NODES_OF_A_TREE
                    && feature.length == nodes
                    && value.length == nodes
                    && missingLeft.length == nodes
                    && cover.length == nodes;
            int next = 1;
            for (int node = 0; sound && node < nodes; node++) {
                sound = Float.isFinite(value[node])
                        && cover[node] >= 0
                        && cover[node] <= Float.MAX_VALUE
                        && feature[node] >= 0
                        && feature[node] < featureCount
                        && (left[node] == 0 || left[node] == next);
                next += left[node] == 0 ? 0 : 2;
            }
            sound &= next == nodes;
            if (!sound) {
                throw damaged();
            }
        }
    }
}
