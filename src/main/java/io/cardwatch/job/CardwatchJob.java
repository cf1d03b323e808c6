package io.cardwatch.job;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.enrich.CustomerInfoSource;
import io.cardwatch.kinesis.KinesisRecords;
import io.cardwatch.kinesis.KinesisStreams;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The streaming job from Kinesis to the warehouse; a cluster starts this class. */
public final class CardwatchJob {
    /** Longest time that a record waits for others before it is sent to the next stage. */
    public static final long BUFFER_TIMEOUT_MILLIS = 1;

    private final Settings settings;
    private final FraudModel model;
    private final WarehouseSinks sinks;

    /**
     * Loads and checks everything the job needs, before it starts.
     *
     * @throws BadInputException when the model is refused or the warehouse lacks something
     */
    public CardwatchJob(Settings settings) {
        this.settings = settings;
        this.model = model(settings);
        this.sinks = new WarehouseSinks(settings);
        sinks.warehouse.check(
                List.of(Tables.predictions(settings.get(Options.FEATURES_SET)), Tables.LABELS, Tables.DEAD_LETTERS));
        if (settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.KEPT) {
            sinks.warehouse.check(List.of(Tables.CUSTOMERS));
        }
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
     * @throws BadInputException when the model is refused, or reads features that the settings do not ask for
     */
    public static FraudModel model(Settings settings) {
        FeatureSet features = settings.get(Options.FEATURES_SET);
        FraudModel model = settings.get(Options.MODEL_PATH)
                .map(FraudModel::load)
                .orElseGet(() -> FraudModel.loadShipped(features));
        if (model.featureSet().size() > features.size()) {
            throw new BadInputException(
                    "the model was trained on the " + model.featureSet().lowerCaseName()
                            + " features, the job computes the " + features.lowerCaseName(),
                    "Give --features.set=" + model.featureSet().lowerCaseName() + ", or a model of the "
                            + features.lowerCaseName() + " features.");
        }
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
        DataStream<ScoredTransaction> scored = topology.score(features.featured, model);
        if (settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.KEPT) {
            scored = topology.withContacts(scored, customers(env));
        }
        sinks.writePredictions(scored);
        sinks.writeLabels(features.labels);
        sinks.writeDeadLetters(features.deadLetters);
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
