package io.cardwatch.metrics;

import java.util.StringJoiner;

/**
 * Every metric that Cardwatch publishes, under {@link Metrics}' group of the operator that counts it: the one definition
 * from which they are registered and the table in {@code deploy/README.md} is made. All values are numbers, since a
 * host's monitoring takes nothing else. Each subtask has its own; none is by key. Counters begin at 0 with each start of
 * a subtask.
 */
public enum Metric {
    RECORDS(
            "records",
            OperatorName.UNWRAP_TRANSACTIONS + ", " + OperatorName.UNWRAP_LABELS,
            "Records that came in, good or bad."),
    NOTED(
            "noted",
            Part.NOTE,
            OperatorName.UNWRAP_TRANSACTIONS + ", " + OperatorName.UNWRAP_LABELS,
            "Accepted records with something peculiar: an unknown field, a number as text, a fraction of a second, a"
                    + " rounded amount, a whole number with .0, an optional field that was left out."),
    DEAD_LETTERS(
            "deadLetters",
            Part.REASON,
            OperatorName.COUNT_DEAD_LETTERS,
            "Records that could not be used, late ones included; refused rows stand below."),
    DEAD_LETTER_SHARE(
            "deadLetterShare",
            OperatorName.COUNT_DEAD_LETTERS,
            "Share of these among the records of the last five minutes, 0 to 1."),
    REDELIVERED(
            "redelivered", OperatorName.CUSTOMER_WINDOWS, "Transactions that had come before with the same content."),
    CUSTOMERS_LARGE(
            "customersLarge",
            OperatorName.CUSTOMER_WINDOWS,
            "Customers who reached 100 000 payments in their windows."),
    TERMINALS_COARSENED(
            "terminalsCoarsened",
            OperatorName.TERMINAL_WINDOWS,
            "Terminals that began to count old payments by minute."),
    LABELS_REPEATED("labelsRepeated", OperatorName.TERMINAL_WINDOWS, "Labels that had come before."),
    LABELS_LATE(
            "labelsLate",
            OperatorName.TERMINAL_WINDOWS,
            "Labels that came when nothing of their time is kept any more."),
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
    SCORED("scored", OperatorName.SCORE, "Transactions that were scored."),
    ALERTS("alerts", OperatorName.SCORE, "Those with prediction 1."),
    SCORED_FROM_10_PERCENT("scoredFrom10Percent", OperatorName.SCORE, "Those with a fraud probability of 0.1 or more."),
    SCORED_FROM_50_PERCENT("scoredFrom50Percent", OperatorName.SCORE, "Those with a fraud probability of 0.5 or more."),
    SCORED_FROM_90_PERCENT("scoredFrom90Percent", OperatorName.SCORE, "Those with a fraud probability of 0.9 or more."),
    PROBABILITY_MEAN(
            "probabilityMean", OperatorName.SCORE, "Mean fraud probability of about the last 10 000 transactions."),
    MODEL_HASH(
            "modelHash",
            OperatorName.SCORE,
            "The 12 hexadecimal digits at the end of the model's version as a number; 0 where it ends otherwise."),
    UNKNOWN_CUSTOMERS(
            "unknownCustomers", OperatorName.CONTACTS, "Transactions of customers who are not in customer_info."),
    KNOWN_CUSTOMERS("knownCustomers", OperatorName.CUSTOMER_INFO, "Customers in customer_info."),
    FAILED_CUSTOMER_READINGS(
            "failedCustomerReadings", OperatorName.CUSTOMER_INFO, "Readings of customer_info that failed."),
    ROWS_WRITTEN("rowsWritten", Part.TABLE, "each table", "Rows that were new there."),
    FLUSHES("flushes", Part.TABLE, "each table", "Batches that were committed."),
    FLUSH_MILLIS_TOTAL("flushMillisTotal", Part.TABLE, "each table", "Time that they took, retries included."),
    LAST_FLUSH_MILLIS("lastFlushMillis", Part.TABLE, "each table", "Time that the last one took, retries included."),
    WAREHOUSE_REJECTED(
            "deadLetters.WAREHOUSE_REJECTED",
            Part.TABLE,
            "the predictions' and the labels' table",
            "Rows that the warehouse refused, which are dead letters now."),
    RETRIES("retries", Part.TABLE, "each table", "Batches that were tried again after a passing error."),
    COMMIT_LATENCY_ROWS(
            "commitLatencyRows",
            Part.TABLE,
            "the predictions' table",
            "Rows of committed batches, refused ones too, whose record's arrival in Kinesis is known, those of a replay included."),
    COMMIT_LATENCY_MILLIS_TOTAL(
            "commitLatencyMillisTotal",
            Part.TABLE,
            "the predictions' table",
            "From arrival to commit, added up over them."),
    COMMIT_LATENCY_MILLIS_OLDEST(
            "commitLatencyMillisOldest",
            Part.TABLE,
            "the predictions' table",
            "The same for the oldest row of the last batch; absent until there is one.");

    /** What a metric is split by, other than operator and subtask. */
    private enum Part {
        NONE,
        NOTE,
        REASON,
        TABLE
    }

    /** Its name, or for a family the part before the dot. */
    final String key;

    private final Part part;
    private final String operators;
    private final String meaning;

    Metric(String key, String operators, String meaning) {
        this(key, Part.NONE, operators, meaning);
    }

    Metric(String key, Part part, String operators, String meaning) {
        this.key = key;
        this.part = part;
        this.operators = operators;
        this.meaning = meaning;
    }

    /** The name of a family's member. */
    String of(Enum<?> member) {
        return key + "." + member.name();
    }

    /** How it is called below the group, with capitals for what is filled in. */
    public String pattern() {
        switch (part) {
            case NOTE:
            case REASON:
                return key + "." + part;
            case TABLE:
                return "table.TABLE." + key;
            default:
                return key;
        }
    }

    /** The table of all metrics, in Markdown. */
    public static String markdown() {
        StringJoiner table = new StringJoiner("\n", "| metric | operator | meaning |\n|---|---|---|\n", "\n");
        for (Metric metric : values()) {
            table.add("| `" + metric.pattern() + "` | " + metric.operators + " | " + metric.meaning + " |");
        }
        return table.toString();
    }
}
