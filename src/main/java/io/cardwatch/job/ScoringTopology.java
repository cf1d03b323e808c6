package io.cardwatch.job;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypeInfo;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.DecideFunction;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.domain.Transaction;
import io.cardwatch.enrich.ContactJoin;
import io.cardwatch.feature.CustomerWindowOperator;
import io.cardwatch.feature.LabelledCustomerWindowOperator;
import io.cardwatch.feature.StageSettings;
import io.cardwatch.feature.TerminalWindowOperator;
import io.cardwatch.feature.WindowPublisher;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.online.OnlinePublishing;
import io.cardwatch.score.FraudModel;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Connects the stages: decoded records go in; feature vectors, predictions, labels and dead letters come out. The caller
 * brings sources and sinks.
 *
 * <pre>
 * transactions → split → by customer: customer windows → by terminal: terminal windows → score → by customer: contacts
 * labels ──────→ split ───────────┘ (extended set) ──────────┘                customer_info ──────────┘
 * </pre>
 */
public final class ScoringTopology {
    /**
     * Number of key groups of all keyed state, and so the greatest possible parallelism. A savepoint can be restored only
     * with the number with which it was taken.
     */
    public static final int MAX_PARALLELISM = 720;

    /** What challengers say about the payments that are scored. */
    public static final OutputTag<ShadowScore> SHADOW_SCORES = new OutputTag<>("shadow-scores", WireTypes.SHADOW_SCORE);

    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters", WireTypes.DEAD_LETTER);

    private final Settings settings;
    private final FeatureSet features;
    private final StageSettings stages;
    private final boolean bounded;

    private ScoringTopology(Settings settings, boolean bounded, WindowPublisher.Factory publishing) {
        this.settings = settings;
        this.features = settings.get(Options.FEATURES_SET);
        this.stages = new StageSettings(
                features,
                WindowTimes.of(settings),
                bounded,
                settings.get(Options.ENRICHMENT_CONTACT_COLUMNS),
                settings.get(Options.FEATURES_CACHE_SHARE),
                publishing,
                DEAD_LETTERS);
        this.bounded = bounded;
    }

    /** The topology of a job that never ends. It publishes its windows to the online store, if the settings name one. */
    public static ScoringTopology streaming(Settings settings) {
        return new ScoringTopology(
                settings, false, OnlinePublishing.of(settings).orElse(null));
    }

    /**
     * The topology of a run over files in BATCH mode. The timestamps of all records must put them into one total order: by
     * second, labels before transactions, then as in the file; customers come before everything.
     */
    public static ScoringTopology bounded(Settings settings) {
        return new ScoringTopology(settings, true, null);
    }

    /** Builds the stages up to the feature vectors. */
    public Features features(
            DataStream<Decoded<Transaction>> decodedTransactions, DataStream<Decoded<FraudLabel>> decodedLabels) {
        // State that Kryo has written cannot move to Flink 2. So in every job a type without a serializer is an error.
        decodedTransactions.getExecutionConfig().getSerializerConfig().setGenericTypes(false);
        SingleOutputStreamOperator<Transaction> transactions = split(
                decodedTransactions, "transaction-split", OperatorName.UNWRAP_TRANSACTIONS, WireTypes.TRANSACTION);
        SingleOutputStreamOperator<FraudLabel> labels =
                split(decodedLabels, "label-split", OperatorName.UNWRAP_LABELS, WireTypes.FRAUD_LABEL);

        SingleOutputStreamOperator<FeaturedTransaction> byCustomer =
                byCustomer(transactions, labels).uid("customer-windows");

        SingleOutputStreamOperator<FeaturedTransaction> featured = byCustomer
                .connect(labels)
                .keyBy(row -> row.transaction.terminalId, label -> label.terminalId, Types.LONG)
                .transform(
                        OperatorName.TERMINAL_WINDOWS,
                        WireTypes.FEATURED_TRANSACTION,
                        new TerminalWindowOperator(stages))
                .uid("terminal-windows");

        DataStream<DeadLetter> deadLetters = transactions
                .getSideOutput(DEAD_LETTERS)
                .union(
                        labels.getSideOutput(DEAD_LETTERS),
                        byCustomer.getSideOutput(DEAD_LETTERS),
                        featured.getSideOutput(DEAD_LETTERS))
                .connect(transactions
                        .getSideOutput(DecodedSplit.RECORD_COUNTS)
                        .union(labels.getSideOutput(DecodedSplit.RECORD_COUNTS)))
                .flatMap(new DeadLetterCount(settings.get(Options.DEAD_LETTERS_ALARM_SHARE)), WireTypes.DEAD_LETTER)
                .setParallelism(1)
                .uid("dead-letter-count")
                .name(OperatorName.COUNT_DEAD_LETTERS);
        return new Features(featured, labels, deadLetters);
    }

    private SingleOutputStreamOperator<FeaturedTransaction> byCustomer(
            DataStream<Transaction> transactions, DataStream<FraudLabel> labels) {
        if (features == FeatureSet.REFERENCE) {
            return transactions
                    .keyBy(transaction -> transaction.customerId, Types.LONG)
                    .transform(
                            OperatorName.CUSTOMER_WINDOWS,
                            WireTypes.FEATURED_TRANSACTION,
                            new CustomerWindowOperator(stages));
        }
        return transactions
                .connect(labels)
                .keyBy(transaction -> transaction.customerId, label -> label.customerId, Types.LONG)
                .transform(
                        OperatorName.CUSTOMER_WINDOWS,
                        WireTypes.FEATURED_TRANSACTION,
                        new LabelledCustomerWindowOperator(stages));
    }

    /**
     * Decides about feature vectors; the contact columns stay null. What challengers say is its side output {@link #SHADOW_SCORES}.
     *
     * @param model what decides unless {@code source} says otherwise
     */
    public SingleOutputStreamOperator<ScoredTransaction> score(
            DataStream<FeaturedTransaction> features, FraudModel model, ControlSource source) {
        DecideFunction function =
                new DecideFunction(DecisionSettings.of(settings), model, source, SHADOW_SCORES, !bounded);
        // The type is given: Flink would not find it, and would warn of Kryo.
        return features.process(function, WireTypes.SCORED_TRANSACTION)
                .uid("score")
                .name(OperatorName.SCORE);
    }

    /** Adds the contact details of each row's customer. */
    public SingleOutputStreamOperator<ScoredTransaction> withContacts(
            DataStream<ScoredTransaction> scored, DataStream<CustomerChange> customers) {
        ContactJoin join =
                bounded ? ContactJoin.sorted() : ContactJoin.gated(settings.get(Options.CUSTOMERS_GATE_BUFFER));
        return scored.connect(customers)
                .keyBy(row -> row.transaction.customerId, change -> change.customerId, Types.LONG)
                .transform(OperatorName.CONTACTS, WireTypes.SCORED_TRANSACTION, join)
                .uid("contacts");
    }

    /** As parallel as its input: spread over more subtasks, the records of a key would lose their order. */
    private static <T> SingleOutputStreamOperator<T> split(
            DataStream<Decoded<T>> decoded, String uid, String name, WireTypeInfo<T> type) {
        return decoded.process(new DecodedSplit<T>(DEAD_LETTERS), type)
                .uid(uid)
                .name(name)
                .setParallelism(decoded.getParallelism());
    }

    /** The output of the feature stages. */
    public static final class Features {
        /** Every accepted transaction with its vector. */
        public final DataStream<FeaturedTransaction> featured;
        /** Every label that could be read. */
        public final DataStream<FraudLabel> labels;
        /** Every record that could not be used. */
        public final DataStream<DeadLetter> deadLetters;

        Features(
                DataStream<FeaturedTransaction> featured,
                DataStream<FraudLabel> labels,
                DataStream<DeadLetter> deadLetters) {
            this.featured = featured;
            this.labels = labels;
            this.deadLetters = deadLetters;
        }
    }
}
