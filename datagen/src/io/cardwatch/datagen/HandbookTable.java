package io.cardwatch.datagen;

import java.util.ArrayList;
import java.util.List;

/**
 * The payments of the handbook's table, day by day. The handbook draws customer after customer, then sorts the table by
 * time with NumPy's quicksort. One payment in eight shares its second with another; their order depends on how that
 * sort treats the whole table. So the whole table is in memory: 1.75 million payments, 100 MB.
 */
final class HandbookTable {
    private final List<Payment> drawn = new ArrayList<>();
    private final int[] order;
    private int day;
    private int next;

    HandbookTable(Profile profile, World world) {
        Shoppers shoppers = new Shoppers(profile, world);
        for (int customer = 0; customer < world.customers; customer++) {
            for (int nextDay = 0; nextDay < profile.drawnDays(); nextDay++) {
                shoppers.shop(customer, nextDay, drawn);
            }
        }
        order = NumpySort.argsort(
                drawn.stream().mapToLong(payment -> payment.second).toArray());
    }

    /** The payments of the next day in the order of the table. */
    List<Payment> nextDay() {
        long end = (long) ++day * Shoppers.SECONDS_PER_DAY;
        List<Payment> payments = new ArrayList<>();
        while (next < order.length && drawn.get(order[next]).second < end) {
            payments.add(drawn.get(order[next++]));
        }
        return payments;
    }
}
