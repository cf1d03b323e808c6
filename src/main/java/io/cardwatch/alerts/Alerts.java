package io.cardwatch.alerts;

import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.Settings;
import io.cardwatch.delivery.KinesisTarget;
import io.cardwatch.delivery.PutTarget;
import io.cardwatch.domain.Action;
import io.cardwatch.domain.Alert;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.streaming.api.datastream.DataStream;

/** What the settings ask for about alerts. They need a control database; without one there is no outbox. */
public final class Alerts {
    private static final Set<String> TOLD =
            Set.of(Action.ALERT.lowerCaseName(), Action.REVIEW.lowerCaseName(), Action.BLOCK.lowerCaseName());

    private final Settings settings;
    private final Optional<WarehouseConnection> database;
    private final Contacts contacts;
    private final Table<Alert> table;

    /**
     * Opens no connection yet.
     *
     * @throws BadInputException when there is a target or a budget, but no control database
     */
    public Alerts(Settings settings) {
        this.settings = settings;
        this.database = WarehouseConnection.ofControl(settings);
        boolean asked =
                settings.get(Options.ALERTS_TARGET).isPresent() || settings.get(Options.ALERTS_CARDS_PER_DAY) > 0;
        if (database.isEmpty() && asked) {
            throw new BadInputException(
                    "alerts need an outbox in a PostgreSQL, and the warehouse is none",
                    "Set control.url, or leave alerts.target and alerts.cards-per-day out.");
        }
        this.contacts = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.LEFT_OUT
                ? Contacts.LEFT_OUT
                : settings.get(Options.ALERTS_CONTACTS);
        this.table = Tables.alerts(settings.get(Options.FEATURES_SET), contacts);
    }

    /**
     * Checks that the outbox is there, and that a webhook's secret is. A Kinesis stream is checked with those that are read.
     *
     * @throws BadInputException when something is missing
     */
    public void check() {
        database.ifPresent(outbox -> outbox.check(List.of(), List.of(table)));
        if (webhook().isPresent() && secret().ask().isEmpty()) {
            throw new BadInputException(
                    "the alerts that go to "
                            + settings.get(Options.ALERTS_TARGET).orElseThrow()
                            + " must be signed, and no secret is named",
                    "Set alerts.secret-env, alerts.secret-file or alerts.secret-arn; the receiver needs the same secret.");
        }
    }

    /**
     * Adds the outbox.
     *
     * @param scored the rows without contacts
     * @param joined the rows with contacts, or the same where contacts are switched off
     */
    public void deliver(DataStream<ScoredTransaction> scored, DataStream<ScoredTransaction> joined) {
        if (database.isEmpty()) {
            return;
        }
        WarehouseSink<Alert> outbox =
                new WarehouseSink<>(table, database.get(), WritePolicy.of(settings, Options.WAREHOUSE_BATCH_SIZE));
        Dispatcher.Factory dispatching = settings.get(Options.ALERTS_TARGET)
                .map(target -> new Dispatcher.Factory(database.get(), target, target(target)))
                .orElse(null);
        (contacts == Contacts.KEPT ? joined : scored)
                .filter(row -> TOLD.contains(row.decision.get(DecisionColumn.ACTION)))
                .uid("alerts-filter")
                .name(OperatorName.ALERTS_FILTER)
                .sinkTo(new AlertSink(outbox, settings.get(Options.ALERTS_CARDS_PER_DAY), dispatching))
                .setParallelism(1)
                .uid("alerts")
                .name(OperatorName.ALERTS);
    }

    private PutTarget target(String target) {
        if (target.startsWith(Options.TO_KINESIS)) {
            return new KinesisTarget(target.substring(Options.TO_KINESIS.length()), settings);
        }
        if (target.startsWith(Options.TO_SNS)) {
            return new SnsTarget(target.substring(Options.TO_SNS.length()), null);
        }
        return new WebhookTarget(webhook().orElseThrow(), secret());
    }

    private Optional<URI> webhook() {
        return settings.get(Options.ALERTS_TARGET)
                .filter(target -> target.startsWith("http"))
                .map(URI::create);
    }

    private PasswordSource secret() {
        return PasswordSource.ofAlerts(settings);
    }
}
