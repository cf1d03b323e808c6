package io.cardwatch.score;

import java.io.Serializable;
import java.util.List;

/**
 * Gradient-boosted trees for a yes/no question, as XGBoost trains them (objective binary:logistic), evaluated in plain
 * Java. Immutable; scoring allocates nothing and visits one node per level and tree.
 *
 * <p>Arithmetic is XGBoost's: thresholds, leaves and sums are 32-bit floats; {@code value < threshold} goes left; NaN is
 * a missing value and goes where the node says; the sum starts with the base margin and adds the leaves in tree order.
 * So margins equal those of xgboost4j bit for bit, provided that the C library rounds the logarithm of the base score
 * correctly (glibc's logf is one unit in the last place off for about one base score in 200).
 */
public final class GradientBoostedTrees implements Serializable {
    private static final long serialVersionUID = 1L;

    /** In {@link #leftChildren}: the node is a leaf. Node 0 is the first tree's root, hence nobody's child. */
    static final int LEAF = 0;

    /** XGBoost bounds the exponent here, so that exp stays finite. */
    private static final float MAX_EXPONENT = 88.7f;

    /*
     * All nodes of all trees stand in one run of arrays, each tree breadth first, with siblings side by side: the right
     * child is the left child + 1.
     */
    private final int[] roots;
    private final int[] leftChildren;
    /** Feature index × 2, + 1 where a missing value goes right. */
    private final int[] splits;
    /** The threshold of a split (zero as −0, so that ±0 − threshold is +0), the output of a leaf. */
    private final float[] values;

    private final float baseMargin;
    private final List<String> featureNames;

    GradientBoostedTrees(
            int[] roots,
            int[] leftChildren,
            int[] splits,
            float[] values,
            float baseMargin,
            List<String> featureNames) {
        this.roots = roots;
        this.leftChildren = leftChildren;
        this.splits = splits;
        this.values = values;
        this.baseMargin = baseMargin;
        this.featureNames = featureNames;
    }

    /**
     * Reads a model as XGBoost's {@code save_model} writes it to a {@code .json} file, from version 1.7 on.
     *
     * @throws io.cardwatch.domain.BadInputException if this is not such a model, is damaged, or needs what is not
     *     evaluated here: another objective or booster, several classes, categorical splits
     */
    public static GradientBoostedTrees parse(byte[] xgboostJson) {
        return new XgboostJson(xgboostJson).read();
    }

    /** The names of the features, in the order of the vectors to score; empty where the model carries none. */
    public List<String> featureNames() {
        return featureNames;
    }

    public int treeCount() {
        return roots.length;
    }

    /**
     * The log-odds for one row.
     *
     * @param x the features in the model's order, NaN where missing
     */
    public float margin(float[] x) {
        for (float value : x) {
            if (Float.isNaN(value)) {
                return marginWithMissing(x);
            }
        }
        float sum = baseMargin;
        for (int root : roots) {
            int node = root;
            int left = leftChildren[node];
            while (left != LEAF) {
                // The sign of the difference says where to go, without a branch for the processor to mispredict.
                float difference = x[splits[node] >>> 1] - values[node];
                node = left + 1 - (Float.floatToRawIntBits(difference) >>> 31);
                left = leftChildren[node];
            }
            sum += values[node];
        }
        return sum;
    }

    /** The same walk for a row with NaN, whose sign says nothing. */
    private float marginWithMissing(float[] x) {
        float sum = baseMargin;
        for (int root : roots) {
            int node = root;
            int left = leftChildren[node];
            while (left != LEAF) {
                int split = splits[node];
                float value = x[split >>> 1];
                int right = Float.isNaN(value) ? split & 1 : value < values[node] ? 0 : 1;
                node = left + right;
                left = leftChildren[node];
            }
            sum += values[node];
        }
        return sum;
    }

    /**
     * The probability, 0 to 1, for one row.
     *
     * @param x the features in the model's order, NaN where missing
     */
    public float probability(float[] x) {
        return 1f / ((float) Math.exp(Math.min(-margin(x), MAX_EXPONENT)) + 1f);
    }
}
