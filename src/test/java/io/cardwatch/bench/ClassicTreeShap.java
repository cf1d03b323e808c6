package io.cardwatch.bench;

import io.cardwatch.score.TreeEnsemble;

/**
 * The peer: SHAP values of trees by algorithm 2 of Lundberg, Erion and Lee, Consistent Individualized Feature Attribution
 * for Tree Ensembles (2018), as the libraries have it, in 64-bit floats. The path is kept in arrays that grow with the
 * depth; a level's begins behind its parent's. For one thread.
 */
final class ClassicTreeShap {
    private static final int LONGEST_PATH = 64;

    private final TreeEnsemble ensemble;
    private final double bias;
    private final int[] features = new int[LONGEST_PATH * LONGEST_PATH];
    private final double[] zeros = new double[LONGEST_PATH * LONGEST_PATH];
    private final double[] ones = new double[LONGEST_PATH * LONGEST_PATH];
    private final double[] weights = new double[LONGEST_PATH * LONGEST_PATH];
    private TreeEnsemble.Tree tree;
    private float[] x;
    private double[] shap;

    ClassicTreeShap(TreeEnsemble ensemble) {
        this.ensemble = ensemble;
        double sum = ensemble.baseMargin;
        for (TreeEnsemble.Tree each : ensemble.trees) {
            sum += mean(each, 0);
        }
        bias = sum;
    }

    /** A contribution for each feature of the row, then the expectation. */
    double[] contributions(float[] row) {
        x = row;
        shap = new double[ensemble.featureCount + 1];
        shap[ensemble.featureCount] = bias;
        for (TreeEnsemble.Tree each : ensemble.trees) {
            tree = each;
            recurse(0, 0, 0, 1, 1, -1);
        }
        return shap;
    }

    private void recurse(int node, int parentAt, int parentLength, double zero, double one, int feature) {
        int at = parentAt + parentLength;
        System.arraycopy(features, parentAt, features, at, parentLength);
        System.arraycopy(zeros, parentAt, zeros, at, parentLength);
        System.arraycopy(ones, parentAt, ones, at, parentLength);
        System.arraycopy(weights, parentAt, weights, at, parentLength);
        extend(at, parentLength, zero, one, feature);
        int length = parentLength + 1;
        int left = tree.left[node];
        if (left == 0) {
            for (int i = 1; i < length; i++) {
                shap[features[at + i]] += unwoundSum(at, length, i) * (ones[at + i] - zeros[at + i]) * tree.value[node];
            }
            return;
        }
        int split = tree.feature[node];
        float value = x[split];
        boolean goesLeft = Float.isNaN(value) ? tree.missingLeft[node] : value < tree.value[node];
        int hot = goesLeft ? left : left + 1;
        int cold = goesLeft ? left + 1 : left;
        double incomingZero = 1;
        double incomingOne = 1;
        for (int i = 1; i < length; i++) {
            if (features[at + i] == split) {
                incomingZero = zeros[at + i];
                incomingOne = ones[at + i];
                unwind(at, length, i);
                length--;
                break;
            }
        }
        double cover = (double) tree.cover[left] + tree.cover[left + 1];
        recurse(hot, at, length, incomingZero * tree.cover[hot] / cover, incomingOne, split);
        recurse(cold, at, length, incomingZero * tree.cover[cold] / cover, 0, split);
    }

    private void extend(int at, int length, double zero, double one, int feature) {
        features[at + length] = feature;
        zeros[at + length] = zero;
        ones[at + length] = one;
        weights[at + length] = length == 0 ? 1 : 0;
        for (int i = length - 1; i >= 0; i--) {
            weights[at + i + 1] += one * weights[at + i] * (i + 1) / (length + 1);
            weights[at + i] = zero * weights[at + i] * (length - i) / (length + 1);
        }
    }

    private void unwind(int at, int length, int index) {
        double one = ones[at + index];
        double zero = zeros[at + index];
        int last = length - 1;
        double next = weights[at + last];
        for (int i = last - 1; i >= 0; i--) {
            if (one != 0) {
                double before = weights[at + i];
                weights[at + i] = next * length / ((i + 1) * one);
                next = before - weights[at + i] * zero * (last - i) / length;
            } else {
                weights[at + i] = weights[at + i] * length / (zero * (last - i));
            }
        }
        for (int i = index; i < last; i++) {
            features[at + i] = features[at + i + 1];
            zeros[at + i] = zeros[at + i + 1];
            ones[at + i] = ones[at + i + 1];
        }
    }

    private double unwoundSum(int at, int length, int index) {
        double one = ones[at + index];
        double zero = zeros[at + index];
        int last = length - 1;
        double next = weights[at + last];
        double sum = 0;
        for (int i = last - 1; i >= 0; i--) {
            if (one != 0) {
                double weight = next * length / ((i + 1) * one);
                sum += weight;
                next = weights[at + i] - weight * zero * ((last - i) / (double) length);
            } else {
                sum += weights[at + i] / zero / ((last - i) / (double) length);
            }
        }
        return sum;
    }

    private static double mean(TreeEnsemble.Tree tree, int node) {
        int left = tree.left[node];
        if (left == 0) {
            return tree.value[node];
        }
        double leftCover = tree.cover[left];
        double rightCover = tree.cover[left + 1];
        return (leftCover * mean(tree, left) + rightCover * mean(tree, left + 1)) / (leftCover + rightCover);
    }
}
