package io.cardwatch.datagen;

/**
 * {@code argsort(kind="quicksort")} of NumPy for times; pandas uses it to sort a table by a column of times. It is not
 * stable, but always leaves equal keys in the same order, and that order is part of the published data.
 *
 * <p>NumPy's introsort (Musser 1997): quicksort with the median of the first, middle and last key as its pivot,
 * insertion sort for up to 16 keys, heap sort for parts nested deeper than twice the binary logarithm of the length.
 * The published data reaches 36 of 40 nested partitions.
 */
final class NumpySort {
    private static final int INSERTION_SORT_SPAN = 15;

    private final long[] keys;
    private final int[] order;

    private NumpySort(long[] keys) {
        this.keys = keys;
        order = new int[keys.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
    }

    /** The indices of {@code keys}, by ascending key. */
    static int[] argsort(long[] keys) {
        NumpySort sort = new NumpySort(keys);
        int binaryLogarithm = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(keys.length);
        sort.sort(0, keys.length - 1, 2 * binaryLogarithm);
        return sort.order;
    }

    /** Sorts left … right, inclusive, by {@code partitions} nested partitions before heap sort takes over. */
    private void sort(int from, int to, int partitions) {
        if (partitions < 0) {
            heapSort(from, to);
            return;
        }
        int left = from;
        int right = to;
        int remaining = partitions;
        while (right - left > INSERTION_SORT_SPAN) {
            int pivot = partition(left, right);
            remaining--;
            // NumPy checks the limit only before it sorts the larger part.
            if (pivot - left < right - pivot) {
                sort(pivot + 1, right, remaining);
                right = pivot - 1;
            } else {
                sort(left, pivot - 1, remaining);
                left = pivot + 1;
            }
        }
        insertionSort(left, right);
    }

    /** Splits left … right around a pivot; returns the pivot's position. */
    private int partition(int left, int right) {
        int middle = left + ((right - left) >> 1);
        swapIfLess(middle, left);
        swapIfLess(right, middle);
        swapIfLess(middle, left);
        long pivot = keys[order[middle]];
        int low = left;
        int high = right - 1;
        swap(middle, high);
        while (true) {
            do {
                low++;
            } while (keys[order[low]] < pivot);
            do {
                high--;
            } while (pivot < keys[order[high]]);
            if (low >= high) {
                swap(low, right - 1);
                return low;
            }
            swap(low, high);
        }
    }

    private void insertionSort(int left, int right) {
        for (int i = left + 1; i <= right; i++) {
            int moved = order[i];
            long key = keys[moved];
            int j = i;
            while (j > left && key < keys[order[j - 1]]) {
                order[j] = order[j - 1];
                j--;
            }
            order[j] = moved;
        }
    }

    private void heapSort(int left, int right) {
        // The children of node i are 2 i and 2 i + 1, counted from 1.
        int root = left - 1;
        int size = right - root;
        for (int node = size / 2; node > 0; node--) {
            siftDown(root, size, node, order[root + node]);
        }
        for (int last = size; last > 1; last--) {
            int moved = order[root + last];
            order[root + last] = order[left];
            siftDown(root, last - 1, 1, moved);
        }
    }

    private void siftDown(int root, int size, int from, int moved) {
        int node = from;
        for (int child = 2 * node; child <= size; child = 2 * node) {
            if (child < size && keys[order[root + child]] < keys[order[root + child + 1]]) {
                child++;
            }
            if (keys[moved] >= keys[order[root + child]]) {
                break;
            }
            order[root + node] = order[root + child];
            node = child;
        }
        order[root + node] = moved;
    }

    private void swapIfLess(int i, int j) {
        if (keys[order[i]] < keys[order[j]]) {
            swap(i, j);
        }
    }

    private void swap(int i, int j) {
        int index = order[i];
        order[i] = order[j];
        order[j] = index;
    }
}
