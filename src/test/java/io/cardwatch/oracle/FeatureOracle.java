package io.cardwatch.oracle;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Identity, features, lateness and known fraud by brute force: told everything in arrival order, it answers what the
 * feature stage must answer.
 *
 * <p>Nothing is ever thrown away. Where the job forgets, no later answer may depend on it, so forgetting shows here
 * only where a user can see it: an identity that is no longer known, and a label whose transaction never came. Each
 * transaction costs time linear in its customer's and its terminal's whole past.
 */
public final class FeatureOracle {
    /** What becomes of a transaction. */
    public enum Outcome {
        /** The first of its identity and not too old: it has a row. */
        ACCEPTED,
        /** Same identity and same content as an accepted one. */
        REDELIVERED,
        /** Before the watermark by more than the allowed lateness. */
        TOO_OLD,
        /** Same identity as an accepted one, other content. */
        CONFLICT
    }

    /** What becomes of a label at its arrival. */
    public enum LabelOutcome {
        /** Its transaction has been accepted. */
        MATCHED,
        /** Its transaction has not come yet; it matches later, or is unmatched when its time expires. */
        WAITING,
        /**
         * Of the labels with its LABEL_DATETIME the last to arrive said the same: counted, and no dead letter of its
         * own.
         */
        REPEATED,
        /** Its transaction's time had already expired: no dead letter. */
        LATE
    }

    /** The answer to one transaction. */
    public static final class Verdict {
        public final Outcome outcome;
        /** Values in the order of {@link FeatureSet#REFERENCE}; empty unless {@link Outcome#ACCEPTED}. */
        public final double[] features;

        Verdict(Outcome outcome, double... features) {
            this.outcome = outcome;
            this.features = features;
        }

        /** One value of an accepted transaction. */
        public double value(Feature feature) {
            return features[feature.index()];
        }
    }

    private record Identity(long customerId, long transactionId, long epochSecond) {}

    /** A label reaches a transaction by its identity and, since labels are kept by terminal, the right terminal. */
    private record Labelled(Identity identity, long terminalId) {}

    private record Spending(double ratio, long clippedCents) {}

    private static final long DAY = 86_400;
    private static final long LONGEST_WINDOW = 30 * DAY;
    private static final long NO_WATERMARK = Long.MIN_VALUE;

    private final FeatureSet set;
    private final long delay;
    private final long allowedLateness;
    /** UTC epoch milliseconds. */
    private long watermark = NO_WATERMARK;

    private final Map<Identity, Transaction> accepted = new HashMap<>();
    private final IdentityHashMap<Transaction, Spending> spending = new IdentityHashMap<>();
    private final Map<Long, List<Transaction>> byCustomer = new HashMap<>();
    private final Map<Long, List<Transaction>> byTerminal = new HashMap<>();
    private final Map<Labelled, List<FraudLabel>> labels = new HashMap<>();
    private final Map<Labelled, List<FraudLabel>> waiting = new LinkedHashMap<>();

    /**
     * @param delaySeconds {@code features.terminal-delay}: how far the terminal windows lie back
     * @param allowedLatenessSeconds {@code features.allowed-lateness}: how far behind the watermark is still accepted
     */
    public FeatureOracle(long delaySeconds, long allowedLatenessSeconds) {
        this(FeatureSet.REFERENCE, delaySeconds, allowedLatenessSeconds);
    }

    /**
     * @param set what it answers
     * @param delaySeconds {@code features.terminal-delay}: how far the terminal windows lie back
     * @param allowedLatenessSeconds {@code features.allowed-lateness}: how far behind the watermark is still accepted
     */
    public FeatureOracle(FeatureSet set, long delaySeconds, long allowedLatenessSeconds) {
        this.set = set;
        this.delay = delaySeconds;
        this.allowedLateness = allowedLatenessSeconds;
    }

    /** The next transaction to arrive. */
    public Verdict transaction(Transaction tx) {
        Identity identity = new Identity(tx.customerId, tx.transactionId, tx.epochSecond);
        Transaction first = accepted.get(identity);
        boolean known = first != null && !isPast(tx.epochSecond, LONGEST_WINDOW + allowedLateness);
        boolean sameContent = known && first.terminalId == tx.terminalId && first.amountCents == tx.amountCents;
        if (sameContent) {
            return new Verdict(Outcome.REDELIVERED);
        }
        if (watermark != NO_WATERMARK && tx.epochSecond * 1000 < watermark - allowedLateness * 1000) {
            return new Verdict(Outcome.TOO_OLD);
        }
        if (known) {
            return new Verdict(Outcome.CONFLICT);
        }
        accepted.put(identity, tx);
        byCustomer.computeIfAbsent(tx.customerId, id -> new ArrayList<>()).add(tx);
        byTerminal.computeIfAbsent(tx.terminalId, id -> new ArrayList<>()).add(tx);
        waiting.remove(new Labelled(identity, tx.terminalId));
        return new Verdict(Outcome.ACCEPTED, features(tx));
    }

    /** The next label to arrive. */
    public LabelOutcome label(FraudLabel label) {
        Identity identity = new Identity(label.customerId, label.transactionId, label.txEpochSecond);
        Labelled labelled = new Labelled(identity, label.terminalId);
        boolean repeated = repeats(label, labels.getOrDefault(labelled, List.of()));
        labels.computeIfAbsent(labelled, key -> new ArrayList<>()).add(label);
        if (isPast(label.txEpochSecond, delay + LONGEST_WINDOW + allowedLateness)) {
            return LabelOutcome.LATE;
        }
        if (repeated) {
            return LabelOutcome.REPEATED;
        }
        Transaction tx = accepted.get(identity);
        if (tx != null && tx.terminalId == label.terminalId) {
            return LabelOutcome.MATCHED;
        }
        waiting.computeIfAbsent(labelled, key -> new ArrayList<>()).add(label);
        return LabelOutcome.WAITING;
    }

    /**
     * Event time has reached {@code epochSecond}; an earlier time than before changes nothing.
     *
     * @return the labels whose transaction can no longer come: LABEL_UNMATCHED
     */
    public List<FraudLabel> watermark(long epochSecond) {
        return watermarkMillis(epochSecond * 1000);
    }

    /** The same for UTC epoch milliseconds, such as the last before a second of which more may come. */
    public List<FraudLabel> watermarkMillis(long epochMillis) {
        watermark = Math.max(watermark, epochMillis);
        List<FraudLabel> unmatched = new ArrayList<>();
        waiting.values().removeIf(group -> {
            boolean expired = isPast(group.get(0).txEpochSecond, delay + LONGEST_WINDOW + allowedLateness);
            if (expired) {
                unmatched.addAll(group);
            }
            return expired;
        });
        return unmatched;
    }

    /** All input has ended; what {@link #watermark} says of the end of time. */
    public List<FraudLabel> end() {
        return watermarkMillis(Long.MAX_VALUE);
    }

    private static boolean repeats(FraudLabel label, List<FraudLabel> earlier) {
        FraudLabel last = null;
        for (FraudLabel other : earlier) {
            if (other.labelEpochSecond == label.labelEpochSecond) {
                last = other;
            }
        }
        return last != null && last.fraud == label.fraud;
    }

    private boolean isPast(long epochSecond, long retention) {
        return watermark != NO_WATERMARK && epochSecond * 1000 <= watermark - retention * 1000;
    }

    private double[] features(Transaction tx) {
        Map<Feature, Double> values = new EnumMap<>(Feature.class);
        OffsetDateTime utc = Instant.ofEpochSecond(tx.epochSecond).atOffset(ZoneOffset.UTC);
        boolean weekend = utc.getDayOfWeek() == DayOfWeek.SATURDAY || utc.getDayOfWeek() == DayOfWeek.SUNDAY;
        values.put(Feature.TX_AMOUNT, tx.amountCents / 100.0);
        values.put(Feature.TX_DURING_WEEKEND, weekend ? 1.0 : 0.0);
        values.put(Feature.TX_DURING_NIGHT, utc.getHour() <= 6 ? 1.0 : 0.0);
        customer(values, tx, 1, Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW);
        customer(values, tx, 7, Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW, Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW);
        customer(values, tx, 30, Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW);
        terminal(values, tx, 1, Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW, Feature.TERMINAL_ID_RISK_1DAY_WINDOW);
        terminal(values, tx, 7, Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW, Feature.TERMINAL_ID_RISK_7DAY_WINDOW);
        terminal(values, tx, 30, Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW, Feature.TERMINAL_ID_RISK_30DAY_WINDOW);
        if (set == FeatureSet.EXTENDED) {
            spending(values, tx);
            knownFrauds(values, tx);
            fraudRun(values, tx);
        }
        return set.features().stream().mapToDouble(values::get).toArray();
    }

    private void customer(Map<Feature, Double> values, Transaction tx, int days, Feature count, Feature mean) {
        long transactions = 0;
        long cents = 0;
        for (Transaction other : byCustomer.get(tx.customerId)) {
            if (other.epochSecond > tx.epochSecond - days * DAY && other.epochSecond <= tx.epochSecond) {
                transactions++;
                cents += other.amountCents;
            }
        }
        values.put(count, (double) transactions);
        values.put(mean, cents / (100.0 * transactions));
    }

    /** Each ratio and clipped amount is settled when its transaction is accepted. */
    private void spending(Map<Feature, Double> values, Transaction tx) {
        long clipped = 10_500;
        int payments = 2;
        int highs = 0;
        double highest = 0;
        for (Transaction other : byCustomer.get(tx.customerId)) {
            boolean earlier = other != tx && other.epochSecond <= tx.epochSecond;
            if (earlier && other.epochSecond > tx.epochSecond - 30 * DAY) {
                clipped += spending.get(other).clippedCents();
                payments++;
            }
            if (earlier && other.epochSecond > tx.epochSecond - 14 * DAY) {
                double earlierRatio = spending.get(other).ratio();
                highs += earlierRatio > 2.5 ? 1 : 0;
                highest = earlierRatio > 2.5 ? Math.max(highest, earlierRatio) : highest;
            }
        }
        double usual = clipped / (double) payments;
        double ratio = tx.amountCents / usual;
        spending.put(tx, new Spending(ratio, Math.min(tx.amountCents, Math.round(2 * usual))));
        values.put(Feature.CUSTOMER_ID_AMOUNT_RATIO, ratio);
        values.put(Feature.CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW, (double) highs);
        values.put(Feature.CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW, highest);
        values.put(Feature.CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW, (double)
                within(byCustomer.get(tx.customerId), tx, 28, other -> isKnownFraud(other, tx.epochSecond)));
    }

    private void knownFrauds(Map<Feature, Double> values, Transaction tx) {
        List<Transaction> here = byTerminal.get(tx.terminalId);
        Predicate<Transaction> known = other -> isKnownFraud(other, tx.epochSecond);
        Predicate<Transaction> confirmed = known.or(other -> isConfirmedGenuine(other, tx.epochSecond));
        Predicate<Transaction> unexplained =
                known.and(other -> spending.get(other).ratio() <= 2.5);
        double fourWeeks = within(here, tx, 28, known);
        values.put(Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW, (double) within(here, tx, 7, other -> true));
        values.put(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW, (double) within(here, tx, 7, known));
        values.put(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW, fourWeeks);
        values.put(
                Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW,
                fourWeeks == 0 ? 0 : fourWeeks / within(here, tx, 28, confirmed));
        OptionalLong first = here.stream()
                .filter(other -> other.epochSecond > tx.epochSecond - 28 * DAY && other.epochSecond <= tx.epochSecond)
                .filter(unexplained)
                .mapToLong(other -> other.epochSecond)
                .min();
        Predicate<Transaction> since = other ->
                first.isPresent() && other.epochSecond >= first.getAsLong() && other.epochSecond <= tx.epochSecond;
        double knownSince = here.stream().filter(since).filter(known).count();
        double confirmedSince = here.stream().filter(since).filter(confirmed).count();
        double unconfirmedSince =
                here.stream().filter(since).filter(confirmed.negate()).count();
        values.put(
                Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS,
                first.isPresent() ? (tx.epochSecond - first.getAsLong()) / 86_400.0 : -1);
        values.put(Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE, first.isPresent() ? knownSince / confirmedSince : -1);
        values.put(Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE, first.isPresent() ? unconfirmedSince : -1);
    }

    private static long within(List<Transaction> past, Transaction tx, int days, Predicate<Transaction> which) {
        return past.stream()
                .filter(other -> other.epochSecond > tx.epochSecond - days * DAY && other.epochSecond <= tx.epochSecond)
                .filter(which)
                .count();
    }

    private void fraudRun(Map<Feature, Double> values, Transaction tx) {
        long reset = tx.epochSecond - delay - 30 * DAY;
        for (Transaction other : byTerminal.get(tx.terminalId)) {
            if (other.epochSecond <= tx.epochSecond && isConfirmedGenuine(other, tx.epochSecond)) {
                reset = Math.max(reset, other.epochSecond);
            }
        }
        long length = 0;
        double first = -1;
        for (Transaction other : byTerminal.get(tx.terminalId)) {
            if (other.epochSecond > reset && isKnownFraud(other, tx.epochSecond)) {
                length++;
                double days = (tx.epochSecond - other.epochSecond) / 86_400.0;
                if (spending.get(other).ratio() <= 2.5) {
                    first = Math.max(first, days);
                }
            }
        }
        values.put(Feature.TERMINAL_ID_FRAUD_RUN_LENGTH, (double) length);
        values.put(Feature.TERMINAL_ID_FRAUD_RUN_DAYS, first);
    }

    private boolean isConfirmedGenuine(Transaction tx, long asOfSecond) {
        Boolean verdict = verdict(tx, asOfSecond);
        return verdict == null ? tx.epochSecond <= asOfSecond - delay : !verdict;
    }

    private void terminal(Map<Feature, Double> values, Transaction tx, int days, Feature count, Feature risk) {
        long transactions = 0;
        long frauds = 0;
        long end = tx.epochSecond - delay;
        for (Transaction other : byTerminal.get(tx.terminalId)) {
            if (other.epochSecond > end - days * DAY && other.epochSecond <= end) {
                transactions++;
                frauds += isKnownFraud(other, tx.epochSecond) ? 1 : 0;
            }
        }
        values.put(count, (double) transactions);
        values.put(risk, transactions == 0 ? 0.0 : frauds / (double) transactions);
    }

    private boolean isKnownFraud(Transaction tx, long asOfSecond) {
        return Boolean.TRUE.equals(verdict(tx, asOfSecond));
    }

    /** What is known at that second, null where nothing is. */
    private Boolean verdict(Transaction tx, long asOfSecond) {
        Identity identity = new Identity(tx.customerId, tx.transactionId, tx.epochSecond);
        FraudLabel latest = null;
        for (FraudLabel label : labels.getOrDefault(new Labelled(identity, tx.terminalId), List.of())) {
            boolean known = label.labelEpochSecond <= asOfSecond;
            if (known && (latest == null || label.labelEpochSecond >= latest.labelEpochSecond)) {
                latest = label;
            }
        }
        return latest == null ? null : latest.fraud;
    }
}
