package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindow.Arrival;

/**
 * Questions to the windows of a customer and a terminal, which are the same afterwards as before. A window that is null
 * is that of a key without events. Windows are not thread-safe, not even for questions.
 */
public final class WindowQuery {
    private final FeatureSet set;
    private final WindowTimes times;

    /** Questions to windows of {@code set} that were filled with {@code times}. */
    public WindowQuery(FeatureSet set, WindowTimes times) {
        this.set = set;
        this.times = times;
    }

    /**
     * Answers what would become of a transaction if it arrived now, and its whole vector: of one that is known, as it is
     * counted, once.
     *
     * @param watermark UTC epoch milliseconds, {@link Long#MIN_VALUE} where there is none yet
     * @param knownBy epoch second up to which labels count; an arriving transaction's own
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
     * Answers the customer's features as of {@code epochSecond}, without a payment.
     *
     * @param features receives them by {@link Feature#index()}; NaN for a mean over nothing and what only a payment has
     */
    public void describe(CustomerWindow window, long epochSecond, double[] features) {
        orEmpty(window).describeNow(epochSecond, features);
    }

    /** The same for a terminal. */
    public void describe(TerminalWindow window, long epochSecond, double[] features) {
        orEmpty(window).describeNow(epochSecond, times, features);
    }

    /**
     * From when on the customer's features are others by time alone: none changes before, where no event arrives.
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
