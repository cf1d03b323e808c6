package io.cardwatch.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.rules.RuleSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.OnnxModels;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.ReferenceModels;
import io.cardwatch.training.ModelImport;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.TrainedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Models that are exchanged while two subtasks of a job decide. */
@Timeout(600)
class InForceTest {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final int AMOUNTS = 64;
    private static final int EXCHANGES = 200;

    /** By model version, its threshold and then its probability for each amount. */
    private static final DecisionSettings PLAIN = settings("--reasons.for=none");

    private static final Map<String, double[]> EXPECTED = new ConcurrentHashMap<>();

    private static final Queue<String> WRONG = new ConcurrentLinkedQueue<>();
    private static final Map<String, LongAdder> ROWS = new ConcurrentHashMap<>();

    @TempDir
    Path temporary;

    @BeforeEach
    void forgetTheModelsOfOtherTests() {
        EXPECTED.clear();
    }

    @Test
    void everyRowIsOfOneModel_thatItNames_howeverOftenTheyAreExchanged() throws Exception {
        List<FraudModel> models = List.of(model("a", 5), onnx("b"), model("c", 13));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(2);
        env.fromSource(new NumberSequenceSource(0, Long.MAX_VALUE - 1), WatermarkStrategy.noWatermarks(), "Endless")
                .map(InForceTest::payment)
                .returns(WireTypes.FEATURED_TRANSACTION)
                .process(
                        new DecideFunction(
                                PLAIN,
                                models.get(0),
                                ControlSource.NONE,
                                new OutputTag<>("shadows", WireTypes.SHADOW_SCORE),
                                true),
                        WireTypes.SCORED_TRANSACTION)
                .map(InForceTest::check)
                .returns(String.class)
                .sinkTo(new DiscardingSink<>());
        JobClient job = env.executeAsync();
        awaitRow(models.get(0));
        try (InForce inForce = InForce.of(job.getJobID().toString(), null, ControlSource.NONE)) {
            for (int i = 1; i <= EXCHANGES; i++) {
                FraudModel next = models.get(i % models.size());
                inForce.exchange(new Control(PLAIN, next));
                awaitRow(next);
            }
        }
        job.cancel().get();

        assertThat(WRONG).isEmpty();
        assertThat(ROWS.keySet()).containsExactlyInAnyOrderElementsOf(EXPECTED.keySet());
    }

    @Test
    void aModelWithoutAnAnomalyScoreIsRefused_whereEveryPaymentIsToGetOne() throws Exception {
        FraudModel without = model("without", 3);

        assertThatThrownBy(() -> new Control(settings("--anomaly.for=all"), without))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("has no anomaly score, but anomaly.for=all asks for one")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("--anomaly"));
        assertThat(new Control(settings("--anomaly.for=alerts"), without).champion)
                .isSameAs(without);
    }

    @Test
    void aModelWithoutReasonsIsRefused_unlessNobodyIsToGetThem() throws Exception {
        FraudModel onnx = onnx("black-box");

        assertThatThrownBy(() -> new Control(settings(), onnx))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is an ONNX model and gives no reasons")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("reasons.for=none"));
        assertThat(new Control(PLAIN, onnx).champion).isSameAs(onnx);
    }

    @Test
    void aModelOfMoreFeaturesThanAreComputedIsRefused_oneOfFewerIsNot() {
        FraudModel reference = FraudModel.loadShipped(FeatureSet.REFERENCE);
        FraudModel extended = FraudModel.loadShipped(FeatureSet.EXTENDED);

        assertThatThrownBy(() -> new Control(settings(), extended))
                .isInstanceOf(BadInputException.class)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("--features.set=extended"));
        assertThatThrownBy(() -> new Control(settings(), reference, new TreeMap<>(Map.of("next", extended)), null))
                .isInstanceOf(BadInputException.class);
        DecisionSettings all = settings("--features.set=extended");
        assertThat(new Control(all, reference).champion).isSameAs(reference);
        assertThat(new Control(all, extended).champion).isSameAs(extended);
    }

    @Test
    void theVersionNamesModelsThresholdsAndChallengers() {
        FraudModel model = FraudModel.loadShipped(FeatureSet.REFERENCE);
        FraudModel other = model.withThreshold(0.25);
        List<Control> all = List.of(
                new Control(PLAIN, model),
                new Control(PLAIN, other),
                new Control(PLAIN, model, new TreeMap<>(Map.of("a", other)), null),
                new Control(PLAIN, model, new TreeMap<>(Map.of("b", other)), null),
                new Control(PLAIN, model, new TreeMap<>(), RuleSet.of(List.of(), List.of())));

        assertThat(all.stream().map(control -> control.version)).doesNotHaveDuplicates();
        assertThat(new Control(PLAIN, model.withThreshold(model.threshold())).version)
                .isEqualTo(all.get(0).version);
    }

    @Test
    void aJobsSubtasksShareOne_whichIsFollowedOnce_untilTheLastHasClosedIt() {
        FraudModel model = FraudModel.loadShipped(FeatureSet.REFERENCE);
        Control begun = new Control(PLAIN, model);
        Control other = new Control(PLAIN, model.withThreshold(0.25));
        List<String> followed = new ArrayList<>();
        ControlSource source = inForce -> {
            followed.add("begun");
            inForce.exchange(other);
            return () -> followed.add("ended");
        };

        InForce first = InForce.of("job", begun, source);
        assertThat(first.control()).isSameAs(other);
        assertThat(InForce.of("job", begun, source)).isSameAs(first);
        first.close();
        assertThat(followed).containsExactly("begun");
        first.close();
        assertThat(followed).containsExactly("begun", "ended");
        try (InForce again = InForce.of("job", begun, ControlSource.NONE)) {
            assertThat(again.control()).isSameAs(begun);
        }
    }

    @Test
    void whatCannotBeFollowedIsNotHeld() {
        Control begun = new Control(PLAIN, FraudModel.loadShipped(FeatureSet.REFERENCE));
        ControlSource broken = inForce -> {
            throw new BadInputException("no tables", "make them");
        };

        assertThatThrownBy(() -> InForce.of("broken", begun, broken)).hasMessage("no tables");
        InForce held = InForce.of("broken", begun, ControlSource.NONE);
        InForce same = InForce.of("broken", begun, ControlSource.NONE);
        same.close();
        held.close();
        try (InForce fresh = InForce.of("broken", begun, ControlSource.NONE)) {
            assertThat(fresh).isNotSameAs(held);
        }
    }

    private static DecisionSettings settings(String... arguments) {
        return DecisionSettings.of(Settings.fromArguments(List.of(arguments)));
    }

    private static FeaturedTransaction payment(long number) {
        double[] features = new double[FeatureSet.REFERENCE.size()];
        features[0] = number % AMOUNTS;
        return new FeaturedTransaction(Events.transaction(0, number, 1_700_000_000L, 1, 1, 100), features);
    }

    private static String check(ScoredTransaction row) {
        Decision decision = row.decision;
        double[] expected = EXPECTED.get(decision.modelVersion);
        if (expected == null
                || decision.threshold != expected[0]
                || decision.probability != expected[1 + (int) row.features[0]]) {
            WRONG.add(decision.modelVersion + " " + decision.threshold + " " + decision.probability);
        }
        ROWS.computeIfAbsent(decision.modelVersion, version -> new LongAdder()).increment();
        return decision.modelVersion;
    }

    private static void awaitRow(FraudModel model) throws InterruptedException {
        long before = rows(model);
        while (rows(model) == before) {
            Thread.sleep(1);
        }
    }

    private static long rows(FraudModel model) {
        LongAdder rows = ROWS.get(model.version());
        return rows == null ? 0 : rows.sum();
    }

    private FraudModel model(String name, int rounds) throws Exception {
        Booster booster = ReferenceModels.train(
                FeatureSet.REFERENCE.names().toArray(String[]::new), rounds, Map.of("max_depth", 4, "base_score", 0.5));
        double[] expected = new double[1 + AMOUNTS];
        expected[0] = rounds / 100.0;
        float[][] vectors = new float[AMOUNTS][FeatureSet.REFERENCE.size()];
        float[] probabilities = new float[AMOUNTS];
        for (int amount = 0; amount < AMOUNTS; amount++) {
            vectors[amount][0] = amount;
            probabilities[amount] =
                    booster.predict(new DMatrix(vectors[amount], 1, vectors[amount].length, Float.NaN))[0][0];
            expected[1 + amount] = probabilities[amount];
        }
        byte[] json = ReferenceModels.json(booster).getBytes(StandardCharsets.UTF_8);
        Path directory = temporary.resolve(name);
        ModelWriter.write(
                directory,
                new TrainedModel(
                        FeatureSet.REFERENCE,
                        json,
                        expected[0],
                        PlattScaling.IDENTITY,
                        new GoldenVectors(vectors, probabilities),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        Map.of(),
                        Map.of()));
        FraudModel model = FraudModel.load(directory.toString());
        EXPECTED.put(model.version(), expected);
        return model;
    }

    /** Of native code: what it holds is opened and given back at each exchange. */
    private FraudModel onnx(String name) throws Exception {
        float[] weights = new float[FeatureSet.REFERENCE.size()];
        weights[0] = 0.05f;
        Path file = Files.write(temporary.resolve(name + ".onnx"), OnnxModels.logisticRegression(weights, -1));
        Path directory = temporary.resolve(name);
        ModelWriter.write(directory, new ModelImport(FeatureSet.REFERENCE, 0.25).read(file));
        FraudModel model = FraudModel.load(directory.toString());
        double[] expected = new double[1 + AMOUNTS];
        expected[0] = 0.25;
        for (int amount = 0; amount < AMOUNTS; amount++) {
            float[] vector = new float[weights.length];
            vector[0] = amount;
            expected[1 + amount] = model.probability(vector);
        }
        model.release();
        EXPECTED.put(model.version(), expected);
        return model;
    }
}
