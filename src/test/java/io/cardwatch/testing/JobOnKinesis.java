package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Settings;
import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.job.CardwatchJob;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job as it ships, reading a Kinesis server and writing a database that are its own, with the shipped settings. Flink
 * is the test's: the cluster of its {@code MiniClusterExtension}.
 */
public final class JobOnKinesis implements AutoCloseable {
    /** The stream of transactions. */
    public static final String PAYMENTS = "payments";
    /** The stream of labels. */
    public static final String VERDICTS = "verdicts";

    private static final int PARALLELISM = 2;
    private static final int POLL_MILLIS = 50;
    /** Records, each with another key, that reach every shard. */
    private static final int LAST_WORDS = 64;

    private static final String[] CREDENTIALS = {"aws.accessKeyId", "aws.secretKey", "aws.secretAccessKey"};

    private final KinesaliteServer kinesis;
    private final SentRecords payments;
    private final SentRecords verdicts;
    private final String database;
    private final String jobsDatabase;
    private Connection warehouse;

    /** Starts the servers, with two empty streams and empty tables. */
    public JobOnKinesis(int paymentShards, int verdictShards) throws SQLException {
        this(paymentShards, verdictShards, Postgres.freshDatabase());
    }

    /** Starts the servers, with two empty streams and empty tables to which {@code dialect} writes. */
    public JobOnKinesis(int paymentShards, int verdictShards, WarehouseDialect dialect) throws Exception {
        this(
                paymentShards,
                verdictShards,
                dialect == WarehouseDialect.REDSHIFT ? Postgres.databaseWithoutKeys() : Postgres.freshDatabase());
    }

    private JobOnKinesis(int paymentShards, int verdictShards, String database) throws SQLException {
        this(paymentShards, verdictShards, database, database);
    }

    /**
     * Starts a Kinesis with two empty streams.
     *
     * @param database of the warehouse's tables, where {@link Postgres#USER} needs no password
     * @param jobsDatabase where the job finds it, a proxy before the server
     */
    public JobOnKinesis(int paymentShards, int verdictShards, String database, String jobsDatabase)
            throws SQLException {
        // Of the server's credentials all three are the same.
        for (String credential : CREDENTIALS) {
            System.setProperty(credential, KinesaliteServer.ACCESS_KEY);
        }
        kinesis = KinesaliteServer.start();
        kinesis.createStream(PAYMENTS, paymentShards);
        kinesis.createStream(VERDICTS, verdictShards);
        payments = new SentRecords(kinesis.client(), PAYMENTS);
        verdicts = new SentRecords(kinesis.client(), VERDICTS);
        this.database = database;
        this.jobsDatabase = jobsDatabase;
        warehouse = Postgres.connect(database);
    }

    public KinesaliteServer kinesis() {
        return kinesis;
    }

    /** The stream of transactions. */
    public SentRecords payments() {
        return payments;
    }

    /** The stream of labels. */
    public SentRecords verdicts() {
        return verdicts;
    }

    /** A connection to the warehouse, closed with this. */
    public Connection warehouse() {
        return warehouse;
    }

    /** Makes that connection anew, to a warehouse that was away. */
    public void reconnect() throws SQLException {
        warehouse.close();
        warehouse = Postgres.connect(database);
    }

    /** What the shipped settings do not know. */
    public Settings settings() {
        return Settings.fromArguments(arguments(kinesis.endpoint()));
    }

    /** What the shipped settings do not know, as the job takes it on its command line. */
    public List<String> arguments(URI endpoint) {
        return List.of(
                "--source.endpoint-url=" + endpoint,
                "--source.stream=" + PAYMENTS,
                "--labels.stream=" + VERDICTS,
                "--warehouse.url=" + jobsDatabase,
                "--warehouse.user=" + Postgres.USER);
    }

    /** Starts the job, two subtasks wide where the configuration does not say, with settings besides the shipped ones. */
    public JobClient start(Configuration configuration, String... more) throws Exception {
        return startThrough(kinesis.endpoint(), configuration, more);
    }

    /** Starts the job, which reads the streams from {@code endpoint}, a proxy before the server. */
    public JobClient startThrough(URI endpoint, Configuration configuration, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(arguments(endpoint));
        arguments.addAll(List.of(more));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(configuration.get(CoreOptions.DEFAULT_PARALLELISM, PARALLELISM));
        new CardwatchJob(Settings.fromArguments(arguments)).fromKinesis(env);
        return env.executeAsync();
    }

    /** Fills {@code customer_info}. */
    public void loadCustomers(List<Customer> customers) throws SQLException {
        try (PreparedStatement insert = warehouse.prepareStatement(
                "INSERT INTO customer_info (customer_id, full_name, email_address, phone_number) VALUES (?, ?, ?, ?)")) {
            for (Customer customer : customers) {
                insert.setLong(1, customer.customerId);
                insert.setString(2, customer.fullName);
                insert.setString(3, customer.emailAddress);
                insert.setString(4, customer.phoneNumber);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Waits for so many rows of all kinds: a record that is refused instead of scored is one, too. */
    public void await(JobClient job, long rows) throws Exception {
        Patience patience = new Patience("rows of all kinds");
        for (long there = rows(); there < rows; there = rows()) {
            patience.observe(there, rows);
            requireAlive(job);
            Thread.sleep(POLL_MILLIS);
        }
    }

    /**
     * Waits until {@code rows} predictions and labels are written, and all that is refused. What the job still has on its
     * way then, it writes when it is stopped with a savepoint.
     */
    public void awaitAll(JobClient job, long rows) throws Exception {
        sendLastWords();
        await(job, rows + expectedDeadLetters().size());
    }

    /** Sends something into each shard that is refused: when it is, all before it was read. */
    public void sendLastWords() {
        for (int key = 0; key < LAST_WORDS; key++) {
            payments.addRefused(key, new byte[] {' '}, DeadLetterReason.EMPTY);
            verdicts.addRefused(key, new byte[] {' '}, DeadLetterReason.EMPTY);
        }
        payments.send();
        verdicts.send();
    }

    /** Where it fails because the job does, the job's own failure tells why. */
    public static String stopWithSavepoint(JobClient job, Path savepoints) throws Exception {
        try {
            return job.stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get();
        } catch (ExecutionException e) {
            try {
                job.getJobExecutionResult().get(1, TimeUnit.MINUTES);
            } catch (TimeoutException stillRuns) {
                e.addSuppressed(stillRuns);
            }
            throw e;
        }
    }

    /** Where the job has failed for good, its failure tells why. */
    public static void requireAlive(JobClient job) throws Exception {
        if (job.getJobStatus().get() == JobStatus.FAILED) {
            job.getJobExecutionResult().get();
        }
    }

    /** How many rows of all kinds are written. */
    public long rows() throws SQLException {
        return predictions()
                + number("SELECT (SELECT count(*) FROM cust_payment_tx_labels)"
                        + " + (SELECT count(*) FROM cust_payment_tx_dead_letters)");
    }

    /** How many payments are scored and written. */
    public long predictions() throws SQLException {
        return number("SELECT count(*) FROM cust_payment_tx_fraud_predictions");
    }

    /** The answer to a query for one number. */
    public long number(String query) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    /** The first column of the warehouse's first answer to {@code query}. */
    public String text(String query) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    /** Fails unless each prediction has its customer's contact details. */
    public void assertContacts() throws SQLException {
        assertThat(number("SELECT count(*) FROM cust_payment_tx_fraud_predictions AS row"
                        + " LEFT JOIN customer_info AS customer USING (customer_id)"
                        + " WHERE (row.full_name, row.email_address, row.phone_number) IS DISTINCT FROM"
                        + " (customer.full_name, customer.email_address, customer.phone_number)"))
                .as("rows with contact details other than their customer's")
                .isZero();
    }

    /** What was sent and has to be refused: stream, shard, sequence number, reason, hash and bytes. */
    public Set<String> expectedDeadLetters() {
        Set<String> letters = new HashSet<>(payments.deadLetters());
        letters.addAll(verdicts.deadLetters());
        return letters;
    }

    /** Fails unless exactly that is in the dead letters. */
    public void assertDeadLetters() throws SQLException {
        DeadLetters.assertExactly(warehouse, expectedDeadLetters());
    }

    @Override
    public void close() throws SQLException {
        warehouse.close();
        kinesis.close();
        for (String credential : CREDENTIALS) {
            System.clearProperty(credential);
        }
    }
}
