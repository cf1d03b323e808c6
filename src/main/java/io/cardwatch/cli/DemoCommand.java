package io.cardwatch.cli;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Customer;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.warehouse.SqlScripts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongSet;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;
import org.postgresql.PGConnection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Everything on one machine, nothing to install: simulator, job on a local Flink, PostgreSQL, Redis, HTTP server. */
@Command(
        name = "demo",
        description =
                "Simulate payments, score them on a local Flink into an embedded PostgreSQL, show the alerts, and ask"
                        + " about a payment over HTTP.")
final class DemoCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 500;
    /** Time for the database to start: on a busy machine it takes long. */
    private static final Duration STARTUP = Duration.ofMinutes(2);

    @Option(names = "--days", paramLabel = "N", defaultValue = "45", description = "Days to simulate, ending today.")
    private int days;

    @Option(names = "--customers", paramLabel = "N", defaultValue = "5000", description = "Customers to simulate.")
    private int customers;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Seed of the simulated world.")
    private long seed;

    @Option(names = "--web-port", paramLabel = "PORT", defaultValue = "8081", description = "Port of Flink's web UI.")
    private int webPort;

    @Option(names = "--keep", description = "Leave Flink, the database and the HTTP server running until Ctrl-C.")
    private boolean keep;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        PrintWriter console = command.commandLine().getOut();
        long started = System.nanoTime();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        int length = days;
        int people = customers;
        long worldSeed = seed;
        Path checkpoints = Files.createTempDirectory("cardwatch-demo");
        configuration.settings();
        LocalFlink.requireFree(webPort);
        World world = new World(profile(worldSeed, people, length, today));
        console.println("Starting an embedded PostgreSQL and an embedded Redis …");
        console.flush();
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setPGStartupWait(STARTUP).start();
                DemoServer server = new DemoServer(checkpoints);
                Connection database = postgres.getPostgresDatabase().getConnection()) {
            Map<String, String> fixed = new HashMap<>(server.settings());
            fixed.put(Options.WAREHOUSE_URL.key, "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres");
            fixed.put(Options.WAREHOUSE_USER.key, "postgres");
            Settings settings = configuration.settings("demo", fixed);
            SqlScripts.apply(database);
            world.loadCustomers(database);

            StreamExecutionEnvironment env = LocalFlink.streaming(new Configuration(), webPort, checkpoints, 0);
            SimulatedRecords records = new SimulatedRecords(
                    env,
                    () -> profile(worldSeed, people, length, today),
                    world.events,
                    today.plusDays(1).atStartOfDay().toEpochSecond(ZoneOffset.UTC),
                    settings);
            new CardwatchJob(settings).build(env, records.transactions(), records.labels());
            JobClient job = env.executeAsync("cardwatch demo");
            console.printf(
                    Locale.ROOT,
                    "%,d transactions of %,d customers over %d days; Flink's web UI: http://localhost:%d%n",
                    world.transactions,
                    people,
                    length,
                    webPort);

            DemoReport report = new DemoReport(console, database, world.transactions, world.frauds, started);
            while (!report.poll()) {
                requireRunning(job);
                Thread.sleep(POLL_MILLIS);
            }
            report.print(today);
            server.show(settings, console);
            if (keep) {
                console.println("Look further: psql -h localhost -p " + postgres.getPort() + " -U postgres");
                console.println("Running until Ctrl-C.");
                console.flush();
                Thread.currentThread().join();
            }
            console.println(
                    "To explore further, start with --keep: the database, the web UI and the server then stay.");
            job.cancel().get();
        } finally {
            FileUtils.deleteDirectoryQuietly(checkpoints.toFile());
        }
        return 0;
    }

    private static Profile profile(long seed, int customers, int days, LocalDate today) {
        return Profile.reference()
                .seed(seed)
                .customers(customers)
                .terminals(2 * customers)
                .daysEndingOn(days, today)
                .labelDelay(LabelDelay.fixed(Duration.ofDays(7)))
                .build();
    }

    private static void requireRunning(JobClient job) throws Exception {
        JobStatus status = job.getJobStatus().get();
        if (status.isGloballyTerminalState()) {
            job.getJobExecutionResult().get();
            throw new IllegalStateException("the job ended before all transactions were written: " + status);
        }
    }

    /** What is known about the simulated world before the job sees any of it. */
    private static final class World {
        final Simulation simulation;
        final LongSet frauds = new LongOpenHashSet();
        long transactions;
        /** Events up to the last transaction: what becomes known later has not happened yet. */
        long events;

        World(Profile profile) {
            simulation = Simulation.of(profile);
            SimulatedEvents all = simulation.events();
            for (long seen = 1; all.hasNext(); seen++) {
                SimulatedEvent event = all.next();
                if (!event.isLabel()) {
                    transactions++;
                    events = seen;
                    if (event.transaction.fraud == 1) {
                        frauds.add(event.transaction.transactionId);
                    }
                }
            }
        }

        void loadCustomers(Connection database) throws Exception {
            StringBuilder csv = new StringBuilder(RecordCsv.CUSTOMER_HEADER).append('\n');
            for (Customer customer : simulation.customers()) {
                csv.append(RecordCsv.row(customer)).append('\n');
            }
            database.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY customer_info FROM STDIN (FORMAT csv, HEADER)", new StringReader(csv.toString()));
        }
    }
}
