package io.cardwatch.control;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.Backoff;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.warehouse.WarehouseConnection;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control tables again and again, and puts what they say into force. What cannot be used is refused by itself: of a rule
 * the version before stays, of a slot the model before. Each refusal is a line of the log and a row of
 * {@code fraud_control_status}.
 */
public final class ControlReader implements ControlSource {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int END_SECONDS = 10;

    private final WarehouseConnection database;
    private final Duration interval;
    /** How long a database that does not answer is waited for at the start. */
    private final Duration patience;

    private final ModelRoot root;

    private ControlReader(WarehouseConnection database, Settings settings) {
        this.database = database;
        this.interval = settings.get(Options.CONTROL_REFRESH_INTERVAL);
        this.patience = settings.get(Options.WAREHOUSE_RETRY_TIMEOUT);
        this.root = ModelRoot.of(settings);
    }

    /**
     * The reader of the database that the settings name; {@link ControlSource#NONE} where they name none.
     *
     * @throws BadInputException when its tables cannot be read
     */
    public static ControlSource of(Settings settings) {
        Optional<WarehouseConnection> database = WarehouseConnection.ofControl(settings);
        if (database.isEmpty()) {
            return ControlSource.NONE;
        }
        try (ControlTables tables = new ControlTables(database.get())) {
            tables.check();
        }
        return new ControlReader(database.get(), settings);
    }

    @Override
    public Following follow(InForce inForce) {
        Reader reader = new Reader(inForce);
        reader.begin();
        return reader;
    }

    /** Follows for one process. */
    private final class Reader implements Following {
        private final InForce inForce;
        private final String name;
        private final ControlAssembler assembler;
        private final ControlTables tables = new ControlTables(database);
        private final CountDownLatch closing = new CountDownLatch(1);
        private final Thread thread;
        private List<String> told = List.of();

        Reader(InForce inForce) {
            this.inForce = inForce;
            Control first = inForce.control();
            this.name =
                    inForce.job() + " " + ManagementFactory.getRuntimeMXBean().getName();
            this.assembler = new ControlAssembler(first.settings(), first.champion, root);
            this.thread = new Thread(this::run, "control reader");
            thread.setDaemon(true);
        }

        void begin() {
            Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, patience);
            while (true) {
                try {
                    refresh();
                    break;
                } catch (SQLException e) {
                    if (backoff.isOver()) {
                        tables.close();
                        throw new BadInputException(
                                "what is in force cannot be read from " + database + ": " + e.getMessage(),
                                "Look whether it answers, and whether its tables are those of"
                                        + " sql/postgresql/09_control.sql.",
                                e);
                    }
                    pause(backoff.pause());
                }
            }
            thread.start();
        }

        private void run() {
            boolean answers = true;
            while (!pause(interval)) {
                try {
                    refresh();
                    answers = true;
                } catch (SQLException e) {
                    if (answers) {
                        LOG.warn("{} does not tell what is in force; what was stays: {}", database, e.getMessage());
                    }
                    answers = false;
                }
            }
        }

        /** Whether it is being closed. */
        private boolean pause(Duration time) {
            try {
                return closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        private void refresh() throws SQLException {
            ControlTables.Contents contents = tables.read();
            List<ControlTables.Status> statuses = new ArrayList<>();
            Control next = assembler.assemble(contents, statuses);
            if (!next.version.equals(inForce.control().version)) {
                LOG.info(
                        "In force is {} now: model {}, challengers {}.",
                        next.version,
                        next.champion.version(),
                        next.challengers.keySet());
                inForce.exchange(next);
            }
            tell(statuses);
        }

        private void tell(List<ControlTables.Status> statuses) throws SQLException {
            List<String> now = new ArrayList<>();
            for (ControlTables.Status status : statuses) {
                String line = status.key() + " " + status.version + " " + status.refusal;
                now.add(line);
                if (!status.refusal.isEmpty() && !told.contains(line)) {
                    LOG.warn(
                            "The {} {} is refused, and what was in force stays: {}",
                            status.kind,
                            status.id,
                            status.refusal);
                }
            }
            if (!now.equals(told)) {
                tables.tell(name, statuses);
                told = now;
            }
        }

        @Override
        public void close() {
            closing.countDown();
            try {
                thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
                if (!thread.isAlive()) {
                    tables.tell(name, List.of());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                LOG.info("{} keeps the status of {}: {}", database, name, e.getMessage());
            }
            tables.close();
        }
    }
}
