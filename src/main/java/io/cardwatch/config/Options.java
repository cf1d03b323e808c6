package io.cardwatch.config;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every setting, in the order in which they are shown. The table of docs/configuration.md is generated from this list
 * ({@link #markdown}); a test checks that the two agree.
 */
public final class Options {
    private static final List<Option<?>> DECLARED = new ArrayList<>();
    private static final String STREAM_NAME_RULE = "1 to 128 letters, digits, dots, dashes and underscores";
    private static final String STREAM_NAME = "[a-zA-Z0-9_.-]{1,128}";

    // source: the transaction stream, and how both streams are read.

    public static final Option<String> SOURCE_STREAM = declare(
            "source.stream",
            ValueType.matching(STREAM_NAME_RULE, STREAM_NAME),
            "cust-payment-txn-stream",
            "Kinesis stream of the transactions.");

    public static final Option<String> SOURCE_REGION = declare(
            "source.region",
            ValueType.matching("an AWS region like us-east-1", "[a-z]{2,}(-[a-z]+)+-\\d"),
            "us-east-1",
            "AWS region of both streams.");

    public static final Option<Optional<URI>> SOURCE_ENDPOINT_URL = optional(
            "source.endpoint-url",
            ValueType.httpAddress(),
            "Address of Kinesis instead of AWS's own, for an emulator.");

    public static final Option<InitialPosition> SOURCE_INITIAL_POSITION = declare(
            "source.initial-position",
            ValueType.oneOf(InitialPosition.class),
            "TRIM_HORIZON",
            "Where to start reading both streams without a savepoint; LATEST means the time of the start.");

    public static final Option<Optional<Instant>> SOURCE_INITIAL_TIMESTAMP = optional(
            "source.initial-timestamp",
            ValueType.instant(),
            "Arrival time from which AT_TIMESTAMP reads; required with it, an error without it.");

    public static final Option<Integer> SOURCE_MAX_RECORD_BYTES = declare(
            "source.max-record-bytes",
            ValueType.integer(256, 1_048_576),
            "65536",
            "A longer record goes to the dead letters as OVERSIZE, its first 4 KB kept.");

    public static final Option<Duration> SOURCE_MAX_DRIFT = declare(
            "source.max-drift",
            ValueType.wholeSeconds("1 s", "30 d"),
            "1 h",
            "Most event time by which a shard may be ahead of the slowest one.");

    public static final Option<Duration> SOURCE_MAX_JUMP = declare(
            "source.max-jump",
            ValueType.wholeSeconds("1 s", "365 d"),
            "1 d",
            "Most event time by which a single record may advance its shard's watermark.");

    public static final Option<Duration> SOURCE_IDLE_INTERVAL = declare(
            "source.idle-interval",
            ValueType.duration("1 s", "1 d"),
            "60 s",
            "Time without records after which a shard no longer holds back the watermark.");

    public static final Option<Duration> SOURCE_POLL_INTERVAL = declare(
            "source.poll-interval",
            ValueType.duration("1 ms", "60 s"),
            "200 ms",
            "Pause between two reads of a shard; Kinesis allows five reads a second for all readers together.");

    /** Half of the reads throttled for two minutes must not restart the job: at 10 retries one read in 2 000 would. */
    public static final Option<Integer> SOURCE_GET_RECORDS_MAX_RETRIES = declare(
            "source.get-records-max-retries",
            ValueType.integer(10, 10_000),
            "50",
            "Retries of a throttled or failed read before the job restarts.");

    public static final Option<Duration> SOURCE_GET_RECORDS_MAX_BACKOFF = declare(
            "source.get-records-max-backoff",
            ValueType.duration("100 ms", "5 s"),
            "5 s",
            "Longest pause between two retries of a read.");

    // labels: the stream of verdicts; everything else about reading it is shared with source.

    public static final Option<String> LABELS_STREAM = declare(
            "labels.stream",
            ValueType.matching(STREAM_NAME_RULE, STREAM_NAME),
            "cust-payment-label-stream",
            "Kinesis stream of the fraud labels, read with the source's settings.");

    // features

    public static final Option<FeatureSet> FEATURES_SET = declare(
            "features.set",
            ValueType.word(FeatureSet.class),
            "reference",
            "Features to compute, on which the model must be trained: the 15 reference ones, or extended, which"
                    + " adds features from labels as soon as they are known.");

    public static final Option<Duration> FEATURES_TERMINAL_DELAY = declare(
            "features.terminal-delay",
            ValueType.wholeSeconds("0 s", "365 d"),
            "7 d",
            "How long before a transaction the terminal windows end, since labels take time.");

    public static final Option<Duration> FEATURES_ALLOWED_LATENESS = declare(
            "features.allowed-lateness",
            ValueType.wholeSeconds("0 s", "365 d"),
            "3 d",
            "An event further behind the watermark is TOO_OLD; state is kept longer by as much.");

    public static final Option<Integer> FEATURES_MAX_EVENTS_PER_TERMINAL = declare(
            "features.max-events-per-terminal",
            ValueType.integer(1_000, 100_000_000),
            "100000",
            "A terminal with more transactions keeps those older than the delay only as counts per minute.");

    public static final Option<Double> FEATURES_CACHE_SHARE = declare(
            "features.cache-share",
            ValueType.real(0, 0.8),
            "0.3",
            "Share of a TaskManager's heap that caches decoded windows when RocksDB stores them; 0 for none.");

    // customers and enrichment

    public static final Option<Duration> CUSTOMERS_REFRESH_INTERVAL = declare(
            "customers.refresh-interval",
            ValueType.duration("1 s", "1 d"),
            "60 s",
            "Pause between two full reads of customer_info.");

    public static final Option<Integer> CUSTOMERS_GATE_BUFFER = declare(
            "customers.gate-buffer",
            ValueType.integer(1, 100_000_000),
            "1000000",
            "Most rows per subtask that wait for the first read of customer_info; with more, the job fails.");

    public static final Option<Contacts> ENRICHMENT_CONTACT_COLUMNS = declare(
            "enrichment.contact-columns",
            ValueType.flag(Contacts.KEPT, Contacts.LEFT_OUT),
            "true",
            "With false no name, e-mail address or phone number is read, kept or written anywhere.");

    // model

    public static final Option<Optional<String>> MODEL_PATH = optional(
            "model.path",
            ValueType.text("a directory or a URI that Flink can read", path -> true),
            "Model directory written by train; without it, the model in the jar scores.");

    public static final Option<Optional<Double>> MODEL_THRESHOLD = optional(
            "model.threshold",
            ValueType.real(0, 1),
            "Fraud probability from which fraud_prediction is 1; without it, the model's own.");

    // warehouse

    public static final Option<Optional<String>> WAREHOUSE_URL = optional(
            "warehouse.url",
            ValueType.text(WarehouseUrl.RULE, WarehouseUrl::isAccepted),
            "JDBC URL of the warehouse; needed by run, backfill without --out, and train from a table.");

    public static final Option<Optional<String>> WAREHOUSE_USER = optional(
            "warehouse.user",
            ValueType.text("a database user's name", user -> true),
            "Database user; without it, the driver's default.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_ENV = optional(
            "warehouse.password-env",
            ValueType.matching("the name of an environment variable", "[A-Za-z_][A-Za-z0-9_]*"),
            "Environment variable that holds the password.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_FILE = optional(
            "warehouse.password-file",
            ValueType.text("a path", path -> true),
            "File whose first line is the password.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_SECRET_ARN = optional(
            "warehouse.password-secret-arn",
            ValueType.matching(
                    "an ARN like arn:aws:secretsmanager:us-east-1:123456789012:secret:cardwatch-AbCdEf",
                    "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:[\\w/+=.@-]+"),
            "Secret of AWS Secrets Manager: the password itself, or JSON with a key password.");

    public static final Option<String> WAREHOUSE_SCHEMA = declare(
            "warehouse.schema",
            ValueType.matching(
                    "a name of letters, digits and underscores, 63 at the most", "[A-Za-z_][A-Za-z0-9_]{0,62}"),
            "public",
            "Schema that holds the tables.");

    public static final Option<Integer> WAREHOUSE_BATCH_SIZE = declare(
            "warehouse.batch-size",
            ValueType.integer(1, 100_000),
            "5000",
            "Rows that a writer gathers before it writes them in one statement.");

    public static final Option<Duration> WAREHOUSE_FLUSH_INTERVAL = declare(
            "warehouse.flush-interval",
            ValueType.duration("1 ms", "10 min"),
            "50 ms",
            "Longest time that a row waits for its batch to fill, once the previous batch is written.");

    public static final Option<Duration> WAREHOUSE_RETRY_TIMEOUT = declare(
            "warehouse.retry-timeout",
            ValueType.duration("0 s", "1 d"),
            "5 min",
            "How long a batch with a temporary failure, or the first read of customer_info, is retried before the job"
                    + " restarts.");

    public static final Option<Integer> WAREHOUSE_WRITERS = declare(
            "warehouse.writers",
            ValueType.integer(1, 128),
            "2",
            "Parallel writers of the predictions, each with one connection.");

    // dead-letters

    /** A dead letter carries up to 64 KB of raw bytes, 87 KB in base64: 5 000 of them would be 430 MB. */
    public static final Option<Integer> DEAD_LETTERS_BATCH_SIZE = declare(
            "dead-letters.batch-size",
            ValueType.integer(1, 10_000),
            "200",
            "Dead letters gathered before they are written; each may hold 64 KB.");

    public static final Option<Double> DEAD_LETTERS_ALARM_SHARE = declare(
            "dead-letters.alarm-share",
            ValueType.real(0, 1),
            "0.05",
            "Share of dead letters among the last five minutes' records (at least 100) above which a warning is logged; 1 for none.");

    private Options() {}

    /** Every setting, in the order in which they are shown. */
    public static List<Option<?>> all() {
        return List.copyOf(DECLARED);
    }

    /** The table of all settings in Markdown, each line ended by a newline. */
    public static String markdown() {
        String rows = DECLARED.stream()
                .map(option -> "| `" + option.key + "` | " + shownDefault(option) + " | " + option.rule + " | "
                        + option.sentence + " |\n")
                .collect(Collectors.joining());
        return "| key | default | value | meaning |\n|---|---|---|---|\n" + rows;
    }

    static Optional<Option<?>> named(String key) {
        return DECLARED.stream().filter(option -> option.key.equals(key)).findFirst();
    }

    /** The key that takes the fewest edits to get from {@code key}. */
    static String nearest(String key) {
        return DECLARED.stream()
                .map(option -> option.key)
                .min(Comparator.comparingInt(known -> edits(key, known)))
                .orElseThrow();
    }

    private static String shownDefault(Option<?> option) {
        return option.defaultText.isEmpty() ? "" : "`" + option.defaultText + "`";
    }

    /** Levenshtein's distance, computed one row of the table at a time. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }

    private static <T> Option<Optional<T>> optional(String key, ValueType<T> type, String sentence) {
        return declare(key, type.optional(), "", sentence);
    }

    private static <T> Option<T> declare(String key, ValueType<T> type, String defaultText, String sentence) {
        Option<T> option = new Option<>(key, type, defaultText, sentence);
        DECLARED.add(option);
        return option;
    }
}
