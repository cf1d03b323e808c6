package io.cardwatch.training.evaluation;

import io.cardwatch.domain.Feature;
import io.cardwatch.training.history.TrainingData;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Payments and what became of them: all that figures need beside a score, in 25 bytes a row. */
public final class Outcomes {
    static final long SECONDS_PER_DAY = 86_400;

    private static final int INITIAL_ROWS = 1024;

    private long[] customerIds = new long[INITIAL_ROWS];
    private long[] epochSeconds = new long[INITIAL_ROWS];
    private long[] cents = new long[INITIAL_ROWS];
    private boolean[] frauds = new boolean[INITIAL_ROWS];
    private int rows;
    private int fraudCount;

    /** The rows of {@code data}, in their order. */
    static Outcomes of(TrainingData data) {
        Outcomes outcomes = new Outcomes();
        for (int row = 0; row < data.rows(); row++) {
            outcomes.add(
                    data.customerId(row),
                    data.epochSecond(row),
                    Math.round(data.value(row, Feature.TX_AMOUNT.index()) * 100.0),
                    data.fraud(row));
        }
        return outcomes;
    }

    /**
     * Adds a row.
     *
     * @param epochSecond TX_DATETIME, UTC
     * @param amountCents in hundredths of the currency unit, so that sums do not depend on the order of the rows
     */
    public void add(long customerId, long epochSecond, long amountCents, boolean fraud) {
        if (rows == frauds.length) {
            int capacity = rows + rows / 2;
            customerIds = Arrays.copyOf(customerIds, capacity);
            epochSeconds = Arrays.copyOf(epochSeconds, capacity);
            cents = Arrays.copyOf(cents, capacity);
            frauds = Arrays.copyOf(frauds, capacity);
        }
        customerIds[rows] = customerId;
        epochSeconds[rows] = epochSecond;
        cents[rows] = amountCents;
        frauds[rows] = fraud;
        fraudCount += fraud ? 1 : 0;
        rows++;
    }

    /** The rows whose number satisfies {@code which}, in their order. */
    public Outcomes where(IntPredicate which) {
        Outcomes part = new Outcomes();
        for (int row = 0; row < rows; row++) {
            if (which.test(row)) {
                part.add(customerIds[row], epochSeconds[row], cents[row], frauds[row]);
            }
        }
        return part;
    }

    public int rows() {
        return rows;
    }

    public int frauds() {
        return fraudCount;
    }

    public boolean fraud(int row) {
        return frauds[row];
    }

    /** In hundredths of the currency unit. */
    public long amountCents(int row) {
        return cents[row];
    }

    public long customerId(int row) {
        return customerIds[row];
    }

    /** TX_DATETIME, UTC. */
    public long epochSecond(int row) {
        return epochSeconds[row];
    }

    /** The UTC day of a row, counted from 1970-01-01. */
    public long day(int row) {
        return Math.floorDiv(epochSeconds[row], SECONDS_PER_DAY);
    }

    /** The number of UTC days that have a row. */
    public int days() {
        return (int) IntStream.range(0, rows).mapToLong(this::day).distinct().count();
    }

    /** The cards, ascending, each once. */
    long[] cards() {
        return Arrays.stream(customerIds, 0, rows).sorted().distinct().toArray();
    }

    /** By row, the place of its card in {@code cards}. */
    int[] cardByRow(long[] cards) {
        int[] byRow = new int[rows];
        Arrays.setAll(byRow, row -> Arrays.binarySearch(cards, customerIds[row]));
        return byRow;
    }
}
