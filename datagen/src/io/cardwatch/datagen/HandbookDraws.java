package io.cardwatch.datagen;

import java.util.Arrays;
import org.apache.commons.math3.random.MersenneTwister;

/**
 * The random numbers of the handbook's program for one seed. That program uses two generators side by side: NumPy's
 * legacy {@code numpy.random} for distributions and, through pandas, for rows of a table; Python's {@code random} for
 * members of a list. Both are Mersenne Twisters (MT19937), seeded from the same number in different ways.
 *
 * <p>After the published definitions of NumPy's {@code RandomState}, whose stream is frozen (NEP 19), and CPython's
 * {@code random}.
 */
final class HandbookDraws implements Draws {
    /** The distance between the seeds of two worlds, so that they share no customer's and no day's numbers. */
    private static final int SEEDS_PER_WORLD = 10_000;

    /** The last world whose seeds lie below 2³¹, where Java's int and NumPy's unsigned seed are the same number. */
    static final int LAST_WORLD = Integer.MAX_VALUE / SEEDS_PER_WORLD - 1;

    /** Seeded by {@code init_genrand}. */
    private final MersenneTwister numpy;
    /** Seeded by {@code init_by_array}. */
    private final MersenneTwister python;
    /** The second normal number of a pair, or NaN once it was used. */
    private double spareGaussian = Double.NaN;

    /** The streams of a seed from 0 to 2³¹ − 1. */
    HandbookDraws(int seed) {
        numpy = new MersenneTwister(seed);
        python = new MersenneTwister(new int[] {seed});
    }

    /**
     * The streams of the published data for world 0: customers from seed 0, terminals from seed 1, all others from their
     * customer's or day's number.
     *
     * @param world 0 to {@link #LAST_WORLD}
     */
    static HandbookDraws of(long world, Purpose purpose, int id) {
        int first = Math.toIntExact(world * SEEDS_PER_WORLD);
        switch (purpose) {
            case CUSTOMERS:
                return new HandbookDraws(first);
            case TERMINALS:
                return new HandbookDraws(first + 1);
            default:
                return new HandbookDraws(first + id);
        }
    }

    @Override
    public double uniform(double low, double high) {
        return low + (high - low) * unit();
    }

    /** 53 random bits, of two outputs, as a number of [0, 1). */
    private double unit() {
        int high = numpy.nextInt() >>> 5;
        int low = numpy.nextInt() >>> 6;
        return (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0;
    }

    /** Marsaglia's polar method. It makes two numbers at a time and returns the second first. */
    @Override
    public double normal(double mean, double standardDeviation) {
        if (!Double.isNaN(spareGaussian)) {
            double gaussian = spareGaussian;
            spareGaussian = Double.NaN;
            return mean + standardDeviation * gaussian;
        }
        double x;
        double y;
        double square;
        do {
            x = 2 * unit() - 1;
            y = 2 * unit() - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        // StrictMath, here and below: the same bits on every machine.
        double scale = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        spareGaussian = scale * x;
        return mean + standardDeviation * (scale * y);
    }

    /** By multiplication, which is NumPy's method for means below 10. */
    @Override
    public int poisson(double mean) {
        if (!(mean < 10)) {
            throw new IllegalArgumentException("NumPy draws a mean of " + mean + " by another method");
        }
        if (mean == 0) {
            return 0;
        }
        double end = StrictMath.exp(-mean);
        int count = 0;
        for (double product = unit(); product > end; product *= unit()) {
            count++;
        }
        return count;
    }

    /** Rows of a table, as {@code DataFrame.sample(n=count, random_state=seed)}: the first of a permutation. */
    @Override
    public int[] sample(int bound, int count) {
        int[] rows = new int[bound];
        for (int i = 0; i < bound; i++) {
            rows[i] = i;
        }
        for (int i = bound - 1; i > 0; i--) {
            swap(rows, i, upTo(i));
        }
        return Arrays.copyOf(rows, Math.min(bound, count));
    }

    /** Uniform on 0 … most: draws as many bits as {@code most} has until they are at most {@code most}. */
    private int upTo(int most) {
        int mask = (Integer.highestOneBit(most) << 1) - 1;
        int value;
        do {
            value = numpy.nextInt() & mask;
        } while (value > most);
        return value;
    }

    /** {@code random.choice}. */
    @Override
    public int below(int bound) {
        int unusedBits = Integer.numberOfLeadingZeros(bound);
        int value;
        do {
            value = python.nextInt() >>> unusedBits;
        } while (value >= bound);
        return value;
    }

    /** {@code random.sample}, by its method for short lists and for samples of a third or more. */
    @Override
    public int[] pick(int bound, int count) {
        if (bound > 21 + (count > 5 ? 3 * count : 0)) {
            throw new IllegalArgumentException("Python picks " + count + " of " + bound + " by another method");
        }
        int[] list = new int[bound];
        for (int i = 0; i < bound; i++) {
            list[i] = i;
        }
        int[] picked = new int[Math.min(bound, count)];
        for (int i = 0; i < picked.length; i++) {
            int j = below(bound - i);
            picked[i] = list[j];
            list[j] = list[bound - i - 1];
        }
        return picked;
    }

    private static void swap(int[] array, int i, int j) {
        int value = array[i];
        array[i] = array[j];
        array[j] = value;
    }
}
