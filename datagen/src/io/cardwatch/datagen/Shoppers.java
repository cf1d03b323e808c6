package io.cardwatch.datagen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All customers, shopping day after day. For each customer and day the number of payments is Poisson distributed. The
 * time of each is normal around noon; it is dropped when it falls outside the day. The amount is normal around the
 * customer's mean, or uniform up to twice the mean where that is negative. The terminal is one within reach.
 */
final class Shoppers {
    static final int SECONDS_PER_DAY = 86_400;
    private static final double NOON = 43_200;
    private static final double TIME_DEVIATION = 20_000;

    private final World world;
    private final Draws[] draws;
    private int day;

    Shoppers(Profile profile, World world) {
        this.world = world;
        draws = new Draws[world.customers];
        for (int customer = 0; customer < draws.length; customer++) {
            draws[customer] = profile.draws(Draws.Purpose.TRANSACTIONS, customer);
        }
    }

    /** The payments of the next day by time; those of one second by customer. */
    List<Payment> nextDay() {
        List<Payment> payments = new ArrayList<>(world.customers * 2);
        for (int customer = 0; customer < draws.length; customer++) {
            shop(customer, day, payments);
        }
        day++;
        payments.sort(Comparator.comparingLong(payment -> payment.second));
        return payments;
    }

    /** Adds the payments of one customer on one day in the order drawn; the days come one after another, from 0. */
    void shop(int customer, int day, List<Payment> payments) {
        Draws own = draws[customer];
        double mean = world.meanAmount(customer);
        int[] terminals = world.reachableTerminals(customer);
        int count = own.poisson(world.paymentsPerDay(customer));
        for (int i = 0; i < count; i++) {
            int second = (int) own.normal(NOON, TIME_DEVIATION);
            if (second > 0 && second < SECONDS_PER_DAY) {
                double amount = own.normal(mean, mean / 2);
                // Half to even, as NumPy rounds.
                long cents = (long) Math.rint(100 * (amount < 0 ? own.uniform(0, 2 * mean) : amount));
                if (terminals.length > 0) {
                    int terminal = terminals[own.below(terminals.length)];
                    payments.add(new Payment((long) day * SECONDS_PER_DAY + second, customer, terminal, cents));
                }
            }
        }
    }
}
