package io.cardwatch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ForRows;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGProperty;

class OptionsTest {
    private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cardwatch-AbCdEf";

    private static final List<String> HARMLESS_PARAMETERS =
            List.of(("adaptiveFetch adaptiveFetchMaximum adaptiveFetchMinimum allowEncodingChanges ApplicationName "
                            + "assumeMinServerVersion autosave binaryTransfer binaryTransferDisable binaryTransferEnable "
                            + "cancelSignalTimeout channelBinding cleanupSavepoints connectTimeout convertBooleanToNumeric currentSchema "
                            + "databaseMetadataCacheFields databaseMetadataCacheFieldsMiB defaultRowFetchSize disableColumnSanitiser "
                            + "escapeSyntaxCallMode flushCacheOnDdl groupStartupParameters gssEncMode gsslib gssResponseTimeout "
                            + "gssUseDefaultCreds hideUnprivilegedObjects hostRecheckSeconds jaasLogin kerberosServerName "
                            + "loadBalanceHosts localSocketAddress loginTimeout logUnclosedConnections maxResultBuffer maxSendBufferSize "
                            + "options pemKeyAlgorithm PGDBNAME PGPORT preferQueryMode preparedStatementCacheQueries "
                            + "preparedStatementCacheSizeMiB prepareThreshold protocolVersion queryTimeout quoteReturningIdentifiers "
                            + "readOnly readOnlyMode receiveBufferSize requireAuth reWriteBatchedInserts reWriteBatchedInsertsSize "
                            + "scramMaxIterations sendBufferSize socketTimeout ssl sslcert sslkey sslmode sslNegotiation "
                            + "sslResponseTimeout sslrootcert sspiServiceClass stringtype targetServerType tcpKeepAlive tcpNoDelay "
                            + "unknownLength useSpnego")
                    .split(" "));

    /** Option, its default, a text, the value of that text, texts that are refused. */
    static Stream<Arguments> everyOption() {
        return Stream.of(
                arguments(Options.SOURCE_STREAM, "cust-payment-txn-stream", "tx", "tx", List.of("", "a b", "ü")),
                arguments(Options.SOURCE_REGION, "us-east-1", "eu-west-1", "eu-west-1", List.of("", "Frankfurt")),
                arguments(
                        Options.SOURCE_ENDPOINT_URL,
                        Optional.empty(),
                        "http://localhost:4567",
                        Optional.of(URI.create("http://localhost:4567")),
                        List.of("localhost:4567", "ftp://host", "http://", "http://me:pw@host", "a b")),
                arguments(
                        Options.SOURCE_INITIAL_POSITION,
                        InitialPosition.TRIM_HORIZON,
                        "LATEST",
                        InitialPosition.LATEST,
                        List.of("", "latest", "OLDEST")),
                arguments(
                        Options.SOURCE_INITIAL_TIMESTAMP,
                        Optional.empty(),
                        "2026-01-31T12:00:00Z",
                        Optional.of(Instant.ofEpochSecond(1_769_860_800)),
                        List.of("2026-01-31", "yesterday", "1769860800")),
                arguments(
                        Options.SOURCE_MAX_RECORD_BYTES, 65_536, "1024", 1024, List.of("", "0", "-1", "64 KB", "1e3")),
                arguments(
                        Options.SOURCE_MAX_DRIFT,
                        Duration.ofHours(1),
                        "PT30M",
                        Duration.ofMinutes(30),
                        List.of("0 s", "31 d", "1500 ms")),
                arguments(
                        Options.SOURCE_MAX_JUMP,
                        Duration.ofDays(1),
                        "2 d",
                        Duration.ofDays(2),
                        List.of("0 s", "366 d", "1500 ms")),
                arguments(
                        Options.SOURCE_IDLE_INTERVAL,
                        Duration.ofSeconds(60),
                        "5 s",
                        Duration.ofSeconds(5),
                        List.of("999 ms", "2 d", "-1 s")),
                arguments(
                        Options.SOURCE_POLL_INTERVAL,
                        Duration.ofMillis(200),
                        "1 s",
                        Duration.ofSeconds(1),
                        List.of("0 ms", "61 s", "200")),
                arguments(Options.SOURCE_GET_RECORDS_MAX_RETRIES, 50, "10", 10, List.of("9", "10001", "many")),
                arguments(
                        Options.SOURCE_GET_RECORDS_MAX_BACKOFF,
                        Duration.ofSeconds(5),
                        "1 s",
                        Duration.ofSeconds(1),
                        List.of("99 ms", "6 s")),
                arguments(Options.LABELS_STREAM, "cust-payment-label-stream", "labels", "labels", List.of("a/b")),
                arguments(
                        Options.FEATURES_SET,
                        FeatureSet.REFERENCE,
                        "extended",
                        FeatureSet.EXTENDED,
                        List.of("", "EXTENDED", "all", "reference,extended")),
                arguments(
                        Options.FEATURES_TERMINAL_DELAY,
                        Duration.ofDays(7),
                        "0 s",
                        Duration.ZERO,
                        List.of("", "7", "1 week", "-1 d", "366 d", "1.5 d", "1500 ms", "P1Y")),
                arguments(
                        Options.FEATURES_ALLOWED_LATENESS,
                        Duration.ofDays(3),
                        "60s",
                        Duration.ofMinutes(1),
                        List.of("3", "366 d", "1 ms")),
                arguments(
                        Options.FEATURES_MAX_EVENTS_PER_TERMINAL,
                        100_000,
                        "1000",
                        1_000,
                        List.of("999", "100000001", "1e5")),
                arguments(Options.FEATURES_CACHE_SHARE, 0.3, "0", 0.0, List.of("", "-0.1", "0.81", "30 %")),
                arguments(
                        Options.CUSTOMERS_REFRESH_INTERVAL,
                        Duration.ofSeconds(60),
                        "10 min",
                        Duration.ofMinutes(10),
                        List.of("0 s", "2 d")),
                arguments(Options.CUSTOMERS_GATE_BUFFER, 1_000_000, "10", 10, List.of("0", "100000001", "2147483648")),
                arguments(
                        Options.ENRICHMENT_CONTACT_COLUMNS,
                        Contacts.KEPT,
                        "false",
                        Contacts.LEFT_OUT,
                        List.of("", "no", "FALSE", "0")),
                arguments(Options.MODEL_PATH, Optional.empty(), "s3://m/1", Optional.of("s3://m/1"), List.of()),
                arguments(
                        Options.MODEL_THRESHOLD,
                        Optional.empty(),
                        "0.25",
                        Optional.of(0.25),
                        List.of("-0.1", "1.1", "NaN", "half")),
                arguments(Options.ANOMALY_FOR, ForRows.NONE, "alerts", ForRows.ALERTS, List.of("ALL", "some", "")),
                arguments(Options.REASONS_FOR, ForRows.ALERTS, "none", ForRows.NONE, List.of("ALL", "some", "")),
                arguments(Options.REASONS_MOST, 3, "5", 5, List.of("0", "101", "all")),
                arguments(
                        Options.CONTROL_URL,
                        Optional.empty(),
                        "jdbc:postgresql://localhost:5432/control",
                        Optional.of("jdbc:postgresql://localhost:5432/control"),
                        List.of("jdbc:redshift://localhost:5439/x", "jdbc:postgresql://db.example/control")),
                arguments(Options.CONTROL_USER, Optional.empty(), "fraud", Optional.of("fraud"), List.of()),
                arguments(
                        Options.CONTROL_PASSWORD_ENV, Optional.empty(), "PW", Optional.of("PW"), List.of("$PW", "1A")),
                arguments(
                        Options.CONTROL_PASSWORD_FILE, Optional.empty(), "/run/pw", Optional.of("/run/pw"), List.of()),
                arguments(
                        Options.CONTROL_PASSWORD_SECRET_ARN,
                        Optional.empty(),
                        ARN,
                        Optional.of(ARN),
                        List.of("cardwatch", "arn:aws:s3:::bucket")),
                arguments(
                        Options.CONTROL_REFRESH_INTERVAL,
                        Duration.ofSeconds(10),
                        "1 s",
                        Duration.ofSeconds(1),
                        List.of("1 ms", "2 d", "10")),
                arguments(
                        Options.CONTROL_MODEL_ROOT,
                        Optional.empty(),
                        "s3://bucket/models",
                        Optional.of("s3://bucket/models"),
                        List.of()),
                arguments(
                        Options.ALERTS_TARGET,
                        Optional.empty(),
                        "kinesis:alerts",
                        Optional.of("kinesis:alerts"),
                        List.of(
                                "alerts",
                                "kinesis:two words",
                                "sns:alerts",
                                "sns:arn:aws:sns:eu-west-1:1:alerts",
                                "http://example.org/alerts",
                                "https://user:word@example.org/alerts",
                                "ftp://localhost/alerts")),
                arguments(
                        Options.ALERTS_SECRET_ENV,
                        Optional.empty(),
                        "ALERTS",
                        Optional.of("ALERTS"),
                        List.of("2B", "A-B")),
                arguments(
                        Options.ALERTS_SECRET_FILE,
                        Optional.empty(),
                        "/run/alerts",
                        Optional.of("/run/alerts"),
                        List.of()),
                arguments(
                        Options.ALERTS_SECRET_ARN,
                        Optional.empty(),
                        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf",
                        Optional.of("arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf"),
                        List.of("a")),
                arguments(Options.ALERTS_CARDS_PER_DAY, 0, "100", 100, List.of("-1", "1000001", "many")),
                arguments(Options.ALERTS_CONTACTS, Contacts.LEFT_OUT, "true", Contacts.KEPT, List.of("yes")),
                arguments(
                        Options.WAREHOUSE_URL,
                        Optional.empty(),
                        "jdbc:postgresql://localhost:5432/cards",
                        Optional.of("jdbc:postgresql://localhost:5432/cards"),
                        List.of("jdbc:mysql://localhost/cards", "localhost", "jdbc:postgresql://db.example/cards")),
                arguments(
                        Options.WAREHOUSE_DIALECT,
                        Optional.empty(),
                        "redshift",
                        Optional.of(WarehouseDialect.REDSHIFT),
                        List.of("Redshift", "oracle")),
                arguments(Options.WAREHOUSE_USER, Optional.empty(), "cards", Optional.of("cards"), List.of()),
                arguments(
                        Options.WAREHOUSE_PASSWORD_ENV,
                        Optional.empty(),
                        "PW",
                        Optional.of("PW"),
                        List.of("$PW", "1A")),
                arguments(
                        Options.WAREHOUSE_PASSWORD_FILE,
                        Optional.empty(),
                        "/run/pw",
                        Optional.of("/run/pw"),
                        List.of()),
                arguments(
                        Options.WAREHOUSE_PASSWORD_SECRET_ARN,
                        Optional.empty(),
                        ARN,
                        Optional.of(ARN),
                        List.of("cardwatch", "arn:aws:s3:::bucket")),
                arguments(
                        Options.WAREHOUSE_IAM_CLUSTER,
                        Optional.empty(),
                        "cards-1",
                        Optional.of("cards-1"),
                        List.of("Cards", "1a", "arn:aws:redshift")),
                arguments(
                        Options.WAREHOUSE_IAM_WORKGROUP,
                        Optional.empty(),
                        "cards-1",
                        Optional.of("cards-1"),
                        List.of("Cards", "ab")),
                arguments(
                        Options.WAREHOUSE_SCHEMA,
                        "public",
                        "fraud_2",
                        "fraud_2",
                        List.of("", "a.b", "2a", "a\"; drop table x", "x".repeat(64))),
                arguments(Options.WAREHOUSE_BATCH_SIZE, 5000, "1", 1, List.of("0", "100001", "5k")),
                arguments(
                        Options.WAREHOUSE_FLUSH_INTERVAL,
                        Duration.ofMillis(50),
                        "2 s",
                        Duration.ofSeconds(2),
                        List.of("0 ms", "11 min")),
                arguments(
                        Options.WAREHOUSE_RETRY_TIMEOUT,
                        Duration.ofMinutes(5),
                        "0 s",
                        Duration.ZERO,
                        List.of("2 d", "forever")),
                arguments(Options.WAREHOUSE_WRITERS, 2, "8", 8, List.of("0", "129")),
                arguments(Options.WAREHOUSE_FRAUD_BY_MINUTE, false, "true", true, List.of("yes")),
                arguments(
                        Options.PREDICTIONS_STREAM,
                        Optional.empty(),
                        "predictions",
                        Optional.of("predictions"),
                        List.of("two words")),
                arguments(Options.PREDICTIONS_CONTACTS, Contacts.LEFT_OUT, "true", Contacts.KEPT, List.of("yes")),
                arguments(
                        Options.ARCHIVE_PATH,
                        Optional.empty(),
                        "s3://bucket/archive",
                        Optional.of(URI.create("s3://bucket/archive")),
                        List.of("archive", "/archive", "s3:archive", "s3://bucket/a?b=c")),
                arguments(
                        Options.ARCHIVE_ROLLOVER,
                        Duration.ofMinutes(15),
                        "1 h",
                        Duration.ofHours(1),
                        List.of("0 s", "2 d")),
                arguments(
                        Options.ARCHIVE_FIREHOSE_STREAM,
                        Optional.empty(),
                        "archive",
                        Optional.of("archive"),
                        List.of("a/b")),
                arguments(Options.ARCHIVE_CONTACTS, Contacts.LEFT_OUT, "true", Contacts.KEPT, List.of("yes")),
                arguments(
                        Options.ONLINE_URL,
                        Optional.empty(),
                        "redis://localhost:6379/1",
                        Optional.of(URI.create("redis://localhost:6379/1")),
                        List.of(
                                "localhost:6379",
                                "redis://far.example.com:6379",
                                "redis://me:pw@localhost",
                                "rediss://me@far.example.com",
                                "rediss://far.example.com/x",
                                "rediss://far.example.com?timeout=1",
                                "http://localhost")),
                arguments(Options.ONLINE_USER, Optional.empty(), "cardwatch", Optional.of("cardwatch"), List.of()),
                arguments(
                        Options.ONLINE_PASSWORD_ENV,
                        Optional.empty(),
                        "REDIS_PASSWORD",
                        Optional.of("REDIS_PASSWORD"),
                        List.of("1X", "a b")),
                arguments(Options.ONLINE_PASSWORD_FILE, Optional.empty(), "/run/pw", Optional.of("/run/pw"), List.of()),
                arguments(
                        Options.ONLINE_PASSWORD_SECRET_ARN,
                        Optional.empty(),
                        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-AbCdEf",
                        Optional.of("arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-AbCdEf"),
                        List.of("secret", "arn:aws:s3:::bucket")),
                arguments(Options.ONLINE_TLS_CA_FILE, Optional.empty(), "/run/ca", Optional.of("/run/ca"), List.of()),
                arguments(
                        Options.ONLINE_PUBLISH_INTERVAL,
                        Duration.ofMillis(100),
                        "1 s",
                        Duration.ofSeconds(1),
                        List.of("9 ms", "2 min", "100")),
                arguments(Options.ONLINE_MAX_WRITES_PER_SECOND, 12_000, "500", 500, List.of("9", "1e4", "")),
                arguments(Options.ONLINE_TRANSACTIONS_PER_KEY, 200, "0", 0, List.of("-1", "10001")),
                arguments(
                        Options.ONLINE_TRANSACTIONS_TTL,
                        Duration.ofDays(30),
                        "1 d",
                        Duration.ofDays(1),
                        List.of("59 s", "30")),
                arguments(Options.DEAD_LETTERS_BATCH_SIZE, 200, "1", 1, List.of("0", "10001")),
                arguments(Options.DEAD_LETTERS_ALARM_SHARE, 0.05, "1", 1.0, List.of("-0.1", "1.1", "5 %", "NaN")),
                arguments(Options.SERVE_REGION, "us-east-1", "eu-west-1", "eu-west-1", List.of("", "Frankfurt")),
                arguments(
                        Options.SERVE_CREDENTIALS_FILE,
                        Optional.empty(),
                        "/run/keys.json",
                        Optional.of("/run/keys.json"),
                        List.of("a\0b")),
                arguments(
                        Options.SERVE_CREDENTIALS_SECRET,
                        Optional.empty(),
                        ARN,
                        Optional.of(ARN),
                        List.of("cardwatch", "arn:aws:s3:::bucket")),
                arguments(
                        Options.SERVE_HOST_NAMES,
                        Set.of("localhost", "127.0.0.1", "[::1]"),
                        "API.example, api.example:8443,[fe80::1]:80",
                        Set.of("api.example", "api.example:8443", "[fe80::1]:80"),
                        List.of("", "a,,b", "http://a", "a/b", "a b", "a:", "a:port", "*.example", "::1", ".a")),
                arguments(Options.SERVE_BEHIND_PROXY, false, "true", true, List.of("", "yes", "TRUE", "1")),
                arguments(Options.SERVE_ADDRESS, "127.0.0.1", "0.0.0.0", "0.0.0.0", List.of("", "a b", "http://x")),
                arguments(Options.SERVE_PORT, 8080, "0", 0, List.of("-1", "65536", "")),
                arguments(Options.SERVE_ADMIN_ADDRESS, "127.0.0.1", "::1", "::1", List.of("", "host.example")),
                arguments(Options.SERVE_ADMIN_PORT, 8090, "9090", 9090, List.of("-1", "65536")),
                arguments(
                        Options.SERVE_AUTH,
                        Authentication.SIGNED,
                        "none",
                        Authentication.NONE,
                        List.of("", "NONE", "basic")),
                arguments(Options.SERVE_TLS_CERTIFICATE, Optional.empty(), "/run/c", Optional.of("/run/c"), List.of()),
                arguments(Options.SERVE_TLS_KEY, Optional.empty(), "/run/k", Optional.of("/run/k"), List.of()),
                arguments(
                        Options.SERVE_MAX_STALENESS,
                        Duration.ofSeconds(30),
                        "2 s",
                        Duration.ofSeconds(2),
                        List.of("999 ms", "30")),
                arguments(Options.SERVE_THREADS, 16, "4", 4, List.of("0", "1001")),
                arguments(Options.SERVE_QUEUE, 256, "0", 0, List.of("-1", "100001")),
                arguments(
                        Options.SERVE_REQUEST_TIMEOUT,
                        Duration.ofSeconds(10),
                        "1 s",
                        Duration.ofSeconds(1),
                        List.of("99 ms", "11 min")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyOption")
    void everyOptionHasItsDefault_takesAnExplicitValue_andRefusesWhatBreaksItsRule(
            Option<?> option, Object defaultValue, String text, Object value, List<String> refused) {
        assertThat(new SettingsLoader().load().get(option)).isEqualTo(defaultValue);
        assertThat(option.parse(text)).isEqualTo(Optional.of(value));
        assertThat(refused).allSatisfy(bad -> {
            assertThat(option.parse(bad)).as(bad).isEmpty();
            assertThat(new SettingsLoader()
                            .layer("test", Map.of(option.key, bad))
                            .problems())
                    .singleElement()
                    .satisfies(problem -> {
                        assertThat(problem).hasMessageContaining(option.key);
                        assertThat(problem.remedy()).contains(option.rule);
                    });
        });
    }

    @Test
    void theTableAboveHoldsEveryOption() {
        assertThat(everyOption().map(row -> row.get()[0])).containsExactlyElementsOf(List.copyOf(Options.all()));
    }

    @Test
    void everyOptionBelongsToAGroupOfTheContract_andExplainsItselfInOneSentence() {
        assertThat(Options.all())
                .extracting(option -> option.key.substring(0, option.key.indexOf('.')))
                .containsOnly(
                        "source",
                        "labels",
                        "features",
                        "customers",
                        "enrichment",
                        "model",
                        "anomaly",
                        "reasons",
                        "control",
                        "alerts",
                        "warehouse",
                        "predictions",
                        "archive",
                        "online",
                        "dead-letters",
                        "serve");
        assertThat(Options.all())
                .allSatisfy(option -> assertThat(option.sentence).matches("[A-Z][^|\n]+\\."));
    }

    @ParameterizedTest
    @MethodSource("warehouseUrls")
    void aWarehouseUrlIsRefusedWhenItLoadsClasses_writesFiles_carriesASecret_orTrustsAStranger(
            boolean accepted, String url) {
        assertThat(WarehouseUrl.isAccepted(url)).isEqualTo(accepted);
    }

    static Stream<Arguments> warehouseUrls() {
        return Stream.of(
                arguments(true, "jdbc:redshift://localhost:5439/cards?ssl=false"),
                arguments(
                        true,
                        "jdbc:redshift://cards.abc.eu-west-1.redshift.amazonaws.com:5439/dev?sslmode=verify-full"
                                + "&sslrootcert=/etc/ssl/redshift.crt"),
                arguments(false, "jdbc:redshift://cards.example:5439/dev"),
                arguments(false, "jdbc:redshift://cards.example:5439/dev?sslmode=verify-ca"),
                arguments(false, "jdbc:redshift://cards.example:5439/dev?sslmode=verify-full&ssl=false"),
                arguments(false, "jdbc:redshift://localhost:5439/dev?password=x"),
                arguments(false, "jdbc:redshift://localhost:5439/dev?plugin_name=x.Y"),
                arguments(false, "jdbc:redshift://localhost:5439/dev?LogPath=/tmp"),
                arguments(false, "jdbc:redshift://localhost/dev"),
                arguments(false, "jdbc:redshift:iam://cards:eu-west-1/dev"),
                arguments(true, "jdbc:postgresql:cards"),
                arguments(true, "jdbc:postgresql://127.0.0.1:5432/cards?ApplicationName=cardwatch"),
                arguments(true, "jdbc:postgresql://[::1]/cards"),
                arguments(true, "jdbc:postgresql://db.example/cards?sslmode=verify-full"),
                arguments(false, "jdbc:postgresql://db.example/cards?sslmode=require"),
                arguments(false, "jdbc:postgresql://localhost,db.example/cards"),
                arguments(false, "jdbc:postgresql://localhost.example/cards"),
                arguments(false, "jdbc:postgresql://localhost/cards?password=x"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferQueryMode=simple"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferQueryMode=%73imple"),
                arguments(false, "jdbc:postgresql://localhost/cards?a=b&socketFactory=x.Y"),
                arguments(false, "jdbc:postgresql://localhost/cards?sslfactory=x.Y"),
                arguments(false, "jdbc:postgresql://localhost/cards?loggerFile=/tmp/x"),
                arguments(false, "jdbc:postgresql://localhost/cards?service=other"),
                arguments(false, "jdbc:postgresql://localhost/cards?SOCKETFACTORY=x.Y"),
                arguments(false, "jdbc:postgresql://localhost/cards?%73ocketFactory=x.Y"),
                arguments(false, "jdbc:postgresql://localhost/cards?sslfactory"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferQueryMode=SIMPLE"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferquerymode=simple"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferQueryMode=extended&preferQueryMode=simple"),
                arguments(false, "jdbc:postgresql://localhost/cards?preferQueryMode=simple&preferQueryMode=extended"),
                arguments(false, "jdbc:postgresql://localhost/cards?connectExecutor=x.Y"),
                arguments(false, "jdbc:postgresql://localhost/cards?classLoaderStrategy=context-first"),
                arguments(false, "jdbc:postgresql://localhost/cards?logServerErrorDetail=true"),
                arguments(false, "jdbc:postgresql://localhost/cards?PGHOST=db.example"),
                arguments(false, "jdbc:postgresql://db.example/cards?sslmode=verify-full&sslmode=disable"),
                arguments(false, "jdbc:postgresql://db.example/cards?SSLMODE=verify-full"),
                arguments(false, "JDBC:POSTGRESQL://localhost/cards?socketFactory=x.Y"),
                arguments(false, "jdbc:postgresql://me:hunter2@db.example:5432/cards?sslmode=verify-full"),
                arguments(false, "jdbc:postgresql://hunter2@db.example/cards?sslmode=verify-full"),
                arguments(false, "jdbc:postgresql://localhost:port/cards"));
    }

    /** A new version of the driver may bring a parameter that loads a class: whoever takes it looks at the new ones. */
    @Test
    void everyParameterOfTheDriverIsRefused_orKnownToLoadNothing_toWriteNothing_andToHoldNoSecret() {
        assertThat(PGProperty.values())
                .extracting(PGProperty::getName)
                .filteredOn(name -> WarehouseUrl.isAccepted("jdbc:postgresql://localhost/cards?" + name + "=1"))
                .containsExactlyInAnyOrderElementsOf(HARMLESS_PARAMETERS);
    }

    @Test
    void theTableOfTheDocumentationIsTheGeneratedOne() throws Exception {
        Files.writeString(Path.of("target/options.md"), Options.markdown());
        assertThat(Files.readString(Path.of("docs/configuration.md")))
                .as("the table between the markers, to be replaced with target/options.md")
                .contains("<!-- options -->\n" + Options.markdown() + "<!-- /options -->");
    }
}
