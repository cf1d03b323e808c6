package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindow.Arrival;

/**
 * Queries the windows of a customer and a terminal without changing them. A null window is that of a key without
 * events. Windows are not thread-safe, not even for queries.
 */
public final class WindowQuery {
    private final FeatureSet set;
    private final WindowTimes times;

    /** Queries windows of {@code set} that were filled with {@code times}. */
    public WindowQuery(FeatureSet set, WindowTimes times) {
        this.set = set;
        this.times = times;
    }

    /**
     * Returns how a transaction would be treated if it arrived now, and computes its whole vector; a known one counts
     * once.
     *
     * @param watermark UTC epoch milliseconds, {@link Long#MIN_VALUE} where there is none yet
     * @param knownBy epoch second up to which labels count; for an arriving transaction its own
     * @param features receives the vector by {@link Feature#index()} where the answer is ACCEPTED or REDELIVERED
     */
    public Arrival ask(
            Transaction transaction,
            CustomerWindow customer,
            TerminalWindow terminal,
            long watermark,
            long knownBy,
            double[] features) {
        Arrival arrival = orEmpty(customer).ask(transaction, watermark, knownBy, times, features);
        if (arrival.isDescribed()) {
            PaymentFeatures.describe(transaction, features);
            orEmpty(terminal).ask(transaction, arrival == Arrival.REDELIVERED, knownBy, times, features);
        }
        return arrival;
    }

    /**
     * Computes the customer's features as of {@code epochSecond}, without a payment.
     *
     * @param features receives them by {@link Feature#index()}; NaN for means over nothing and what only a payment has
     */
    public void describe(CustomerWindow window, long epochSecond, double[] features) {
        orEmpty(window).describeNow(epochSecond, features);
    }

    /** The same for a terminal. */
    public void describe(TerminalWindow window, long epochSecond, double[] features) {
        orEmpty(window).describeNow(epochSecond, times, features);
    }

    /**
     * The time at which the customer's features next change if no event arrives.
     *
     * @return an epoch second after {@code epochSecond}, {@link Long#MAX_VALUE} for never
     */
    public long changesAfter(CustomerWindow window, long epochSecond) {
        return orEmpty(window).changesAfter(epochSecond);
    }

    /** The same for a terminal. */
    public long changesAfter(TerminalWindow window, long epochSecond) {
        return orEmpty(window).changesAfter(epochSecond, times);
    }

    private CustomerWindow orEmpty(CustomerWindow window) {
        return window == null ? CustomerWindow.of(set) : window;
    }

    private TerminalWindow orEmpty(TerminalWindow window) {
        return window == null ? TerminalWindow.of(set) : window;
    }
}
