package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One customer's accepted transactions. Decides about redelivery, conflict and lateness, and computes exact counts and
 * mean amounts over the last 1, 7 and 30 days as of each transaction's second.
 *
 * <p>The window of n days for a transaction at second t is (t − n d, t], over itself and all that arrived before it.
 */
public class CustomerWindow extends ExpiringWindow {
    /** What became of a transaction. */
    public enum Arrival {
        /** It counts from now on. */
        ACCEPTED,
        /** The same identity with the same content was accepted before. */
        REDELIVERED,
        /** It is further behind the watermark than the allowed lateness. */
        TOO_OLD,
        /** The same identity with other content was accepted before. */
        CONFLICT;

        /** Whether {@link #ask} computes features for it. */
        public boolean isDescribed() {
            return this == ACCEPTED || this == REDELIVERED;
        }
    }

    private static final int TRANSACTION_ID = 0;
    private static final int TERMINAL_ID = 1;
    private static final int CENTS_BEFORE = 2;
    static final int COLUMNS = 3;

    private static final int NOWHERE = -1;

    final EventLog events;
    final RunningSum cents;
    /** Last positions of the windows' beginnings; hints only, so no state. */
    private final int[] hints = new int[WindowTimes.windows()];

    CustomerWindow() {
        this(new EventLog(COLUMNS), 0);
    }

    /** A new window for the features of {@code set}. */
    static CustomerWindow of(FeatureSet set) {
        return set == FeatureSet.EXTENDED ? new ExtendedCustomerWindow() : new CustomerWindow();
    }

    /** How windows of {@code set} are stored. State of one set cannot be read as the other's. */
    static WireSerializer<CustomerWindow> serializer(FeatureSet set) {
        return set == FeatureSet.EXTENDED ? ExtendedCustomerWindow.Serializer.INSTANCE : Serializer.INSTANCE;
    }

    CustomerWindow(EventLog events, long totalCents) {
        this.events = events;
        this.cents = new RunningSum(events, CENTS_BEFORE, totalCents);
    }

    @Override
    boolean isEmpty() {
        return events.isEmpty();
    }

    @Override
    long nextExpiry(WindowTimes times) {
        return times.customerExpiry(newestSecond());
    }

    @Override
    long newestSecond() {
        return events.second(events.end() - 1);
    }

    @Override
    long heapBytes() {
        return OBJECT_BYTES + events.heapBytes();
    }

    /**
     * Takes a transaction of this customer.
     *
     * @param watermark UTC epoch milliseconds
     * @param features receives the customer's features when it is accepted, by {@link Feature#index()}
     */
    Arrival arrive(Transaction transaction, long watermark, WindowTimes times, double[] features) {
        evict(times.customerHorizon(watermark));
        int known = positionOf(transaction);
        Arrival arrival = judge(transaction, known, watermark, times);
        if (arrival == Arrival.ACCEPTED) {
            int position = insert(transaction);
            describe(position, false, transaction, transaction.epochSecond, features);
            settle(position, transaction, features);
            changed(transaction.epochSecond);
        }
        return arrival;
    }

    /**
     * Returns how a transaction would be treated if it arrived now, and computes its features; a known one counts once.
     * The transaction is inserted and removed again, so nothing changes.
     *
     * @param watermark UTC epoch milliseconds
     * @param knownBy epoch second up to which labels count
     * @param features receives the customer's features when it is accepted or known, by {@link Feature#index()}
     */
    Arrival ask(Transaction transaction, long watermark, long knownBy, WindowTimes times, double[] features) {
        boolean forgotten = transaction.epochSecond <= times.customerHorizon(watermark);
        int known = forgotten ? NOWHERE : positionOf(transaction);
        Arrival arrival = judge(transaction, known, watermark, times);
        if (arrival == Arrival.REDELIVERED) {
            describe(known, true, transaction, knownBy, features);
        } else if (arrival == Arrival.ACCEPTED) {
            int position = insert(transaction);
            describe(position, false, transaction, knownBy, features);
            remove(position, transaction);
        }
        return arrival;
    }

    private Arrival judge(Transaction transaction, int known, long watermark, WindowTimes times) {
        if (known != NOWHERE && hasContentOf(transaction, known)) {
            return Arrival.REDELIVERED;
        }
        if (times.isTooOld(transaction.epochSecond, watermark)) {
            return Arrival.TOO_OLD;
        }
        return known == NOWHERE ? Arrival.ACCEPTED : Arrival.CONFLICT;
    }

    /**
     * Fills in the customer's features as of {@code epochSecond}, without a payment. Means over nothing and features
     * that only a payment has are NaN.
     */
    void describeNow(long epochSecond, double[] features) {
        describe(events.positionAfter(epochSecond, events.end()), epochSecond, features);
    }

    /** The first epoch second after {@code epochSecond} at which time alone may change {@link #describeNow}. */
    long changesAfter(long epochSecond) {
        return events.changesAfter(epochSecond, WindowTimes.WINDOWS);
    }

    /** Takes a label of this customer, for features that need one. */
    void label(FraudLabel label, long watermark, WindowTimes times) {}

    /** Drops the transactions at {@code horizon}, an epoch second, or before. */
    void evict(long horizon) {
        events.evictThrough(horizon);
    }

    /** Drops also what {@link #evict} leaves because it costs more. */
    void compact(long horizon) {}

    private int positionOf(Transaction transaction) {
        int behind = events.positionAfter(transaction.epochSecond, events.end());
        for (int i = behind - 1; i >= events.first() && events.second(i) == transaction.epochSecond; i--) {
            if (events.get(TRANSACTION_ID, i) == transaction.transactionId) {
                return i;
            }
        }
        return NOWHERE;
    }

    private boolean hasContentOf(Transaction transaction, int position) {
        return events.get(TERMINAL_ID, position) == transaction.terminalId
                && cents.between(position, position + 1) == transaction.amountCents;
    }

    /** Inserts a transaction, without what {@link #settle} fixes. */
    int insert(Transaction transaction) {
        int position = events.insert(transaction.epochSecond);
        events.set(TRANSACTION_ID, position, transaction.transactionId);
        events.set(TERMINAL_ID, position, transaction.terminalId);
        cents.insert(position);
        cents.add(position, transaction.amountCents);
        return position;
    }

    /** Undoes {@link #insert}. */
    void remove(int position, Transaction transaction) {
        cents.add(position, -transaction.amountCents);
        events.remove(position);
    }

    /**
     * Fills in the customer's features for its transaction at {@code position}.
     *
     * @param settled whether {@link #settle} has been called for it
     * @param knownBy epoch second up to which labels count
     */
    void describe(int position, boolean settled, Transaction transaction, long knownBy, double[] features) {
        describe(position + 1, transaction.epochSecond, features);
    }

    /** Fixes what never changes later, from the features of the transaction that was just inserted. */
    void settle(int position, Transaction transaction, double[] features) {}

    /** Fills in counts and means over the windows that end at {@code epochSecond} and before position {@code behind}. */
    private void describe(int behind, long epochSecond, double[] features) {
        for (int w = 0; w < hints.length; w++) {
            int from = events.positionAfter(epochSecond - WindowTimes.window(w), hints[w]);
            hints[w] = from;
            int count = behind - from;
            features[Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW.index() + 2 * w] = count;
            features[Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW.index() + 2 * w] =
                    cents.between(from, behind) / (100.0 * count);
        }
    }

    /** Where the longest window began at the last transaction. */
    int longestFrom() {
        return hints[hints.length - 1];
    }

    /** How a window is stored. */
    public static final class Serializer extends WindowSerializer<CustomerWindow> {
        static final Serializer INSTANCE = new Serializer();
        private static final int LAYOUT = 2;

        public Serializer() {
            super(LAYOUT, LAYOUT);
        }

        @Override
        void writeContent(CustomerWindow window, DataOutputView out) throws IOException {
            writeSignedVarint(window.cents.total(), out);
            window.events.write(out);
        }

        @Override
        CustomerWindow readContent(DataInputView in, int layout) throws IOException {
            long totalCents = readSignedVarint(in);
            return new CustomerWindow(EventLog.read(in, COLUMNS), totalCents);
        }

        @Override
        CustomerWindow copyContent(CustomerWindow from) {
            return new CustomerWindow(from.events.copy(), from.cents.total());
        }
    }
}
