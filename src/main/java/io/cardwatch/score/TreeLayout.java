package io.cardwatch.score;

import java.util.Arrays;

/** The flat arrays that all trees are laid out in. */
final class TreeLayout {
    /** As {@link GradientBoostedTrees} wants them. */
    final long[] nodes;

    /** What a leaf adds to the margin. */
    final float[] outputs;

    private int count;

    TreeLayout(int capacity) {
        nodes = new long[capacity];
        outputs = new float[capacity];
    }

    /** How many nodes it has so far: where the next tree has its root. */
    int count() {
        return count;
    }

    /**
     * Adds the tree breadth first, so that siblings stand side by side.
     *
     * @return steps to the farthest leaf
     */
    int add(XgboostTree tree) {
        int[] originals = new int[tree.size()];
        int[] levels = new int[tree.size()];
        boolean[] seen = new boolean[tree.size()];
        int first = count;
        int end = 1;
        for (int at = 0; at < end; at++) {
            int original = originals[at];
            if (tree.isLeaf(original)) {
                outputs[first + at] = tree.output(original);
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
