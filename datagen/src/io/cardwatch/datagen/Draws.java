package io.cardwatch.datagen;

/** One stream of random numbers, for one purpose and id. Everything random in the simulator comes from such streams. */
interface Draws {
    /** What a stream is drawn for. The numbers are part of the simulated world: they do not change. */
    enum Purpose {
        CUSTOMERS(0),
        TERMINALS(1),
        TRANSACTIONS(2),
        COMPROMISED_TERMINALS(3),
        COMPROMISED_CARDS(4),
        LABELS(5),
        CONTACTS(6);

        final int number;

        Purpose(int number) {
            this.number = number;
        }
    }

    /** Uniform on [low, high). */
    double uniform(double low, double high);

    double normal(double mean, double standardDeviation);

    /** Poisson with the given mean, which may be 0. */
    int poisson(double mean);

    /** Uniform on 0 … bound − 1. */
    int below(int bound);

    /** {@code count} different numbers of 0 … bound − 1, or all of them where there are no more than that. */
    int[] sample(int bound, int count);

    /** The same, but drawn as {@link #below} is: the handbook's program uses a second generator for these two. */
    int[] pick(int bound, int count);
}
