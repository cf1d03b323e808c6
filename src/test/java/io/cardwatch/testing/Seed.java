package io.cardwatch.testing;

/** Where a test's chance comes from: the same in every run, or {@code -Dcardwatch.seed=N}. */
public final class Seed {
    private static final long DEFAULT = 20_260_101;

    private Seed() {}

    /** The seed, printed with the test's name so that a failure can be repeated. */
    public static long of(String testName) {
        long seed = Long.getLong("cardwatch.seed", DEFAULT);
        System.out.println(testName + ": -Dcardwatch.seed=" + seed);
        return seed;
    }
}
