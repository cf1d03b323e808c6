package io.cardwatch.feature;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.metrics.Metric;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keyed by customer: accepts each transaction once and adds the features of the payment and of its customer.
 *
 * <p>A redelivery is dropped. Refused transactions (TOO_OLD, CONFLICT) go to the side output of dead letters. Counts
 * {@code redelivered}, and as {@code customersLarge} the windows that grew to 100 000 payments.
 */
abstract class CustomerStage extends WindowOperator<CustomerWindow, FeaturedTransaction> {
    private static final Logger LOG = LoggerFactory.getLogger(CustomerStage.class);
    /** The number of payments of one customer that is worth a warning. */
    private static final int LARGE = 100_000;

    private transient PublishedWindows published;
    private transient Counter redelivered;
    private transient Counter large;

    CustomerStage(StageSettings settings) {
        super(settings, "customer-window", CustomerWindow.serializer(settings.set));
    }

    @Override
    public void open() throws Exception {
        super.open();
        published = new PublishedWindows(settings.set, times);
        redelivered = counts.counter(Metric.REDELIVERED);
        large = counts.counter(Metric.CUSTOMERS_LARGE);
    }

    @Override
    CustomerWindow newWindow() {
        return CustomerWindow.of(settings.set);
    }

    void arrive(StreamRecord<Transaction> element) throws Exception {
        Transaction transaction = element.getValue();
        CustomerWindow window = windowOfKey();
        double[] features = new double[settings.set.size()];
        switch (window.arrive(transaction, clock.watermarkFor(transaction.epochSecond), times, features)) {
            case ACCEPTED:
                PaymentFeatures.describe(transaction, features);
                output.collect(element.replace(new FeaturedTransaction(transaction.withoutRaw(), features)));
                countIfLarge(window);
                break;
            case REDELIVERED:
                redelivered.inc();
                break;
            case TOO_OLD:
                refuse(
                        transaction,
                        DeadLetterReason.TOO_OLD,
                        "TX_DATETIME is further behind the watermark than features.allowed-lateness");
                break;
            case CONFLICT:
                refuse(
                        transaction,
                        DeadLetterReason.CONFLICT,
                        "a transaction with the same CUSTOMER_ID, TRANSACTION_ID and TX_DATETIME"
                                + " but another TERMINAL_ID or TX_AMOUNT came first");
                break;
        }
        keep(window);
    }

    private void countIfLarge(CustomerWindow window) {
        if (window.events.size() != LARGE) {
            return;
        }
        if (large.getCount() == 0) {
            LOG.warn(
                    "A customer has {} payments to keep, and all stay exact. Metric customersLarge counts more such.",
                    LARGE);
        }
        large.inc();
    }

    private void refuse(Transaction transaction, DeadLetterReason reason, String message) {
        refuse(deadLetter(reason, message, transaction.origin, transaction.raw));
    }

    @Override
    WindowKind kind() {
        return WindowKind.CUSTOMER;
    }

    @Override
    long horizon(long watermark) {
        return times.customerHorizon(watermark);
    }

    @Override
    PublishedWindow published(CustomerWindow window) {
        return published.of(window);
    }

    @Override
    void expire(CustomerWindow window, long watermark) {
        long horizon = horizon(watermark);
        window.evict(horizon);
        window.compact(horizon);
    }
}
