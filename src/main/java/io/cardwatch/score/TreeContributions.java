package io.cardwatch.score;

import java.util.Arrays;

/**
 * What each feature of a row adds to the log-odds of {@link GradientBoostedTrees}: its SHAP value, exactly. A feature that
 * is not known yet is averaged over the training rows by the nodes' covers. Immutable; a call allocates its own scratch
 * memory of a few kilobytes, so threads may share it.
 *
 * <p>A leaf counts in a coalition of features by a product with a factor for each feature of its path: 1 or 0 where the
 * feature is known and the row agrees with its splits or not, else the share of the training rows that agree. Shapley's
 * weights are integrals of tᵏ(1 − t)ᵐ over 0 to 1. So a SHAP value is an integral over products of the mixed factors
 * {@code share + t (known − share)}, polynomials in t, and the rule of Gauss and Legendre is exact with half as many
 * points as a path has features (Quadrature TreeSHAP, arXiv 2605.04497).
 *
 * <p>The mixed factors of two siblings sum to 1. So a walk down multiplies the factors above each node, a walk up takes
 * the mean of what is below its children, and the feature of a node gets {@code (known − share)} × what is above × the
 * difference of its children. Where a feature was split above already, by splits that a share z of the training rows
 * agrees with, the same holds for {@code τ = t ÷ (z + t (1 − z))} instead of t, times dτ/dt; if the row disagrees with one
 * of them, for 0. The rows need no division and no branch.
 */
final class TreeContributions {
    /** Points that a walk carries along; the code is unrolled by them. Paths of more than six features take more walks. */
    private static final int POINTS = 3;

    /**
     * The place of the first split by a feature on its path: τ is t. Before it, at 0, is the place of a split whose feature
     * the row disagrees with above: τ and dτ/dt are 0.
     */
    private static final int FIRST = 1;
    /** Doubles of a place: τ and dτ/dt of each point. */
    private static final int PLACE = 2 * POINTS;
    /** Doubles of scratch memory for a node: for each point what is above, and what is below. */
    private static final int SCRATCH = 2 * POINTS;

    private static final int BELOW = POINTS;

    private final GradientBoostedTrees trees;
    /** Where the inner nodes of each tree begin in the lists below, and their end. Breadth first, those with two leaves last. */
    private final int[] starts;
    /** Where those of each tree begin that have two leaves. */
    private final int[] twigs;
    /** An inner node's number in its tree. */
    private final int[] numbers;
    /** The number of the last node above it, or itself, that a split by its feature led to; 0 where none did. */
    private final int[] edges;
    /** Where its place begins in a table. */
    private final int[] places;
    /** The share of its training rows that went left. */
    private final double[] shares;
    /** The numbers of all leaves whose siblings are inner nodes. */
    private final int[] singleLeaves;
    /** Where those of each tree begin, and their end. */
    private final int[] leafStarts;
    /** For each walk, by place. */
    private final double[][] tables;
    /** For each walk, of its points. */
    private final double[][] weights;

    private final int mostNodes;
    private final double bias;

    TreeContributions(GradientBoostedTrees trees) {
        this.trees = trees;
        int treeCount = trees.roots.length;
        int inner = (trees.nodes.length - treeCount) / 2;
        starts = new int[treeCount + 1];
        twigs = new int[treeCount];
        leafStarts = new int[treeCount + 1];
        numbers = new int[inner];
        edges = new int[inner];
        places = new int[inner];
        shares = new double[inner];
        Layout layout = new Layout();
        for (int tree = 0; tree < treeCount; tree++) {
            layout.add(tree);
        }
        singleLeaves = Arrays.copyOf(layout.singleLeaves, leafStarts[treeCount]);
        mostNodes = layout.mostNodes;
        bias = trees.baseMargin + layout.means;
        int walks = Math.max(1, (layout.mostFeatures + 2 * POINTS - 1) / (2 * POINTS));
        tables = new double[walks][];
        weights = new double[walks][POINTS];
        double[][] rule = gaussLegendre(walks * POINTS);
        for (int walk = 0; walk < walks; walk++) {
            double[] points = Arrays.copyOfRange(rule[0], walk * POINTS, (walk + 1) * POINTS);
            weights[walk] = Arrays.copyOfRange(rule[1], walk * POINTS, (walk + 1) * POINTS);
            tables[walk] = table(points, Arrays.copyOf(layout.sharesOfPlaces, layout.placeCount));
        }
    }

    /**
     * What each feature adds to the log-odds; then, as the last, the expectation over the training rows, base margin
     * included. They sum to the log-odds.
     *
     * @param x the features in the model's order, NaN where missing
     */
    double[] of(float[] x) {
        int[] slots = GradientBoostedTrees.slots(x);
        double[] contributions = new double[trees.featureCount() + 1];
        contributions[trees.featureCount()] = bias;
        double[] scratch = new double[SCRATCH * mostNodes];
        int[] agrees = new int[mostNodes];
        for (int walk = 0; walk < tables.length; walk++) {
            for (int tree = 0; tree < trees.roots.length; tree++) {
                walkDown(tree, slots, weights[walk], tables[walk], agrees, scratch);
                turn(tree, slots, tables[walk], agrees, scratch, contributions);
                walkUp(tree, scratch, contributions);
            }
        }
        return contributions;
    }

    /**
     * Leaves in a node's scratch memory what it contributes for a difference of 1 between its children, and the left one's
     * mixed factors.
     *
     * @param agrees for a node's number all bits, if the row agrees with every split by its parent's feature down to it,
     *     else none
     */
    private void walkDown(int tree, int[] slots, double[] weight, double[] table, int[] agrees, double[] scratch) {
        int root = trees.roots[tree];
        System.arraycopy(weight, 0, scratch, 0, POINTS);
        agrees[0] = -1;
        for (int i = starts[tree]; i < twigs[tree]; i++) {
            int number = numbers[i];
            long node = trees.nodes[root + number];
            int left = number + GradientBoostedTrees.toLeft(node);
            int goesLeft = GradientBoostedTrees.goesLeft(node, slots);
            int agreesAbove = agrees[edges[i]];
            agrees[left] = agreesAbove & goesLeft;
            agrees[left + 1] = agreesAbove & ~goesLeft;
            int place = places[i] & agreesAbove;
            double share = shares[i];
            double surplus = -goesLeft - share;
            double factor0 = share + table[place] * surplus;
            double factor1 = share + table[place + 1] * surplus;
            double factor2 = share + table[place + 2] * surplus;
            int at = SCRATCH * number;
            double above0 = scratch[at];
            double above1 = scratch[at + 1];
            double above2 = scratch[at + 2];
            int child = SCRATCH * left;
            scratch[child] = above0 * factor0;
            scratch[child + 1] = above1 * factor1;
            scratch[child + 2] = above2 * factor2;
            scratch[child + SCRATCH] = above0 - above0 * factor0;
            scratch[child + SCRATCH + 1] = above1 - above1 * factor1;
            scratch[child + SCRATCH + 2] = above2 - above2 * factor2;
            scratch[at] = above0 * surplus * table[place + POINTS];
            scratch[at + 1] = above1 * surplus * table[place + POINTS + 1];
            scratch[at + 2] = above2 * surplus * table[place + POINTS + 2];
            scratch[at + BELOW] = factor0;
            scratch[at + BELOW + 1] = factor1;
            scratch[at + BELOW + 2] = factor2;
        }
    }

    /**
     * Fills what is below a leaf, its output, and below a node with two. Such a node's own contribution is known then; they
     * are half of the inner nodes, and cheaper than the others.
     */
    private void turn(int tree, int[] slots, double[] table, int[] agrees, double[] scratch, double[] contributions) {
        int root = trees.roots[tree];
        for (int i = leafStarts[tree]; i < leafStarts[tree + 1]; i++) {
            double output = trees.outputs[root + singleLeaves[i]];
            int below = SCRATCH * singleLeaves[i] + BELOW;
            scratch[below] = output;
            scratch[below + 1] = output;
            scratch[below + 2] = output;
        }
        for (int i = twigs[tree]; i < starts[tree + 1]; i++) {
            int number = numbers[i];
            long node = trees.nodes[root + number];
            int left = root + number + GradientBoostedTrees.toLeft(node);
            double right = trees.outputs[left + 1];
            double difference = trees.outputs[left] - right;
            int place = places[i] & agrees[edges[i]];
            double share = shares[i];
            double surplus = -GradientBoostedTrees.goesLeft(node, slots) - share;
            int at = SCRATCH * number;
            contributions[GradientBoostedTrees.feature(node)] += difference
                    * surplus
                    * (scratch[at] * table[place + POINTS]
                            + scratch[at + 1] * table[place + POINTS + 1]
                            + scratch[at + 2] * table[place + POINTS + 2]);
            scratch[at + BELOW] = right + (share + table[place] * surplus) * difference;
            scratch[at + BELOW + 1] = right + (share + table[place + 1] * surplus) * difference;
            scratch[at + BELOW + 2] = right + (share + table[place + 2] * surplus) * difference;
        }
    }

    private void walkUp(int tree, double[] scratch, double[] contributions) {
        int root = trees.roots[tree];
        for (int i = twigs[tree] - 1; i >= starts[tree]; i--) {
            int number = numbers[i];
            long node = trees.nodes[root + number];
            int at = SCRATCH * number;
            int left = at + SCRATCH * GradientBoostedTrees.toLeft(node) + BELOW;
            int right = left + SCRATCH;
            double difference0 = scratch[left] - scratch[right];
            double difference1 = scratch[left + 1] - scratch[right + 1];
            double difference2 = scratch[left + 2] - scratch[right + 2];
            scratch[at + BELOW] = scratch[right] + scratch[at + BELOW] * difference0;
            scratch[at + BELOW + 1] = scratch[right + 1] + scratch[at + BELOW + 1] * difference1;
            scratch[at + BELOW + 2] = scratch[right + 2] + scratch[at + BELOW + 2] * difference2;
            contributions[GradientBoostedTrees.feature(node)] +=
                    scratch[at] * difference0 + scratch[at + 1] * difference1 + scratch[at + 2] * difference2;
        }
    }

    /** τ and dτ/dt of each point, for each place. */
    private static double[] table(double[] points, double[] sharesOfPlaces) {
        double[] table = new double[PLACE * sharesOfPlaces.length];
        for (int place = FIRST; place < sharesOfPlaces.length; place++) {
            double share = sharesOfPlaces[place];
            for (int point = 0; point < POINTS; point++) {
                double mixed = share + points[point] * (1 - share);
                table[PLACE * place + point] = points[point] / mixed;
                table[PLACE * place + POINTS + point] = share / (mixed * mixed);
            }
        }
        return table;
    }

    /** The {@code n} points between 0 and 1, and their weights: the roots of Legendre's polynomial, by Newton's method. */
    private static double[][] gaussLegendre(int n) {
        double[][] rule = new double[2][n];
        for (int i = 0; i < n; i++) {
            double x = Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
            double slope = 0;
            // From this start it converges within five steps; more change nothing.
            for (int step = 0; step < 10; step++) {
                double before = 0;
                double value = 1;
                for (int k = 1; k <= n; k++) {
                    double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            rule[0][i] = (1 - x) / 2;
            rule[1][i] = 1 / ((1 - x * x) * slope * slope);
        }
        return rule;
    }

    /** Fills the lists of inner nodes, tree by tree. */
    private final class Layout {
        /** The share of the training rows that agrees with the splits by the same feature above. */
        double[] sharesOfPlaces = new double[FIRST + 1 + shares.length];

        int placeCount = FIRST + 1;
        final int[] singleLeaves = new int[shares.length];
        int mostFeatures;
        int mostNodes;
        /** The trees' expectations, added. */
        double means;

        Layout() {
            sharesOfPlaces[FIRST] = 1;
        }

        void add(int tree) {
            int root = trees.roots[tree];
            int end = tree + 1 < trees.roots.length ? trees.roots[tree + 1] : trees.nodes.length;
            int size = end - root;
            starts[tree + 1] = starts[tree] + size / 2;
            leafStarts[tree + 1] = leafStarts[tree];
            twigs[tree] = starts[tree];
            int[] parents = new int[size];
            int[] features = new int[size];
            double[] sharesOfEdges = new double[size];
            int twig = starts[tree + 1];
            for (int number = 0; number < size; number++) {
                mostFeatures = Math.max(mostFeatures, features[number]);
                int left = left(root, number);
                if (left > number) {
                    boolean leafLeft = left(root, left) == left;
                    boolean leafRight = left(root, left + 1) == left + 1;
                    if (leafLeft != leafRight) {
                        singleLeaves[leafStarts[tree + 1]++] = leafLeft ? left : left + 1;
                    }
                    int at = leafLeft && leafRight ? --twig : twigs[tree]++;
                    int edge = edge(root, number, parents);
                    double shareAbove = edge == 0 ? 1 : sharesOfEdges[edge];
                    numbers[at] = number;
                    edges[at] = edge;
                    shares[at] = leftShare(trees.covers[root + left], trees.covers[root + left + 1]);
                    places[at] = PLACE * (edge == 0 ? FIRST : addPlace(shareAbove));
                    Arrays.fill(parents, left, left + 2, number);
                    Arrays.fill(features, left, left + 2, features[number] + (edge == 0 ? 1 : 0));
                    sharesOfEdges[left] = shareAbove * shares[at];
                    sharesOfEdges[left + 1] = shareAbove * (1 - shares[at]);
                }
            }
            mostNodes = Math.max(mostNodes, size);
            means += mean(tree, size);
        }

        private int addPlace(double shareAbove) {
            sharesOfPlaces[placeCount] = shareAbove;
            return placeCount++;
        }

        /** The left child; the node itself if it is a leaf. */
        private int left(int root, int number) {
            return number + GradientBoostedTrees.toLeft(trees.nodes[root + number]);
        }

        private int edge(int root, int number, int[] parents) {
            int feature = GradientBoostedTrees.feature(trees.nodes[root + number]);
            int edge = number;
            while (edge > 0 && GradientBoostedTrees.feature(trees.nodes[root + parents[edge]]) != feature) {
                edge = parents[edge];
            }
            return edge;
        }

        /** Where no training row went either way, both are as likely. */
        private double leftShare(double left, double right) {
            return left + right > 0 ? left / (left + right) : 0.5;
        }

        private double mean(int tree, int size) {
            int root = trees.roots[tree];
            double[] means = new double[size];
            for (int number = 0; number < size; number++) {
                means[number] = trees.outputs[root + number];
            }
            for (int i = starts[tree + 1] - 1; i >= starts[tree]; i--) {
                int number = numbers[i];
                int left = left(root, number);
                means[number] = means[left + 1] + shares[i] * (means[left] - means[left + 1]);
            }
            return means[0];
        }
    }
}
