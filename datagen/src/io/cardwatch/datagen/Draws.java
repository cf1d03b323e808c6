package io.cardwatch.datagen;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * One stream of random numbers, of one purpose and id: all that the simulator draws, it draws here.
 *
 * <p>The generator is xoshiro256++, its 256 bits of state filled by SplitMix64 from seed, purpose and id, as its
 * authors advise; streams of different ids are independent for all that a simulation can tell.
 */
final class Draws {
    /** What a stream is drawn for. The numbers are part of the simulated world: they do not change. */
    enum Purpose {
        CUSTOMERS(0),
        TERMINALS(1),
        TRANSACTIONS(2),
        COMPROMISED_TERMINALS(3),
        COMPROMISED_CARDS(4),
        LABELS(5),
        CONTACTS(6);

        private final int number;

        Purpose(int number) {
            this.number = number;
        }
    }

    private final UniformRandomProvider random;
    private final ZigguratSampler.NormalizedGaussian gaussian;

    private Draws(UniformRandomProvider random) {
        this.random = random;
        this.gaussian = ZigguratSampler.NormalizedGaussian.of(random);
    }

    static Draws of(long seed, Purpose purpose, long id) {
        long[] state = new long[4];
        long mixed = splitMix(splitMix(splitMix(seed) + purpose.number) + id);
        for (int i = 0; i < state.length; i++) {
            mixed = splitMix(mixed);
            state[i] = mixed;
        }
        return new Draws(RandomSource.XO_SHI_RO_256_PP.create(state));
    }

    /** One step of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long splitMix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Uniform on [low, high). */
    double uniform(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    double normal(double mean, double standardDeviation) {
        return mean + standardDeviation * gaussian.sample();
    }

    /** Poisson with the given mean, which may be 0. */
    int poisson(double mean) {
        return mean > 0 ? PoissonSampler.of(random, mean).sample() : 0;
    }

    /** Uniform on 0 … bound − 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** {@code count} different numbers of 0 … bound − 1, or all of them where there are no more than that. */
    int[] sample(int bound, int count) {
        int size = Math.min(bound, count);
        if (size == 0) {
            return new int[0];
        }
        return new PermutationSampler(random, bound, size).sample();
    }
}
