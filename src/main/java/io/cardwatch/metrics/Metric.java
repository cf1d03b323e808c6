package io.cardwatch.metrics;

import java.util.StringJoiner;

/**
 * Every metric that Cardwatch publishes. It appears under {@link Metrics}' group of the operator that counts it.
 * Metrics are registered from this definition, and the table in {@code deploy/README.md} is generated from it. All
 * values are numbers, because a host's monitoring accepts nothing else. Each subtask has its own metrics; none is per
 * key. Counters begin at 0 with each start of a subtask.
 */
public enum Metric {
    RECORDS(
            "records",
            OperatorName.UNWRAP_TRANSACTIONS + ", " + OperatorName.UNWRAP_LABELS,
            "Records that came in, good or bad."),
    NOTED(
            "noted.NOTE",
            OperatorName.UNWRAP_TRANSACTIONS + ", " + OperatorName.UNWRAP_LABELS,
            "Accepted records with something peculiar: an unknown field, a number as text, a fraction of a second, a"
                    + " rounded amount, a whole number with .0, an optional field that was left out."),
    DEAD_LETTERS(
            "deadLetters.REASON",
            OperatorName.COUNT_DEAD_LETTERS,
            "Records that could not be used, including late ones; for refused rows see below."),
    DEAD_LETTER_SHARE(
            "deadLetterShare",
            OperatorName.COUNT_DEAD_LETTERS,
            "Share of dead letters among the records of the last five minutes, 0 to 1."),
    REDELIVERED(
            "redelivered",
            OperatorName.CUSTOMER_WINDOWS,
            "Transactions that were delivered again with the same content."),
    CUSTOMERS_LARGE(
            "customersLarge",
            OperatorName.CUSTOMER_WINDOWS,
            "Customers who reached 100 000 payments in their windows."),
    TERMINALS_COARSENED(
            "terminalsCoarsened",
            OperatorName.TERMINAL_WINDOWS,
            "Terminals that began to keep old payments only as counts per minute."),
    LABELS_REPEATED("labelsRepeated", OperatorName.TERMINAL_WINDOWS, "Labels that were delivered again."),
    LABELS_LATE(
            "labelsLate",
            OperatorName.TERMINAL_WINDOWS,
            "Labels that arrived after the state of their transaction had expired."),
    WATERMARK_LAG_MILLIS(
            "watermarkLagMillis",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS,
            "Wall clock minus watermark; absent until there is a watermark."),
    WINDOW_CACHE_HITS(
            "windowCacheHits",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS,
            "Windows found decoded; RocksDB only."),
    WINDOW_CACHE_MISSES(
            "windowCacheMisses",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS,
            "Windows read from RocksDB, or new."),
    ONLINE_WRITES(
            "onlineWrites",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS,
            "Windows published to the online store, or removed there."),
    ONLINE_FAILURES(
            "onlineFailures",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS + ", "
                    + OperatorName.ONLINE_TRANSACTIONS,
            "Batches that the online store did not take; they are sent again."),
    ONLINE_INTERVAL_MILLIS(
            "onlineIntervalMillis",
            OperatorName.CUSTOMER_WINDOWS + ", " + OperatorName.TERMINAL_WINDOWS,
            "The publish interval in force: how long a changed key waits at the longest."),
    ONLINE_TRANSACTIONS(
            "onlineTransactions", OperatorName.ONLINE_TRANSACTIONS, "Transactions published to the online store."),
    ONLINE_TRANSACTIONS_SKIPPED(
            "onlineTransactionsSkipped",
            OperatorName.ONLINE_TRANSACTIONS,
            "Transactions left out there, because they came faster than online.max-writes-per-second allows."),
    SCORED("scored", OperatorName.SCORE, "Transactions that were scored."),
    ALERTS("alerts", OperatorName.SCORE, "Those with prediction 1."),
    SCORED_FROM_10_PERCENT("scoredFrom10Percent", OperatorName.SCORE, "Those with a fraud probability of 0.1 or more."),
    SCORED_FROM_50_PERCENT("scoredFrom50Percent", OperatorName.SCORE, "Those with a fraud probability of 0.5 or more."),
    SCORED_FROM_90_PERCENT("scoredFrom90Percent", OperatorName.SCORE, "Those with a fraud probability of 0.9 or more."),
    RULED("ruled", OperatorName.SCORE, "Transactions for which a rule fired, a dry run or not."),
    RULES_FAILED(
            "rulesFailed",
            OperatorName.SCORE,
            "Times that a rule could not be evaluated, and so counted as not fired."),
    PROBABILITY_MEAN(
            "probabilityMean", OperatorName.SCORE, "Mean fraud probability of about the last 10 000 transactions."),
    MODEL_HASH(
            "modelHash",
            OperatorName.SCORE,
            "The 12 hexadecimal digits at the end of the model's version as a number; 0 where it ends otherwise."),
    ALERTS_HELD("alertsHeld", OperatorName.ALERTS, "Alerts that the budget held."),
    ALERTS_SENT("alertsSent", OperatorName.ALERTS, "Alerts that alerts.target took."),
    ALERTS_FAILED("alertsFailed", OperatorName.ALERTS, "Times that alerts.target did not take an alert."),
    ALERTS_OLDEST_MILLIS(
            "alertsOldestMillis",
            OperatorName.ALERTS,
            "How long the oldest alert that is to be sent has waited; asked every 10 s, 0 without alerts.target."),
    UNKNOWN_CUSTOMERS(
            "unknownCustomers", OperatorName.CONTACTS, "Transactions of customers who are not in customer_info."),
    KNOWN_CUSTOMERS("knownCustomers", OperatorName.CUSTOMER_INFO, "Customers in customer_info."),
    FAILED_CUSTOMER_READINGS(
            "failedCustomerReadings", OperatorName.CUSTOMER_INFO, "Readings of customer_info that failed."),
    ROWS_WRITTEN("table.TABLE.rowsWritten", "each table", "Rows that were new there."),
    FLUSHES("table.TABLE.flushes", "each table", "Batches that were committed."),
    FLUSH_MILLIS_TOTAL("table.TABLE.flushMillisTotal", "each table", "Time that they took, retries included."),
    LAST_FLUSH_MILLIS("table.TABLE.lastFlushMillis", "each table", "Time that the last one took, retries included."),
    CUT_TEXTS(
            "table.TABLE.cutTexts",
            "each table",
            "Texts that were longer than their column in Redshift and were cut at a character's edge."),
    WAREHOUSE_REJECTED(
            "table.TABLE.deadLetters.WAREHOUSE_REJECTED",
            "the predictions' and the labels' table",
            "Rows that the warehouse refused and that became dead letters."),
    RETRIES("table.TABLE.retries", "each table", "Batches that were retried after a temporary error."),
    COMMIT_LATENCY_ROWS(
            "table.TABLE.commitLatencyRows",
            "the predictions' table",
            "Rows of committed batches whose record's arrival in Kinesis is known, including refused and replayed rows."),
    COMMIT_LATENCY_MILLIS_TOTAL(
            "table.TABLE.commitLatencyMillisTotal",
            "the predictions' table",
            "Sum of their times from arrival to commit."),
    COMMIT_LATENCY_MILLIS_OLDEST(
            "table.TABLE.commitLatencyMillisOldest",
            "the predictions' table",
            "The same for the oldest row of the last batch; absent until there is one.");

    /** Its name in its group; for a family, the part before the last dot. */
    final String key;

    private final String pattern;
    private final String operators;
    private final String meaning;

    /** @param pattern its name below {@link Metrics}' group; TABLE, NOTE and REASON stand for what is filled in */
    Metric(String pattern, String operators, String meaning) {
        this.key = pattern.replaceAll("^table\\.TABLE\\.|\\.(NOTE|REASON)$", "");
        this.pattern = pattern;
        this.operators = operators;
        this.meaning = meaning;
    }

    /** The name of a family's member. */
    String of(Enum<?> member) {
        return key + "." + member.name();
    }

    /** The table of all metrics, in Markdown. */
    public static String markdown() {
        StringJoiner table = new StringJoiner("\n", "| metric | operator | meaning |\n|---|---|---|\n", "\n");
        for (Metric metric : values()) {
            table.add("| `" + metric.pattern + "` | " + metric.operators + " | " + metric.meaning + " |");
        }
        return table.toString();
    }
}
