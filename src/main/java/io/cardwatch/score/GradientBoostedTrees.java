package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient-boosted trees for a yes/no question, as XGBoost trains them (objective binary:logistic), evaluated in plain
 * Java. Immutable. Scoring visits one node per level and tree, without branches that the processor could mispredict,
 * whether values are missing or not. Each step of a walk waits for memory; four trees are walked side by side so that
 * their waits overlap.
 *
 * <p>Arithmetic is XGBoost's: thresholds, leaves and sums are 32-bit floats; {@code value < threshold} goes left; NaN
 * is a missing value and goes where the node says; the sum starts with the base margin and adds the leaves in tree
 * order. Margins therefore equal those of xgboost4j bit for bit, if the C library rounds the logarithm of the base
 * score correctly (glibc's logf is one unit in the last place off for about one base score in 200).
 */
public final class GradientBoostedTrees implements Classifier {
    private static final long serialVersionUID = 1L;

    /** The key of a missing value that goes left: below every threshold's. No value has it. */
    private static final int LEFT_OF_ALL = Integer.MIN_VALUE;
    /** The key of a missing value that goes right: above every threshold's but a leaf's. No value has it. */
    private static final int RIGHT_OF_ALL = Integer.MAX_VALUE - 1;

    private static final int LEAF_KEY = Integer.MAX_VALUE;
    private static final int SLOT_BITS = 12;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    /** Most features; each takes two slots. */
    public static final int MAX_FEATURES = 1 << (SLOT_BITS - 1);

    /** Most nodes of a tree: as many as the distance to a child can express. */
    public static final int MAX_NODES_OF_A_TREE = 1 << (Integer.SIZE - SLOT_BITS);

    final int[] roots;
    /** Steps from each root to the farthest leaf. */
    private final int[] depths;

    /**
     * All nodes of all trees, each tree breadth first, with siblings side by side: the right child comes just after the
     * left. A node holds its threshold's {@link #key} in the upper 32 bits, the distance to its left child in the next
     * 20, and in the lowest 12 the slot of the value that it compares. A leaf is its own left child and its threshold
     * is above every value, so a walk that reaches a leaf stays there.
     */
    final long[] nodes;
    /** What a leaf adds to the margin; 0 for an inner node. */
    final float[] outputs;
    /** As {@link TreeEnsemble.Tree#cover}. */
    final float[] covers;

    final float baseMargin;
    private final int featureCount;
    private final List<String> featureNames;
    private final PlattScaling calibration;

    /** Made for the first row whose contributions are asked for: most models never need them. */
    private transient volatile TreeContributions contributions;

    /**
     * Lays out trees for scoring.
     *
     * @param calibration turns their margins into probabilities
     * @throws BadInputException if the trees are damaged, or read more than {@value #MAX_FEATURES} features
     */
    public GradientBoostedTrees(TreeEnsemble ensemble, PlattScaling calibration) {
        if (!Float.isFinite(ensemble.baseMargin)) {
            throw TreeEnsemble.damaged();
        }
        if (ensemble.featureCount > MAX_FEATURES) {
            throw new BadInputException(
                    "the model reads " + ensemble.featureCount + " features, more than " + MAX_FEATURES,
                    "Train a smaller one.");
        }
        baseMargin = ensemble.baseMargin;
        featureCount = ensemble.featureCount;
        featureNames = ensemble.featureNames;
        this.calibration = calibration;
        roots = new int[ensemble.trees.size()];
        depths = new int[roots.length];
        nodes = new long[ensemble.nodes()];
        outputs = new float[nodes.length];
        covers = new float[nodes.length];
        int root = 0;
        for (int t = 0; t < roots.length; t++) {
            TreeEnsemble.Tree tree = ensemble.trees.get(t);
            tree.requireSound(featureCount);
            roots[t] = root;
            depths[t] = layOut(tree, root);
            System.arraycopy(tree.cover, 0, covers, root, tree.cover.length);
            root += tree.left.length;
        }
    }

    /** Writes the nodes from position {@code root} on; returns the number of steps to the farthest leaf. */
    private int layOut(TreeEnsemble.Tree tree, int root) {
        int[] levels = new int[tree.left.length];
        for (int node = 0; node < levels.length; node++) {
            int left = tree.left[node];
            if (left == 0) {
                nodes[root + node] = (long) LEAF_KEY << Integer.SIZE;
                outputs[root + node] = tree.value[node];
            } else {
                int slot = 2 * tree.feature[node] + (tree.missingLeft[node] ? 0 : 1);
                nodes[root + node] =
                        ((long) key(tree.value[node]) << Integer.SIZE) | ((long) (left - node) << SLOT_BITS) | slot;
                Arrays.fill(levels, left, left + 2, levels[node] + 1);
            }
        }
        return levels[levels.length - 1];
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
        int[] slots = slots(x);
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
                a = child(a, slots);
                b = child(b, slots);
                c = child(c, slots);
                d = child(d, slots);
            }
            sum = sum + outputs[a] + outputs[b] + outputs[c] + outputs[d];
        }
        for (; tree < roots.length; tree++) {
            int node = roots[tree];
            for (int step = 0; step < depths[tree]; step++) {
                node = child(node, slots);
            }
            sum += outputs[node];
        }
        return sum;
    }

    /** The child to go to, from the sign of the difference. */
    private int child(int position, int[] slots) {
        long node = nodes[position];
        return position + toLeft(node) + 1 + goesLeft(node, slots);
    }

    /** The distance from a node to its left child; 0 for a leaf. */
    static int toLeft(long node) {
        return (int) node >>> SLOT_BITS;
    }

    /** The feature that an inner node compares. */
    static int feature(long node) {
        return ((int) node & SLOT_MASK) >> 1;
    }

    /** −1, all bits, if a row goes to the left child, else 0. */
    static int goesLeft(long node, int[] slots) {
        long difference = (long) slots[(int) node & SLOT_MASK] - (node >> Integer.SIZE);
        return (int) (difference >> (Long.SIZE - 1));
    }

    /** Two keys per value. They differ only if it is missing: one is for nodes that send it left, one for right. */
    static int[] slots(float[] x) {
        int[] slots = new int[2 * x.length];
        for (int i = 0; i < x.length; i++) {
            boolean missing = Float.isNaN(x[i]);
            slots[2 * i] = missing ? LEFT_OF_ALL : key(x[i]);
            slots[2 * i + 1] = missing ? RIGHT_OF_ALL : slots[2 * i];
        }
        return slots;
    }

    /** An integer that sorts as the float does; −0 and 0 give the same. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0f);
        return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
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

    @Override
    public boolean hasContributions() {
        return true;
    }

    /**
     * What each feature of a row adds to the margin: its SHAP value, computed in 64-bit floats. The margin's expectation
     * over the training rows comes last, and all sum to the margin, as a sum of 64-bit floats. Threads may call this at
     * the same time.
     *
     * @param x the features in the model's order, NaN where missing
     */
    @Override
    public double[] contributions(float[] x) {
        TreeContributions ready = contributions;
        if (ready == null) {
            ready = new TreeContributions(this);
            contributions = ready;
        }
        return ready.of(x);
    }
}
