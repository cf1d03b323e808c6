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
 * One customer's accepted transactions: decides about redelivery, conflict and lateness, and answers counts and mean
 * amounts over the last 1, 7 and 30 days, exactly, as of the second of each transaction.
 *
 * <p>The window of n days for a transaction at second t is (t − n d, t], over all that arrived before it and itself.
 */
class CustomerWindow extends ExpiringWindow {
    /** What became of a transaction. */
    enum Arrival {
        /** It counts from now on. */
        ACCEPTED,
        /** The same identity with the same content was accepted before. */
        REDELIVERED,
        /** It is further behind the watermark than the allowed lateness. */
        TOO_OLD,
        /** The same identity with other content was accepted before. */
        CONFLICT
    }

    private static final int TRANSACTION_ID = 0;
    private static final int TERMINAL_ID = 1;
    private static final int CENTS_BEFORE = 2;
    static final int COLUMNS = 3;

    final EventLog events;
    final RunningSum cents;
    /** Where each window began last; hints only, so no state. */
    private final int[] hints = new int[WindowTimes.windows()];

    CustomerWindow() {
        this(new EventLog(COLUMNS), 0);
    }

    /** A new window that answers the features of {@code set}. */
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
        return times.customerExpiry(events.second(events.end() - 1));
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
        int behind = events.positionAfter(transaction.epochSecond, events.end());
        int known = positionOf(transaction, behind);
        if (known >= 0 && hasContentOf(transaction, known)) {
            return Arrival.REDELIVERED;
        }
        if (times.isTooOld(transaction.epochSecond, watermark)) {
            return Arrival.TOO_OLD;
        }
        if (known >= 0) {
            return Arrival.CONFLICT;
        }
        describe(insert(transaction), transaction, features);
        return Arrival.ACCEPTED;
    }

    /**
     * Answers the features of a transaction that was accepted before, by what has arrived until now; changes nothing.
     *
     * @param features receives the customer's features, by {@link Feature#index()}
     */
    void describeAgain(Transaction transaction, double[] features) {
        int behind = events.positionAfter(transaction.epochSecond, events.end());
        describeKnown(positionOf(transaction, behind), transaction, features);
    }

    /** Takes a label of this customer, for features that need one. */
    void label(FraudLabel label, long watermark, WindowTimes times) {}

    /** Forgets the transactions at {@code horizon}, an epoch second, or before. */
    void evict(long horizon) {
        events.evictThrough(horizon);
    }

    /** Forgets, too, what {@link #evict} leaves for its price. */
    void compact(long horizon) {}

    private int positionOf(Transaction transaction, int behind) {
        for (int i = behind - 1; i >= events.first() && events.second(i) == transaction.epochSecond; i--) {
            if (events.get(TRANSACTION_ID, i) == transaction.transactionId) {
                return i;
            }
        }
        return -1;
    }

    private boolean hasContentOf(Transaction transaction, int position) {
        return events.get(TERMINAL_ID, position) == transaction.terminalId
                && cents.between(position, position + 1) == transaction.amountCents;
    }

    private int insert(Transaction transaction) {
        int position = events.insert(transaction.epochSecond);
        events.set(TRANSACTION_ID, position, transaction.transactionId);
        events.set(TERMINAL_ID, position, transaction.terminalId);
        cents.insert(position);
        cents.add(position, transaction.amountCents);
        return position;
    }

    /** Fills in the customer's features for its transaction at {@code position}, which was just inserted. */
    void describe(int position, Transaction transaction, double[] features) {
        describeKnown(position, transaction, features);
    }

    /** Fills in the customer's features for its transaction at {@code position} and changes nothing. */
    void describeKnown(int position, Transaction transaction, double[] features) {
        int behind = position + 1;
        for (int w = 0; w < hints.length; w++) {
            int from = events.positionAfter(transaction.epochSecond - WindowTimes.window(w), hints[w]);
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
    public static final class Serializer extends WireSerializer<CustomerWindow> {
        static final Serializer INSTANCE = new Serializer();
        private static final int VERSION = 1;

        public Serializer() {
            super(VERSION);
        }

        @Override
        protected void write(CustomerWindow window, DataOutputView out) throws IOException {
            out.writeLong(window.timer);
            writeSignedVarint(window.cents.total(), out);
            window.events.write(out);
        }

        @Override
        protected CustomerWindow read(DataInputView in, int writtenVersion) throws IOException {
            long timer = in.readLong();
            long totalCents = readSignedVarint(in);
            CustomerWindow window = new CustomerWindow(EventLog.read(in, COLUMNS), totalCents);
            window.timer = timer;
            return window;
        }

        @Override
        public CustomerWindow copy(CustomerWindow from) {
            CustomerWindow copy = new CustomerWindow(from.events.copy(), from.cents.total());
            copy.timer = from.timer;
            return copy;
        }

        @Override
        public boolean isImmutableType() {
            return false;
        }
    }
}
