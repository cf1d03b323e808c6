package io.cardwatch.score;

import java.util.List;

/**
 * Gradient-boosted trees for a yes/no question, as XGBoost trains them (objective binary:logistic), evaluated in plain
 * Java. Immutable; scoring allocates nothing and visits one node per level and tree. Four trees are walked side by
 * side: a walk waits for memory at each step, and four waits overlap.
 *
 * <p>Arithmetic is XGBoost's: thresholds, leaves and sums are 32-bit floats; {@code value < threshold} goes left; NaN is
 * a missing value and goes where the node says; the sum starts with the base margin and adds the leaves in tree order.
 * So margins equal those of xgboost4j bit for bit, provided that the C library rounds the logarithm of the base score
 * correctly (glibc's logf is one unit in the last place off for about one base score in 200).
 */
public final class GradientBoostedTrees implements Classifier {
    private static final long serialVersionUID = 1L;

    /*
     * All nodes of all trees stand in one run of arrays, each tree breadth first, with siblings side by side: the right
     * child is the left child + 1. A leaf is its own left child, and below its threshold, +∞, is everything finite: a
     * walk that is at a leaf stays there.
     */
    private final int[] roots;
    /** Steps from each root to the farthest leaf. */
    private final int[] depths;

    private final int[] leftChildren;
    /** Feature index × 2, + 1 where a missing value goes right. */
    private final int[] splits;
    /** Zero as −0, so that ±0 − threshold is +0. */
    private final float[] thresholds;
    /** What a leaf adds to the margin. */
    private final float[] outputs;

    private final float baseMargin;
    private final int featureCount;
    private final List<String> featureNames;
    private final PlattScaling calibration;

    GradientBoostedTrees(
            int[] roots,
            int[] depths,
            int[] leftChildren,
            int[] splits,
            float[] thresholds,
            float[] outputs,
            float baseMargin,
            int featureCount,
            List<String> featureNames,
            PlattScaling calibration) {
        this.roots = roots;
        this.depths = depths;
        this.leftChildren = leftChildren;
        this.splits = splits;
        this.thresholds = thresholds;
        this.outputs = outputs;
        this.baseMargin = baseMargin;
        this.featureCount = featureCount;
        this.featureNames = featureNames;
        this.calibration = calibration;
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

    /** The same trees, their probabilities calibrated. */
    GradientBoostedTrees calibratedBy(PlattScaling other) {
        return new GradientBoostedTrees(
                roots,
                depths,
                leftChildren,
                splits,
                thresholds,
                outputs,
                baseMargin,
                featureCount,
                featureNames,
                other);
    }

    /** What turns margins into probabilities; {@link PlattScaling#IDENTITY} as XGBoost saved them. */
    PlattScaling calibration() {
        return calibration;
    }

    @Override
    public List<String> featureNames() {
        return featureNames;
    }

    @Override
    public int featureCount() {
        return featureCount;
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
            if (!Float.isFinite(value)) {
                return marginOfAnyValues(x);
            }
        }
        float sum = baseMargin;
        int tree = 0;
        for (; tree + 3 < roots.length; tree += 4) {
            int a = roots[tree];
            int b = roots[tree + 1];
            int c = roots[tree + 2];
            int d = roots[tree + 3];
            int steps =
                    Math.max(Math.max(depths[tree], depths[tree + 1]), Math.max(depths[tree + 2], depths[tree + 3]));
            for (int step = 0; step < steps; step++) {
                a = child(a, x);
                b = child(b, x);
                c = child(c, x);
                d = child(d, x);
            }
            sum = sum + outputs[a] + outputs[b] + outputs[c] + outputs[d];
        }
        for (; tree < roots.length; tree++) {
            int node = roots[tree];
            for (int step = 0; step < depths[tree]; step++) {
                node = child(node, x);
            }
            sum += outputs[node];
        }
        return sum;
    }

    /** The sign of the difference says where to go, without a branch for the processor to mispredict. */
    private int child(int node, float[] x) {
        float difference = x[splits[node] >>> 1] - thresholds[node];
        return leftChildren[node] + 1 - (Float.floatToRawIntBits(difference) >>> 31);
    }

    /** The same for a row with NaN or infinite values: the sign of a NaN, which +∞ − +∞ is too, says nothing. */
    private float marginOfAnyValues(float[] x) {
        float sum = baseMargin;
        for (int root : roots) {
            int node = root;
            while (leftChildren[node] != node) {
                int split = splits[node];
                float value = x[split >>> 1];
                int right = Float.isNaN(value) ? split & 1 : value < thresholds[node] ? 0 : 1;
                node = leftChildren[node] + right;
            }
            sum += outputs[node];
        }
        return sum;
    }

    /**
     * The probability, 0 to 1, for one row.
     *
     * @param x the features in the model's order, NaN where missing
     */
    @Override
    public float probability(float[] x) {
        return calibration.probability(margin(x));
    }
}
