package io.cardwatch.config;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ForRows;
import io.cardwatch.domain.Spelling;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Every setting, in the order in which they are shown. The table of docs/configuration.md is generated from this list
 * ({@link #markdown}); a test checks that the two agree.
 */
public final class Options {
    private static final List<Option<?>> DECLARED = new ArrayList<>();
    private static final String STREAM_NAME_RULE = "1 to 128 letters, digits, dots, dashes and underscores";
    private static final String STREAM_NAME = "[a-zA-Z0-9_.-]{1,128}";
    private static final String REGION_RULE = "an AWS region like us-east-1";
    private static final String REGION = "[a-z]{2,}(-[a-z]+)+-\\d";

    // source: the transaction stream, and how both streams are read.

    public static final Option<String> SOURCE_STREAM = declare(
            "source.stream",
            ValueType.matching(STREAM_NAME_RULE, STREAM_NAME),
            "cust-payment-txn-stream",
            "Kinesis stream of the transactions.");

    public static final Option<String> SOURCE_REGION = declare(
            "source.region", ValueType.matching(REGION_RULE, REGION), "us-east-1", "AWS region of both streams.");

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

    // anomaly

    public static final Option<ForRows> ANOMALY_FOR = declare(
            "anomaly.for",
            ValueType.word(ForRows.class),
            "none",
            "Payments that get an anomaly_score: all, alerts (fraud_prediction is 1) or none; the model must have been"
                    + " trained with --anomaly.");

    // reasons

    public static final Option<ForRows> REASONS_FOR = declare(
            "reasons.for",
            ValueType.word(ForRows.class),
            "alerts",
            "Payments that get reasons: all, alerts (action is not none) or none; the model must be one of trees.");

    public static final Option<Integer> REASONS_MOST =
            declare("reasons.most", ValueType.integer(1, 100), "3", "Reasons of a payment, the strongest first.");

    // control

    public static final Option<Optional<String>> CONTROL_URL = optional(
            "control.url",
            ValueType.text(WarehouseUrl.POSTGRES_RULE, WarehouseUrl::isAcceptedOfPostgres),
            "JDBC URL of the PostgreSQL with the tables of rules, lists and models; without it, the warehouse where that is a"
                    + " PostgreSQL.");

    public static final Option<Optional<String>> CONTROL_USER = optional(
            "control.user",
            ValueType.text("a database user's name", user -> true),
            "Database user there; without it, the driver's default.");

    public static final Option<Optional<String>> CONTROL_PASSWORD_ENV =
            optional("control.password-env", ValueType.variable(), "Environment variable that holds the password.");

    public static final Option<Optional<String>> CONTROL_PASSWORD_FILE = optional(
            "control.password-file", ValueType.text("a path", path -> true), "File whose first line is the password.");

    public static final Option<Optional<String>> CONTROL_PASSWORD_SECRET_ARN = optional(
            "control.password-secret-arn",
            ValueType.secretArn(),
            "Secret of AWS Secrets Manager: the password itself, or JSON with a key password.");

    public static final Option<Duration> CONTROL_REFRESH_INTERVAL = declare(
            "control.refresh-interval",
            ValueType.duration("100 ms", "1 d"),
            "10 s",
            "How often each process reads what is in force: rules, lists and models.");

    public static final Option<Optional<String>> CONTROL_MODEL_ROOT = optional(
            "control.model-root",
            ValueType.text("a directory or URI", path -> true),
            "Directory below which the models lie that are put into force by the table fraud_models; without it, none can be.");

    // alerts: what people are told of, and how

    /** Before the name of a stream in {@code alerts.target}. */
    public static final String TO_KINESIS = "kinesis:";
    /** Before the ARN of a topic there. */
    public static final String TO_SNS = "sns:";

    public static final Option<Optional<String>> ALERTS_TARGET = optional(
            "alerts.target",
            ValueType.alertTarget(),
            "Where alerts are sent, each at least once; without it they are only rows of cust_payment_tx_alerts.");

    public static final Option<Optional<String>> ALERTS_SECRET_ENV = optional(
            "alerts.secret-env",
            ValueType.variable(),
            "Environment variable that holds the secret by which alerts to an address are signed.");

    public static final Option<Optional<String>> ALERTS_SECRET_FILE = optional(
            "alerts.secret-file", ValueType.text("a path", path -> true), "File whose first line is that secret.");

    public static final Option<Optional<String>> ALERTS_SECRET_ARN = optional(
            "alerts.secret-arn",
            ValueType.secretArn(),
            "Secret of AWS Secrets Manager: that secret itself, or JSON with a key password.");

    public static final Option<Integer> ALERTS_CARDS_PER_DAY = declare(
            "alerts.cards-per-day",
            ValueType.integer(0, 1_000_000),
            "0",
            "Cards that people can look at in a day: alerts beyond it, and further ones of a card, are held; 0 for no limit."
                    + " Reviews and blocks always go.");

    public static final Option<Contacts> ALERTS_CONTACTS = declare(
            "alerts.contacts",
            ValueType.flag(Contacts.KEPT, Contacts.LEFT_OUT),
            "false",
            "With true alerts hold the customer's contact details, unless enrichment.contact-columns is false.");

    // warehouse

    public static final Option<Optional<String>> WAREHOUSE_URL = optional(
            "warehouse.url",
            ValueType.text(WarehouseUrl.RULE, WarehouseUrl::isAccepted),
            "JDBC URL of the warehouse; needed by run, backfill without --out, and train from a table.");

    public static final Option<Optional<WarehouseDialect>> WAREHOUSE_DIALECT = optional(
            "warehouse.dialect",
            ValueType.word(WarehouseDialect.class),
            "Whose statements are sent, postgresql or redshift; without it, the URL decides. redshift at a URL of"
                    + " PostgreSQL tries them where the tables have no keys.");

    public static final Option<Optional<String>> WAREHOUSE_USER = optional(
            "warehouse.user",
            ValueType.text("a database user's name", user -> true),
            "Database user; without it, the driver's default.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_ENV =
            optional("warehouse.password-env", ValueType.variable(), "Environment variable that holds the password.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_FILE = optional(
            "warehouse.password-file",
            ValueType.text("a path", path -> true),
            "File whose first line is the password.");

    public static final Option<Optional<String>> WAREHOUSE_PASSWORD_SECRET_ARN = optional(
            "warehouse.password-secret-arn",
            ValueType.secretArn(),
            "Secret of AWS Secrets Manager: the password itself, or JSON with a key password.");

    public static final Option<Optional<String>> WAREHOUSE_IAM_CLUSTER = optional(
            "warehouse.iam-cluster",
            ValueType.matching("the name of a Redshift cluster", "[a-z][a-z0-9-]{0,62}"),
            "Redshift cluster whose login for warehouse.user IAM gives to the role, instead of a password.");

    public static final Option<Optional<String>> WAREHOUSE_IAM_WORKGROUP = optional(
            "warehouse.iam-workgroup",
            ValueType.matching("the name of a workgroup of Redshift Serverless", "[a-z0-9-]{3,64}"),
            "Workgroup of Redshift Serverless whose login IAM gives to the role, as a user of its own.");

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
            "Parallel writers of the predictions, each with one connection; Redshift always has one.");

    public static final Option<Boolean> WAREHOUSE_FRAUD_BY_MINUTE = declare(
            "warehouse.fraud-by-minute",
            ValueType.flag(true, false),
            "false",
            "With true the table fraud_by_minute holds payments, alerts, amounts and mean probability of each minute.");

    // predictions and archive: the rows beyond the warehouse

    public static final Option<Optional<String>> PREDICTIONS_STREAM = optional(
            "predictions.stream",
            ValueType.matching(STREAM_NAME_RULE, STREAM_NAME),
            "Kinesis stream in source.region that gets every row of predictions as JSON, at least once; for Redshift's"
                    + " streaming ingestion.");

    public static final Option<Contacts> PREDICTIONS_CONTACTS = declare(
            "predictions.contacts",
            ValueType.flag(Contacts.KEPT, Contacts.LEFT_OUT),
            "false",
            "With true those rows hold the customer's contact details, unless enrichment.contact-columns is false.");

    public static final Option<Optional<URI>> ARCHIVE_PATH = optional(
            "archive.path",
            ValueType.fileSystemUri(),
            "Folder for predictions and dead letters as gzipped JSON lines, by hour; each row once.");

    public static final Option<Duration> ARCHIVE_ROLLOVER = declare(
            "archive.rollover",
            ValueType.duration("1 s", "1 d"),
            "15 min",
            "Longest time in which rows are added to a file of the archive; it is seen at the next checkpoint.");

    public static final Option<Optional<String>> ARCHIVE_FIREHOSE_STREAM = optional(
            "archive.firehose-stream",
            ValueType.matching("a name of a Firehose stream", "[A-Za-z0-9_.-]{1,64}"),
            "Firehose stream in source.region that gets every row of predictions as a JSON line, at least once.");

    public static final Option<Contacts> ARCHIVE_CONTACTS = declare(
            "archive.contacts",
            ValueType.flag(Contacts.KEPT, Contacts.LEFT_OUT),
            "false",
            "With true the archive holds the customer's contact details, unless enrichment.contact-columns is false, and the"
                    + " bytes of dead letters.");

    // online: the Redis store that answers are made from

    public static final Option<Optional<URI>> ONLINE_URL = optional(
            "online.url",
            ValueType.redisAddress(),
            "Redis store that the job publishes windows and decisions to, and that serve reads; without it, nothing is"
                    + " published.");

    public static final Option<Optional<String>> ONLINE_USER = optional(
            "online.user",
            ValueType.text("the name of a user of Redis", user -> true),
            "User of Redis; without it, Redis' default user.");

    public static final Option<Optional<String>> ONLINE_PASSWORD_ENV =
            optional("online.password-env", ValueType.variable(), "Environment variable that holds the password.");

    public static final Option<Optional<String>> ONLINE_PASSWORD_FILE = optional(
            "online.password-file", ValueType.text("a path", path -> true), "File whose first line is the password.");

    public static final Option<Optional<String>> ONLINE_PASSWORD_SECRET_ARN = optional(
            "online.password-secret-arn",
            ValueType.secretArn(),
            "Secret of AWS Secrets Manager: the password itself, or JSON with a key password.");

    public static final Option<Optional<String>> ONLINE_TLS_CA_FILE = optional(
            "online.tls-ca-file",
            ValueType.text("a path", path -> true),
            "PEM file of the authorities that rediss:// trusts; without it, those of the Java platform.");

    public static final Option<Duration> ONLINE_PUBLISH_INTERVAL = declare(
            "online.publish-interval",
            ValueType.duration("10 ms", "1 min"),
            "100 ms",
            "A key is published at most once in this time, its newest state; under load the time grows.");

    /** A write costs client and server about 30 µs of CPU: the default costs a machine of two cores a sixth of its time. */
    public static final Option<Integer> ONLINE_MAX_WRITES_PER_SECOND = declare(
            "online.max-writes-per-second",
            ValueType.integer(10, 10_000_000),
            "12000",
            "Most writes of the whole job: half of them for windows, half for transactions. A payment that changes both windows"
                    + " takes four.");

    public static final Option<Integer> ONLINE_TRANSACTIONS_PER_KEY = declare(
            "online.transactions-per-key",
            ValueType.integer(0, 10_000),
            "200",
            "Latest transactions that are kept of each customer and terminal; 0 for none.");

    public static final Option<Duration> ONLINE_TRANSACTIONS_TTL = declare(
            "online.transactions-ttl",
            ValueType.duration("1 min", "3650 d"),
            "30 d",
            "Time after which a transaction expires.");

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

    // serve: who may call by which signature, and where it listens

    public static final Option<String> SERVE_REGION = declare(
            "serve.region",
            ValueType.matching(REGION_RULE, REGION),
            "us-east-1",
            "AWS region that clients of serve sign for; the service they sign for is execute-api.");

    public static final Option<Optional<String>> SERVE_CREDENTIALS_FILE = optional(
            "serve.credentials-file",
            ValueType.text("a path", path -> !Path.of(path).toString().isEmpty()),
            "JSON file of the keys of those who may call serve, which only its owner may write; read again when it"
                    + " changes.");

    public static final Option<Optional<String>> SERVE_CREDENTIALS_SECRET = optional(
            "serve.credentials-secret",
            ValueType.secretArn(),
            "Secret of AWS Secrets Manager with the same JSON instead; read again every 60 s.");

    public static final Option<Set<String>> SERVE_HOST_NAMES = declare(
            "serve.host-names",
            ValueType.hostNames(),
            "localhost,127.0.0.1,[::1]",
            "Host names by which clients may call serve; one with a port counts with that port alone.");

    public static final Option<Boolean> SERVE_BEHIND_PROXY = declare(
            "serve.behind-proxy",
            ValueType.flag(true, false),
            "false",
            "With true a proxy in front sets X-Forwarded-Host, and the host named there is the one that was signed.");

    public static final Option<String> SERVE_ADDRESS = declare(
            "serve.address",
            ValueType.matching("an address of this machine, like 127.0.0.1 or 0.0.0.0", ValueType.ADDRESS),
            "127.0.0.1",
            "Address that serve listens on; one that others reach needs TLS, or a proxy in front.");

    public static final Option<Integer> SERVE_PORT = declare(
            "serve.port", ValueType.integer(0, 65_535), "8080", "Port that serve listens on; 0 for a free one.");

    public static final Option<String> SERVE_ADMIN_ADDRESS = declare(
            "serve.admin-address",
            ValueType.matching("an address of this machine, like 127.0.0.1 or 0.0.0.0", ValueType.ADDRESS),
            "127.0.0.1",
            "Address of health, metrics and documentation, which nobody signs for.");

    public static final Option<Integer> SERVE_ADMIN_PORT = declare(
            "serve.admin-port", ValueType.integer(0, 65_535), "8090", "Port of health, metrics and documentation.");

    public static final Option<Authentication> SERVE_AUTH = declare(
            "serve.auth",
            ValueType.word(Authentication.class),
            "signed",
            "Whether requests must be signed; none is for loopback without a proxy only.");

    public static final Option<Optional<String>> SERVE_TLS_CERTIFICATE = optional(
            "serve.tls-certificate",
            ValueType.text("a path", path -> true),
            "PEM file of serve's certificate and of those that signed it.");

    public static final Option<Optional<String>> SERVE_TLS_KEY = optional(
            "serve.tls-key", ValueType.text("a path", path -> true), "PEM file of its private key, in PKCS #8.");

    public static final Option<Duration> SERVE_MAX_STALENESS = declare(
            "serve.max-staleness",
            ValueType.duration("1 s", "1 d"),
            "30 s",
            "An answer is marked stale when the job has not published for longer.");

    public static final Option<Integer> SERVE_THREADS =
            declare("serve.threads", ValueType.integer(1, 1_000), "16", "Requests that are answered at the same time.");

    public static final Option<Integer> SERVE_QUEUE = declare(
            "serve.queue",
            ValueType.integer(0, 100_000),
            "256",
            "Requests that wait beside them; more are refused with 503.");

    public static final Option<Duration> SERVE_REQUEST_TIMEOUT = declare(
            "serve.request-timeout",
            ValueType.duration("100 ms", "10 min"),
            "10 s",
            "Longest time in which a request must have arrived.");

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
        return Spelling.nearest(key, DECLARED.stream().map(option -> option.key).collect(Collectors.toList()));
    }

    private static String shownDefault(Option<?> option) {
        return option.defaultText.isEmpty() ? "" : "`" + option.defaultText + "`";
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
