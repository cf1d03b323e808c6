package io.cardwatch.datagen;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The random streams of our own worlds, and of everything that the handbook's program does not have.
 *
 * <p>The generator is xoshiro256++. SplitMix64 fills its 256 bits of state from seed, purpose and id, as its authors
 * advise. For a simulation, streams of different ids are independent.
 */
final class XoshiroDraws implements Draws {
    private final UniformRandomProvider random;
    private final ZigguratSampler.NormalizedGaussian gaussian;

    private XoshiroDraws(UniformRandomProvider random) {
        this.random = random;
        this.gaussian = ZigguratSampler.NormalizedGaussian.of(random);
    }

    static XoshiroDraws of(long seed, Purpose purpose, long id) {
        long[] state = new long[4];
        long mixed = splitMix(splitMix(splitMix(seed) + purpose.number) + id);
        for (int i = 0; i < state.length; i++) {
            mixed = splitMix(mixed);
            state[i] = mixed;
        }
        return new XoshiroDraws(RandomSource.XO_SHI_RO_256_PP.create(state));
    }

    /** One step of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long splitMix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    @Override
    public double uniform(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    @Override
    public double normal(double mean, double standardDeviation) {
        return mean + standardDeviation * gaussian.sample();
    }

    @Override
    public int poisson(double mean) {
        return mean > 0 ? PoissonSampler.of(random, mean).sample() : 0;
    }

    @Override
    public int below(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public int[] sample(int bound, int count) {
        int size = Math.min(bound, count);
        if (size == 0) {
            return new int[0];
        }
        return new PermutationSampler(random, bound, size).sample();
    }

    @Override
    public int[] pick(int bound, int count) {
        return sample(bound, count);
    }
}
