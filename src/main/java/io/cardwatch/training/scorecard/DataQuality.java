package io.cardwatch.training.scorecard;

import static java.time.temporal.ChronoUnit.DAYS;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import it.unimi.dsi.fastutil.longs.Long2IntMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Whether the data behind the figures is as it should be: labels that come, terminals that get some, known customers. */
@JsonPropertyOrder({
    "newestLabel",
    "daysSinceNewestLabel",
    "longestPauseDays",
    "labelsStopped",
    "terminals",
    "silentTerminals",
    "mostSilentTerminals",
    "contactsKept",
    "unknownCustomerPayments"
})
public final class DataQuality {
    /**
     * A terminal is silent if so many labels were to be expected of its payments since its last one. Without a cause that
     * happens once in 22 000 terminals.
     */
    static final int EXPECTED_LABELS = 10;

    private static final int MOST_SILENT = 10;
    private static final double USUAL_TIMES = 2;

    /** When the newest label was given, UTC, ISO-8601; null without any. */
    @JsonProperty
    public final String newestLabel;

    /** Days from then until the moment of the scorecard; null without any. */
    @JsonProperty
    public final Double daysSinceNewestLabel;

    /** Days between two following days with labels, at most, from the first judged day on. */
    @JsonProperty
    public final int longestPauseDays;

    /** Whether the pause at the end is more than twice as long as any before it, and than two days. */
    @JsonProperty
    public final boolean labelsStopped;

    /** Terminals with a judged payment. */
    @JsonProperty
    public final int terminals;

    /** Those that have had no label for longer than usual. */
    @JsonProperty
    public final int silentTerminals;

    /** The ten of them with the most payments since their last label. */
    @JsonProperty
    public final List<SilentTerminal> mostSilentTerminals;

    /** Whether any judged payment has contact details. */
    @JsonProperty
    public final boolean contactsKept;

    /** Judged payments of customers who were not known; 0 where contacts are not kept. */
    @JsonProperty
    public final int unknownCustomerPayments;

    DataQuality(ScorecardReader read, Period period) {
        LocalDateTime newest = read.newestLabel;
        newestLabel = newest == null ? null : newest.toInstant(ZoneOffset.UTC).toString();
        daysSinceNewestLabel = newest == null
                ? null
                : Duration.between(newest.toInstant(ZoneOffset.UTC), period.asOf)
                                .toSeconds()
                        / 86_400.0;
        longestPauseDays = longestPause(read.labelDays);
        labelsStopped =
                daysSinceNewestLabel == null || daysSinceNewestLabel > USUAL_TIMES * Math.max(1, longestPauseDays);
        ScoredPayments payments = read.payments;
        Long2LongOpenHashMap lastLabelled = new Long2LongOpenHashMap();
        lastLabelled.defaultReturnValue(Long.MIN_VALUE);
        for (int row = 0; row < payments.rows(); row++) {
            long last = payments.labelled.get(row) ? payments.outcomes.epochSecond(row) : Long.MIN_VALUE;
            lastLabelled.mergeLong(payments.terminalId(row), last, Math::max);
        }
        Long2IntOpenHashMap since = new Long2IntOpenHashMap();
        for (int row = 0; row < payments.rows(); row++) {
            if (payments.outcomes.epochSecond(row) > lastLabelled.get(payments.terminalId(row))) {
                since.addTo(payments.terminalId(row), 1);
            }
        }
        double usual = (double) payments.labelled.cardinality() / payments.rows();
        List<SilentTerminal> silent = new ArrayList<>();
        for (Long2IntMap.Entry entry : since.long2IntEntrySet()) {
            if (entry.getIntValue() * usual >= EXPECTED_LABELS) {
                silent.add(new SilentTerminal(
                        entry.getLongKey(), entry.getIntValue(), lastLabelled.get(entry.getLongKey())));
            }
        }
        silent.sort(Comparator.comparingInt((SilentTerminal terminal) -> -terminal.paymentsSince)
                .thenComparingLong(terminal -> terminal.terminalId));
        terminals = lastLabelled.size();
        silentTerminals = silent.size();
        mostSilentTerminals = List.copyOf(silent.subList(0, Math.min(MOST_SILENT, silent.size())));
        contactsKept = !payments.known.isEmpty();
        unknownCustomerPayments = contactsKept ? payments.rows() - payments.known.cardinality() : 0;
    }

    private static int longestPause(List<LocalDate> days) {
        int longest = 0;
        for (int i = 1; i < days.size(); i++) {
            longest = Math.max(longest, (int) DAYS.between(days.get(i - 1), days.get(i)));
        }
        return longest;
    }

    /** A terminal whose payments get no labels. */
    @JsonPropertyOrder({"terminalId", "paymentsSince", "lastLabelled"})
    public static final class SilentTerminal {
        @JsonProperty
        public final long terminalId;

        /** Judged payments after the last labelled one. */
        @JsonProperty
        public final int paymentsSince;

        /** The time of the last labelled payment, UTC, ISO-8601; null if no judged one is. */
        @JsonProperty
        public final String lastLabelled;

        SilentTerminal(long terminalId, int paymentsSince, long lastLabelled) {
            this.terminalId = terminalId;
            this.paymentsSince = paymentsSince;
            this.lastLabelled = lastLabelled == Long.MIN_VALUE
                    ? null
                    : LocalDateTime.ofEpochSecond(lastLabelled, 0, ZoneOffset.UTC)
                            .toInstant(ZoneOffset.UTC)
                            .toString();
        }
    }
}
