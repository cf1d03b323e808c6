package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A customer's window that knows, beside the reference features, what the customer usually spends.
 *
 * <p>The usual amount before a transaction at second t is (105 + Σ min(aⱼ, 2 uⱼ)) / (2 + n) currency units, over the n
 * transactions j of (t − 30 d, t] that arrived before it: a mean that two imagined payments of 52.50 begin and that one
 * large payment cannot move by more than as if it had been twice the usual. uⱼ is the usual amount before j, taken once,
 * when j arrived, and min(aⱼ, 2 uⱼ) is rounded to the cent.
 */
final class ExtendedCustomerWindow extends CustomerWindow {
    /** The two imagined payments. */
    private static final int PRIOR_PAYMENTS = 2;

    private static final long PRIOR_CENTS = 10_500;
    /** A payment counts as high above so many times the usual amount. */
    static final double HIGH_RATIO = 2.5;

    private static final int HIGH_DAYS = 14;
    private static final int CLIPPED_BEFORE = CustomerWindow.COLUMNS;
    private static final int HIGH_BEFORE = CLIPPED_BEFORE + 1;
    private static final int COLUMNS = HIGH_BEFORE + 1;

    private final RunningSum clippedCents;
    private final RunningSum highs;

    private int highHint;

    ExtendedCustomerWindow() {
        this(new EventLog(COLUMNS), 0, 0, 0);
    }

    private ExtendedCustomerWindow(EventLog events, long totalCents, long totalClippedCents, long totalHighs) {
        super(events, totalCents);
        clippedCents = new RunningSum(events, CLIPPED_BEFORE, totalClippedCents);
        highs = new RunningSum(events, HIGH_BEFORE, totalHighs);
    }

    @Override
    void describe(int position, Transaction transaction, double[] features) {
        super.describe(position, transaction, features);
        clippedCents.insert(position);
        highs.insert(position);
        int from = longestFrom();
        double usualCents =
                (PRIOR_CENTS + clippedCents.between(from, position)) / (double) (PRIOR_PAYMENTS + position - from);
        double ratio = transaction.amountCents / usualCents;
        highHint = events.positionAfter(transaction.epochSecond - HIGH_DAYS * WindowTimes.DAY, highHint);
        features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()] = ratio;
        features[Feature.CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW.index()] = highs.between(highHint, position);
        clippedCents.add(position, Math.min(transaction.amountCents, Math.round(2 * usualCents)));
        highs.add(position, ratio > HIGH_RATIO ? 1 : 0);
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
            ExtendedCustomerWindow extended = (ExtendedCustomerWindow) window;
            out.writeLong(extended.timer);
            writeSignedVarint(extended.cents.total(), out);
            writeSignedVarint(extended.clippedCents.total(), out);
            writeSignedVarint(extended.highs.total(), out);
            extended.events.write(out);
        }

        @Override
        protected CustomerWindow read(DataInputView in, int writtenVersion) throws IOException {
            long timer = in.readLong();
            long totalCents = readSignedVarint(in);
            long totalClippedCents = readSignedVarint(in);
            long totalHighs = readSignedVarint(in);
            ExtendedCustomerWindow window =
                    new ExtendedCustomerWindow(EventLog.read(in, COLUMNS), totalCents, totalClippedCents, totalHighs);
            window.timer = timer;
            return window;
        }

        @Override
        public CustomerWindow copy(CustomerWindow from) {
            ExtendedCustomerWindow window = (ExtendedCustomerWindow) from;
            ExtendedCustomerWindow copy = new ExtendedCustomerWindow(
                    window.events.copy(), window.cents.total(), window.clippedCents.total(), window.highs.total());
            copy.timer = window.timer;
            return copy;
        }

        @Override
        public boolean isImmutableType() {
            return false;
        }
    }
}
