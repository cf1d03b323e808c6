package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A customer's window that also keeps the customer's usual amount and the labels of the customer's transactions.
 *
 * <p>The usual amount before a transaction at second t is (105 + Σ min(aⱼ, 2 uⱼ)) / (2 + n) currency units, over the n
 * transactions j of (t − 30 d, t] that arrived before it. It is a mean that starts with two assumed payments of 52.50;
 * a payment counts for at most twice the usual amount before it, so one large payment moves it little. uⱼ is the usual
 * amount before j, fixed when j arrives, and min(aⱼ, 2 uⱼ) is rounded to the cent. A transaction is high when its ratio
 * to the usual amount is above 2.5; this is fixed when it arrives, too.
 */
final class ExtendedCustomerWindow extends CustomerWindow {
    /** A payment with a greater ratio is high. */
    static final double HIGH_RATIO = 2.5;
    /** The two assumed payments. */
    private static final int PRIOR_PAYMENTS = 2;

    private static final long PRIOR_CENTS = 10_500;
    /** Stands for no high ratio. */
    private static final long NONE = 0;

    private static final int FORTNIGHT = 14 * WindowTimes.DAY;

    private static final int CLIPPED_BEFORE = CustomerWindow.COLUMNS;
    private static final int VERDICT = CLIPPED_BEFORE + 1;
    private static final int COLUMNS = VERDICT + 1;

    private final RunningSum clippedCents;
    /** The seconds of the high transactions, with the bits of their ratios. There are few. */
    private final EventLog highs;

    private final EventLabels verdicts;

    ExtendedCustomerWindow() {
        this(new EventLabels(new EventLog(COLUMNS), VERDICT, 1, false), 0, 0, new EventLog(1));
    }

    private ExtendedCustomerWindow(EventLabels verdicts, long totalCents, long totalClippedCents, EventLog highs) {
        super(verdicts.events, totalCents);
        this.clippedCents = new RunningSum(events, CLIPPED_BEFORE, totalClippedCents);
        this.highs = highs;
        this.verdicts = verdicts;
    }

    @Override
    boolean isEmpty() {
        return super.isEmpty() && !verdicts.hasLabels();
    }

    @Override
    long newestSecond() {
        return super.isEmpty() ? verdicts.firstLabelledSecond() : super.newestSecond();
    }

    /** Takes a label of this customer. A repeated one, or one whose transaction has expired, changes nothing. */
    @Override
    void label(FraudLabel label, long watermark, WindowTimes times) {
        long horizon = times.customerHorizon(watermark);
        evict(horizon);
        if (label.txEpochSecond > horizon && !verdicts.repeats(label, label.terminalId)) {
            verdicts.add(label, label.terminalId);
            changed(label.txEpochSecond);
        }
    }

    @Override
    long heapBytes() {
        return OBJECT_BYTES + verdicts.heapBytes() + highs.heapBytes();
    }

    @Override
    void evict(long horizon) {
        super.evict(horizon);
        highs.evictThrough(horizon);
        verdicts.evict(horizon);
    }

    @Override
    void compact(long horizon) {
        verdicts.compact(horizon);
    }

    @Override
    Arrival ask(Transaction transaction, long watermark, long knownBy, WindowTimes times, double[] features) {
        long cursor = verdicts.cursor();
        Arrival arrival = super.ask(transaction, watermark, knownBy, times, features);
        verdicts.moveTo(cursor);
        return arrival;
    }

    @Override
    int insert(Transaction transaction) {
        int position = super.insert(transaction);
        clippedCents.insert(position);
        verdicts.begin(position, 0, verdicts.labelsOf(position));
        return position;
    }

    @Override
    void remove(int position, Transaction transaction) {
        verdicts.end(position);
        super.remove(position, transaction);
    }

    @Override
    void describe(int position, boolean settled, Transaction transaction, long knownBy, double[] features) {
        super.describe(position, settled, transaction, knownBy, features);
        double ratio = transaction.amountCents / usualCents(position);
        features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()] = ratio;
        boolean isAmongHighs = settled && ratio > HIGH_RATIO;
        describe(transaction.epochSecond, isAmongHighs ? Double.doubleToRawLongBits(ratio) : NONE, knownBy, features);
    }

    @Override
    void settle(int position, Transaction transaction, double[] features) {
        double ratio = features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()];
        clippedCents.add(position, Math.min(transaction.amountCents, Math.round(2 * usualCents(position))));
        if (ratio > HIGH_RATIO) {
            highs.set(0, highs.insert(transaction.epochSecond), Double.doubleToRawLongBits(ratio));
        }
    }

    @Override
    void describeNow(long epochSecond, double[] features) {
        super.describeNow(epochSecond, features);
        features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()] = Double.NaN;
        long cursor = verdicts.cursor();
        describe(epochSecond, NONE, epochSecond, features);
        verdicts.moveTo(cursor);
    }

    @Override
    long changesAfter(long epochSecond) {
        long events = Math.min(super.changesAfter(epochSecond), verdicts.changesAfter(epochSecond));
        return Math.min(events, this.events.changesAfter(epochSecond, FORTNIGHT, WindowTimes.FOUR_WEEKS));
    }

    /** @param own bits of the high ratio at {@code second} to leave out, or {@link #NONE} */
    private void describe(long second, long own, long knownBy, double[] features) {
        describeHighs(second, own, features);
        verdicts.moveTo(knownBy);
        EventLog frauds = verdicts.frauds(0);
        features[Feature.CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW.index()] = frauds.positionAfter(second, frauds.end())
                - frauds.positionAfter(second - WindowTimes.FOUR_WEEKS, frauds.end());
    }

    private double usualCents(int position) {
        int from = longestFrom();
        return (PRIOR_CENTS + clippedCents.between(from, position)) / (double) (PRIOR_PAYMENTS + position - from);
    }

    private void describeHighs(long second, long own, double[] features) {
        int behind = highs.positionAfter(second, highs.end());
        int from = highs.positionAfter(second - FORTNIGHT, behind);
        int count = 0;
        double max = 0;
        boolean found = own == NONE;
        for (int i = from; i < behind; i++) {
            if (!found && highs.second(i) == second && highs.get(0, i) == own) {
                found = true;
                continue;
            }
            count++;
            max = Math.max(max, Double.longBitsToDouble(highs.get(0, i)));
        }
        features[Feature.CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW.index()] = count;
        features[Feature.CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW.index()] = max;
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
            ExtendedCustomerWindow extended = (ExtendedCustomerWindow) window;
            writeSignedVarint(extended.cents.total(), out);
            writeSignedVarint(extended.clippedCents.total(), out);
            extended.highs.write(out);
            extended.verdicts.write(out);
        }

        @Override
        CustomerWindow readContent(DataInputView in, int layout) throws IOException {
            long totalCents = readSignedVarint(in);
            long totalClippedCents = readSignedVarint(in);
            EventLog highs = EventLog.read(in, 1);
            EventLabels verdicts = EventLabels.read(in, COLUMNS, VERDICT, 1, false);
            return new ExtendedCustomerWindow(verdicts, totalCents, totalClippedCents, highs);
        }

        @Override
        CustomerWindow copyContent(CustomerWindow from) {
            ExtendedCustomerWindow window = (ExtendedCustomerWindow) from;
            return new ExtendedCustomerWindow(
                    window.verdicts.copy(), window.cents.total(), window.clippedCents.total(), window.highs.copy());
        }
    }
}
