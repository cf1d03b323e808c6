package io.cardwatch.score;

import io.cardwatch.domain.Feature;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How unlike the past a row is, by a random cut forest that no longer learns, in plain Java. Immutable, so the score is a
 * function of the row.
 *
 * <p>A tree cuts the box around its sample at random, then the boxes of both parts, until each point is alone. A row that
 * a cut would soon part from the sample is odd. A tree's score is 1 ÷ (depth + 1), as the mean over the depths where the
 * row could be parted, each weighted by its probability; scaled by the size of the sample, and averaged over the
 * trees (Guha et al., Robust Random Cut Forest Based Anomaly Detection on Streams, 2016).
 *
 * <p>Arithmetic is that of the library that trains it: sides of boxes are 32-bit floats, their sums 64-bit, in the order
 * of the coordinates. Logarithms are taken when the forest is laid out, so a score has the same bits everywhere.
 */
public final class AnomalyScorer implements Serializable {
    private static final long serialVersionUID = 1L;

    private final CutForest.Input[] inputs;
    private final int[] roots;
    /** By tree, what turns its part into its share of the score. */
    private final double[] weights;
    /** By depth, the part of a row that is parted from the sample there. */
    private final double[] parted;

    // By node: all trees one after the other, each breadth first.

    /** The left child, with the right one just after it; 0 for a leaf. */
    private final int[] left;

    private final int[] coordinates;
    private final float[] cuts;
    /** The box around the points below: the least values of its coordinates, then the greatest. */
    private final float[] boxes;
    /** The sum of the box's sides. */
    private final double[] sides;
    /** A leaf's part for the point that it holds. */
    private final double[] seen;

    /**
     * Lays out a forest for scoring.
     *
     * @throws io.cardwatch.domain.BadInputException if the forest is damaged
     */
    public AnomalyScorer(CutForest forest) {
        forest.requireSound();
        inputs = forest.inputs.toArray(CutForest.Input[]::new);
        roots = new int[forest.trees.size()];
        weights = new double[roots.length];
        int nodes = forest.trees.stream().mapToInt(tree -> tree.left.length).sum();
        left = new int[nodes];
        coordinates = new int[nodes];
        cuts = new float[nodes];
        boxes = new float[2 * inputs.length * nodes];
        sides = new double[nodes];
        seen = new double[nodes];
        int deepest = 0;
        int root = 0;
        for (int t = 0; t < roots.length; t++) {
            CutForest.Tree tree = forest.trees.get(t);
            double mass = Arrays.stream(tree.mass).asLongStream().sum();
            roots[t] = root;
            weights[t] = binaryLogarithm(mass + 1) / roots.length;
            deepest = Math.max(deepest, layOut(tree, root, mass));
            root += tree.left.length;
        }
        parted = new double[deepest + 1];
        Arrays.setAll(parted, depth -> 1.0 / (depth + 1.0));
    }

    /** Writes the nodes from position {@code root} on; returns the number of steps to the farthest leaf. */
    private int layOut(CutForest.Tree tree, int root, double mass) {
        int width = inputs.length;
        int[] depths = new int[tree.left.length];
        int point = 0;
        for (int node = 0; node < depths.length; node++) {
            int position = root + node;
            coordinates[position] = tree.coordinate[node];
            cuts[position] = tree.cut[node];
            if (tree.left[node] == 0) {
                System.arraycopy(tree.points, point, boxes, 2 * width * position, width);
                System.arraycopy(tree.points, point, boxes, 2 * width * position + width, width);
                point += width;
                seen[position] =
                        (1 - tree.mass[node] / (2 * mass)) / (depths[node] + binaryLogarithm(tree.mass[node] + 1.0));
            } else {
                left[position] = root + tree.left[node];
                Arrays.fill(depths, tree.left[node], tree.left[node] + 2, depths[node] + 1);
            }
        }
        for (int position = root + depths.length - 1; position >= root; position--) {
            if (left[position] > 0) {
                enclose(position);
            }
        }
        return depths[depths.length - 1];
    }

    /** Makes the box of an inner node that of its children, which its cut must part. */
    private void enclose(int position) {
        int width = inputs.length;
        int box = 2 * width * position;
        int one = 2 * width * left[position];
        int other = one + 2 * width;
        for (int i = 0; i < width; i++) {
            boxes[box + i] = Math.min(boxes[one + i], boxes[other + i]);
            boxes[box + width + i] = Math.max(boxes[one + width + i], boxes[other + width + i]);
            sides[position] += boxes[box + width + i] - boxes[box + i];
        }
        int cut = coordinates[position];
        CutForest.require(boxes[one + width + cut] <= cuts[position] && cuts[position] < boxes[other + cut]);
    }

    private static double binaryLogarithm(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }

    /** The number of features that a row must have. */
    int featureCount() {
        return Arrays.stream(inputs)
                        .flatMap(input -> input.features.stream())
                        .mapToInt(Feature::index)
                        .max()
                        .orElseThrow()
                + 1;
    }

    /**
     * The score of one row: most have less than 1, one that is less like the past has more.
     *
     * @param row the features by {@link io.cardwatch.domain.Feature#index()}, NaN where missing
     */
    public double score(float[] row) {
        float[] point = new float[inputs.length];
        for (int i = 0; i < point.length; i++) {
            point[i] = inputs[i].level(row);
        }
        int[] path = new int[parted.length];
        double sum = 0;
        for (int tree = 0; tree < roots.length; tree++) {
            sum += weights[tree] * part(roots[tree], point, path);
        }
        return sum;
    }

    /** Down to the leaf, then up until a box holds the point: from there on nothing could part it. */
    private double part(int root, float[] point, int[] path) {
        int depth = 0;
        int node = root;
        while (left[node] > 0) {
            path[depth++] = node;
            node = left[node] + (point[coordinates[node]] <= cuts[node] ? 0 : 1);
        }
        if (outside(node, point) == 0) {
            return seen[node];
        }
        double part = parted[depth];
        while (depth > 0) {
            node = path[--depth];
            double outside = outside(node, point);
            if (outside == 0) {
                return part;
            }
            double probability = outside / (sides[node] + outside);
            part = probability * parted[depth] + (1 - probability) * part;
        }
        return part;
    }

    /** By how much the sides of a node's box would have to grow to hold the point, in all. */
    private double outside(int node, float[] point) {
        int least = 2 * point.length * node;
        int greatest = least + point.length;
        double below = 0;
        double above = 0;
        for (int i = 0; i < point.length; i++) {
            below += Math.max(boxes[least + i] - point[i], 0);
            above += Math.max(point[i] - boxes[greatest + i], 0);
        }
        return below + above;
    }
}
