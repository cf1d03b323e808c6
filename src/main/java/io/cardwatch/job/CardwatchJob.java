package io.cardwatch.job;

import io.cardwatch.alerts.Alerts;
import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlReader;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.delivery.Deliveries;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.enrich.CustomerInfoSource;
import io.cardwatch.kinesis.KinesisRecords;
import io.cardwatch.kinesis.KinesisStreams;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.online.TransactionSink;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The streaming job from Kinesis to the warehouse; a cluster starts this class. */
public final class CardwatchJob {
    /** Longest time that a record waits for others before it is sent to the next stage. */
    public static final long BUFFER_TIMEOUT_MILLIS = 1;

    private final Settings settings;
    private final FraudModel model;
    private final WarehouseSinks sinks;
    private final Deliveries deliveries;
    private final Alerts alerts;
    private final ControlSource control;

    /**
     * Loads and checks everything the job needs, before it starts.
     *
     * @throws BadInputException when the model is refused, the warehouse lacks something or the archive cannot be written
     */
    public CardwatchJob(Settings settings) {
        this.settings = settings;
        this.model = model(settings);
        this.sinks = new WarehouseSinks(settings);
        this.deliveries = new Deliveries(settings);
        this.alerts = new Alerts(settings);
        this.control = ControlReader.of(settings);
        List<Table<?>> written = new ArrayList<>(
                List.of(Tables.predictions(settings.get(Options.FEATURES_SET)), Tables.LABELS, Tables.DEAD_LETTERS));
        if (settings.get(Options.WAREHOUSE_FRAUD_BY_MINUTE)) {
            written.add(Tables.MINUTES);
        }
        boolean joined = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.KEPT;
        if (hasChallengers()) {
            written.add(Tables.SHADOW_SCORES);
        }
        sinks.warehouse.check(joined ? List.of(Tables.CUSTOMERS) : List.of(), written);
        deliveries.check();
        alerts.check();
    }

    /** Started by a cluster, with {@code --config FILE} and {@code --group.key=value} or with the service's own file. */
    public static void main(String[] arguments) throws Exception {
        Settings settings = Settings.fromArguments(List.of(arguments));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        new CardwatchJob(settings).fromKinesis(env);
        env.execute("cardwatch");
    }

    /**
     * The model that the settings name, or else the shipped one; with the threshold of the settings if they have one.
     *
     * @throws BadInputException when the model is refused, or cannot decide as the settings ask
     */
    public static FraudModel model(Settings settings) {
        FraudModel model = settings.get(Options.MODEL_PATH)
                .map(FraudModel::load)
                .orElseGet(() -> FraudModel.loadShipped(settings.get(Options.FEATURES_SET)));
        DecisionSettings.of(settings).require(model);
        return settings.get(Options.MODEL_THRESHOLD).map(model::withThreshold).orElse(model);
    }

    /**
     * Builds the job that reads both Kinesis streams.
     *
     * @throws BadInputException when a stream does not exist or cannot be read
     */
    public void fromKinesis(StreamExecutionEnvironment env) {
        KinesisStreams.check(settings);
        int maxBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
        Contacts contacts = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS);
        DataStream<Decoded<Transaction>> transactions = KinesisRecords.read(
                env,
                settings,
                settings.get(Options.SOURCE_STREAM),
                "transaction-source",
                RecordDecoder.transactions(maxBytes, contacts),
                (progress, transaction) -> progress.observe(transaction.epochSecond, transaction.origin),
                WireTypes.DECODED_TRANSACTION);
        DataStream<Decoded<FraudLabel>> labels = KinesisRecords.read(
                env,
                settings,
                settings.get(Options.LABELS_STREAM),
                "label-source",
                RecordDecoder.labels(maxBytes, contacts),
                (progress, label) -> progress.observe(label.labelEpochSecond, label.origin),
                WireTypes.DECODED_FRAUD_LABEL);
        build(env, transactions, labels);
    }

    /** Builds the job on decoded records from any source. */
    public void build(
            StreamExecutionEnvironment env,
            DataStream<Decoded<Transaction>> transactions,
            DataStream<Decoded<FraudLabel>> labels) {
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        // Flink's default of 100 ms would hold back a lone record at each of the exchanges.
        env.setBufferTimeout(BUFFER_TIMEOUT_MILLIS);
        // After a restore from an unaligned checkpoint, a subtask could refuse a record as too old by a later
        // watermark.
        env.getCheckpointConfig().enableUnalignedCheckpoints(false);
        ScoringTopology topology = ScoringTopology.streaming(settings);
        ScoringTopology.Features features = topology.features(transactions, labels);
        SingleOutputStreamOperator<ScoredTransaction> scored = topology.score(features.featured, model, control);
        publish(scored);
        DataStream<ScoredTransaction> joined = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.KEPT
                ? topology.withContacts(scored, customers(env))
                : scored;
        sinks.writePredictions(joined);
        if (hasChallengers()) {
            sinks.writeShadowScores(scored.getSideOutput(ScoringTopology.SHADOW_SCORES));
        }
        sinks.writeLabels(features.labels);
        sinks.writeDeadLetters(features.deadLetters);
        if (settings.get(Options.WAREHOUSE_FRAUD_BY_MINUTE)) {
            sinks.writeMinutes(MinuteCounts.of(scored, settings.get(Options.FEATURES_ALLOWED_LATENESS)));
        }
        deliveries.deliver(scored, joined);
        alerts.deliver(scored, joined);
        deliveries.deliverDeadLetters(features.deadLetters);
    }

    /** Whether models can score beside the one that decides. */
    private boolean hasChallengers() {
        return settings.get(Options.CONTROL_MODEL_ROOT).isPresent();
    }

    /** Before the contacts are known, so that none can get into the online store. */
    private void publish(DataStream<ScoredTransaction> scored) {
        TransactionSink.of(settings)
                .ifPresent(
                        sink -> scored.sinkTo(sink).uid("online-transactions").name(OperatorName.ONLINE_TRANSACTIONS));
    }

    private DataStream<CustomerChange> customers(StreamExecutionEnvironment env) {
        CustomerInfoSource source = new CustomerInfoSource(
                new WarehouseConnectionProvider(sinks.warehouse),
                settings.get(Options.WAREHOUSE_SCHEMA),
                settings.get(Options.CUSTOMERS_REFRESH_INTERVAL),
                settings.get(Options.WAREHOUSE_RETRY_TIMEOUT));
        return env.fromSource(
                        source, WatermarkStrategy.noWatermarks(), OperatorName.CUSTOMER_INFO, WireTypes.CUSTOMER_CHANGE)
                .setParallelism(1)
                .uid("customer-info-source");
    }
}
