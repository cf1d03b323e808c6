package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A random cut forest as a model directory holds it, in {@link ModelDirectory#FOREST}: JSON with the names of the fields
 * here. Each number is the shortest text of its 32-bit float, so reading it gives the same float.
 */
public final class CutForest {
    /** The coordinates of a point, in their order. */
    @JsonProperty
    public final List<Input> inputs;

    @JsonProperty
    public final List<Tree> trees;

    @JsonCreator
    public CutForest(
            @JsonProperty(value = "inputs", required = true) List<Input> inputs,
            @JsonProperty(value = "trees", required = true) List<Tree> trees) {
        this.inputs = List.copyOf(inputs);
        this.trees = List.copyOf(trees);
    }

    static void require(boolean sound) {
        if (!sound) {
            throw new BadInputException("the model's anomaly forest is damaged", ModelDirectory.REMEDY);
        }
    }

    /** Refuses a forest that could not be scored. */
    void requireSound() {
        require(!trees.isEmpty());
        inputs.forEach(Input::requireSound);
        trees.forEach(tree -> tree.requireSound(inputs.size()));
    }

    /**
     * A feature, or the quotient of two, as how rare so high a value is: −ln P(X ≥ x) among the rows that the forest was
     * trained on, the payment itself counted among them. So only high values are odd, whatever their unit.
     *
     * <p>The table holds values of those rows. A value has the level of the smallest one in it that is not below; what is
     * above all of them has the last level, that of a value never seen. Missing values (NaN), quotients of zeros too, have
     * level 0.
     */
    public static final class Input implements Serializable {
        private static final long serialVersionUID = 1L;

        /** The feature, or dividend and divisor. */
        @JsonProperty
        public final List<Feature> features;

        /** Values, ascending. */
        @JsonProperty
        public final float[] values;

        /** The level of each value, ascending from 0 or above, and one more, for greater values. */
        @JsonProperty
        public final float[] levels;

        @JsonCreator
        public Input(
                @JsonProperty(value = "features", required = true) List<Feature> features,
                @JsonProperty(value = "values", required = true) float[] values,
                @JsonProperty(value = "levels", required = true) float[] levels) {
            this.features = List.copyOf(features);
            this.values = values;
            this.levels = levels;
        }

        /**
         * What a table holds and is asked about.
         *
         * @param features one, or dividend and divisor
         * @param row the features by {@link Feature#index()}
         */
        public static float value(List<Feature> features, float[] row) {
            float first = row[features.get(0).index()];
            return features.size() == 1 ? first : first / row[features.get(1).index()];
        }

        /** The level of a row. */
        public float level(float[] row) {
            float value = value(features, row);
            if (Float.isNaN(value)) {
                return 0;
            }
            int place = Arrays.binarySearch(values, value);
            return levels[place < 0 ? -place - 1 : place];
        }

        private void requireSound() {
            require(features.size() == 1 || features.size() == 2);
            require(levels.length == values.length + 1 && levels[0] >= 0);
            for (int i = 0; i < values.length; i++) {
                require(Float.isFinite(values[i]) && (i == 0 || values[i - 1] < values[i]));
                require(levels[i] < levels[i + 1] && levels[i + 1] <= Float.MAX_VALUE);
            }
        }
    }

    /**
     * One tree, as a list for each property of its nodes. Nodes are numbered breadth first from the root, 0. A node's
     * right child is the one after its left child. A leaf is a point of the tree's sample.
     */
    public static final class Tree {
        /** The left child; 0 for a leaf. */
        @JsonProperty
        public final int[] left;

        /** The coordinate that an inner node cuts; 0 for a leaf. */
        @JsonProperty
        public final int[] coordinate;

        /** Where an inner node cuts (values up to it go left); 0 for a leaf. */
        @JsonProperty
        public final float[] cut;

        /** How often a leaf's point is in the sample; 0 for an inner node. */
        @JsonProperty
        public final int[] mass;

        /** The points of the leaves, one after the other, in the order of the leaves. */
        @JsonProperty
        public final float[] points;

        @JsonCreator
        public Tree(
                @JsonProperty(value = "left", required = true) int[] left,
                @JsonProperty(value = "coordinate", required = true) int[] coordinate,
                @JsonProperty(value = "cut", required = true) float[] cut,
                @JsonProperty(value = "mass", required = true) int[] mass,
                @JsonProperty(value = "points", required = true) float[] points) {
            this.left = left;
            this.coordinate = coordinate;
            this.cut = cut;
            this.mass = mass;
            this.points = points;
        }

        /** Refuses a tree whose nodes are not breadth first, each but the root the child of one. */
        private void requireSound(int width) {
            int nodes = left.length;
            require(nodes > 0
                    && coordinate.length == nodes
                    && cut.length == nodes
                    && mass.length == nodes
                    && points.length == (nodes + 1) / 2 * width);
            int next = 1;
            for (int node = 0; node < nodes; node++) {
                boolean leaf = left[node] == 0;
                require(leaf ? mass[node] > 0 : left[node] == next && mass[node] == 0);
                require(coordinate[node] >= 0 && coordinate[node] < width);
                next += leaf ? 0 : 2;
            }
            require(next == nodes);
            for (float value : points) {
                require(value >= 0 && value <= Float.MAX_VALUE);
            }
        }
    }
}
