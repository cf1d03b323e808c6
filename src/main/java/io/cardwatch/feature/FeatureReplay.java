package io.cardwatch.feature;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The feature stages without Flink, for events sorted by time, labels first within a second. The caller passes one
 * event per call; all keys stay in memory. The windows are the job's own, so the values are, too. Not thread-safe.
 */
public final class FeatureReplay {
    private final FeatureSet set;
    private final WindowTimes times;
    private final WindowQuery query;
    private final Map<Long, CustomerWindow> customers = new HashMap<>();
    private final Map<Long, TerminalWindow> terminals = new HashMap<>();

    /** A replay from the beginning, with no events yet. */
    public FeatureReplay(FeatureSet set, WindowTimes times) {
        this.set = set;
        this.times = times;
        this.query = new WindowQuery(set, times);
    }

    /**
     * Takes the next transaction.
     *
     * @param features receives its values by {@link io.cardwatch.domain.Feature#index()} when it is accepted
     * @return whether it was accepted; if not, it is a redelivery or a conflict
     */
    public boolean transaction(Transaction transaction, double[] features) {
        long now = transaction.epochSecond * 1000;
        if (customer(transaction.customerId).arrive(transaction, now, times, features)
                != CustomerWindow.Arrival.ACCEPTED) {
            return false;
        }
        PaymentFeatures.describe(transaction, features);
        terminal(transaction.terminalId).arrive(transaction, now, times, features);
        return true;
    }

    /**
     * Returns how a transaction would be treated if it arrived now. Changes nothing.
     *
     * @param knownBy epoch second up to which labels count
     * @param features receives its values where {@link CustomerWindow.Arrival#isDescribed} holds
     */
    public CustomerWindow.Arrival ask(Transaction transaction, long knownBy, double[] features) {
        return query.ask(
                transaction,
                customers.get(transaction.customerId),
                terminals.get(transaction.terminalId),
                transaction.epochSecond * 1000,
                knownBy,
                features);
    }

    /** Takes the next label. */
    public void label(FraudLabel label) {
        long now = label.labelEpochSecond * 1000;
        customer(label.customerId).label(label, now, times);
        TerminalWindow terminal = terminal(label.terminalId);
        if (terminal.label(label, now, times) == TerminalWindow.Match.WAITING) {
            terminal.await(
                    label,
                    DeadLetter.of(DeadLetterReason.LABEL_UNMATCHED, "", label.origin, label.raw, Contacts.LEFT_OUT));
        }
    }

    /** Bytes of heap that all windows would take in the job's cache. */
    public long cacheBytes() {
        return Stream.<ExpiringWindow>concat(customers.values().stream(), terminals.values().stream())
                .mapToLong(WriteBackCache::heapBytes)
                .sum();
    }

    private CustomerWindow customer(long id) {
        return customers.computeIfAbsent(id, key -> CustomerWindow.of(set));
    }

    private TerminalWindow terminal(long id) {
        return terminals.computeIfAbsent(id, key -> TerminalWindow.of(set));
    }
}
