package io.cardwatch.datagen;

import java.util.Arrays;

/**
 * The places and habits of the simulated world: customers and terminals are uniform on a square of 100 by 100. Each
 * customer has a mean amount of 5 to 100, a standard deviation of half of it, and 0 to 4 payments a day on average.
 *
 * <p>Building it compares every customer with every terminal: 50 million distances for the reference profile.
 */
final class World {
    private static final double SIDE = 100;

    final int customers;
    private final double[] meanAmount;
    private final double[] paymentsPerDay;
    private final int[][] reachableTerminals;

    World(Profile profile) {
        customers = profile.customers;
        meanAmount = new double[customers];
        paymentsPerDay = new double[customers];
        reachableTerminals = new int[customers][];
        Draws terminalDraws = profile.draws(Draws.Purpose.TERMINALS, 0);
        double[] terminalX = new double[profile.terminals];
        double[] terminalY = new double[profile.terminals];
        for (int terminal = 0; terminal < profile.terminals; terminal++) {
            terminalX[terminal] = terminalDraws.uniform(0, SIDE);
            terminalY[terminal] = terminalDraws.uniform(0, SIDE);
        }
        Draws customerDraws = profile.draws(Draws.Purpose.CUSTOMERS, 0);
        int[] near = new int[profile.terminals];
        for (int customer = 0; customer < customers; customer++) {
            double x = customerDraws.uniform(0, SIDE);
            double y = customerDraws.uniform(0, SIDE);
            meanAmount[customer] = customerDraws.uniform(5, 100);
            paymentsPerDay[customer] = customerDraws.uniform(0, 4);
            int count = 0;
            for (int terminal = 0; terminal < profile.terminals; terminal++) {
                double dx = terminalX[terminal] - x;
                double dy = terminalY[terminal] - y;
                if (dx * dx + dy * dy < profile.radius * profile.radius) {
                    near[count++] = terminal;
                }
            }
            reachableTerminals[customer] = Arrays.copyOf(near, count);
        }
    }

    double meanAmount(int customer) {
        return meanAmount[customer];
    }

    /** Mean of the customer's Poisson distribution, before payments outside the day are dropped. */
    double paymentsPerDay(int customer) {
        return paymentsPerDay[customer];
    }

    /** Terminals within the radius, ascending; a customer without any makes no payments. */
    int[] reachableTerminals(int customer) {
        return reachableTerminals[customer];
    }
}
