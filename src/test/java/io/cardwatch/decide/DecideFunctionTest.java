package io.cardwatch.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.ReferenceModels;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.TrainedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecideFunctionTest {
    /** A double that is not a float: the model must be asked with the nearest float. */
    private static final double AMOUNT = 57.16;

    @TempDir
    Path temporary;

    private final Map<String, Metric> metrics = new HashMap<>();
    private FraudModel model;
    private double expected;

    @BeforeEach
    void trainSoThatTheRowIsJustAnAlert() throws XGBoostError {
        Booster booster = ReferenceModels.train(
                FeatureSet.REFERENCE.names().toArray(String[]::new), 20, Map.of("max_depth", 4, "base_score", 0.5));
        float[] row = vector(AMOUNT);
        float[] probability = booster.predict(new DMatrix(row, 1, row.length, Float.NaN))[0];
        expected = probability[0];
        byte[] json = ReferenceModels.json(booster).getBytes(StandardCharsets.UTF_8);
        GoldenVectors golden = new GoldenVectors(new float[][] {row}, probability);
        Path directory = temporary.resolve("model");
        ModelWriter.write(
                directory,
                new TrainedModel(
                        FeatureSet.REFERENCE,
                        json,
                        expected,
                        PlattScaling.IDENTITY,
                        golden,
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        Map.of(),
                        Map.of()));
        model = FraudModel.load(directory.toString());
    }

    @Test
    void aRowCarriesProbabilityThresholdAndVersion_andCountsAsAnAlertFromTheThresholdOn() throws Exception {
        FeaturedTransaction featured = featured(AMOUNT);

        ScoredTransaction row = score(function(false), featured);

        assertThat(row.decision.probability).isEqualTo(expected);
        assertThat(row.decision.prediction()).isEqualTo(1);
        assertThat(row.decision.threshold).isEqualTo(expected);
        assertThat(row.decision.modelVersion).isEqualTo(model.version());
        assertThat(row.decision.get(DecisionColumn.ACTION)).isEqualTo("alert");
        assertThat(row.decision.get(DecisionColumn.RULES)).isNull();
        assertThat(row.decision.get(DecisionColumn.CONTROL_VERSION)).asString().matches("[0-9a-f]{12}");
        assertThat(row.decision.get(DecisionColumn.REASONS))
                .isEqualTo(new Reasons(model, Duration.ofDays(7), 3).json(featured.features));
        assertThat(row.transaction).usingRecursiveComparison().isEqualTo(featured.transaction);
        assertThat(row.features).isEqualTo(featured.features);
        assertThat(row.fullName).isNull();
        assertThat(((Counter) metrics.get("kinesisanalytics.scored")).getCount())
                .isEqualTo(1);
        assertThat(((Counter) metrics.get("kinesisanalytics.alerts")).getCount())
                .isEqualTo(1);
        assertThat(((Gauge<?>) metrics.get("modelVersion")).getValue()).isEqualTo(model.version());
    }

    @Test
    void aRowBelowTheThresholdIsNoAlert() throws Exception {
        ScoredTransaction row = score(function(false), featured(-30));

        assertThat(row.decision.probability).isLessThan(expected);
        assertThat(row.decision.prediction()).isZero();
        assertThat(row.decision.get(DecisionColumn.ACTION)).isEqualTo("none");
        assertThat(row.decision.get(DecisionColumn.REASONS)).isNull();
        assertThat(((Counter) metrics.get("kinesisanalytics.scored")).getCount())
                .isEqualTo(1);
        assertThat(((Counter) metrics.get("kinesisanalytics.alerts")).getCount())
                .isZero();
    }

    /** Amounts of 1 and 300: the shipped model calls the second one fraud. */
    @ParameterizedTest
    @CsvSource({"all, true, true", "alerts, false, true", "none, false, false"})
    void theAnomalyScoreIsForThePaymentsThatAreAskedFor(String anomalyFor, boolean ofTheUsual, boolean ofTheAlert)
            throws Exception {
        model = FraudModel.loadShipped(FeatureSet.REFERENCE);

        ScoredTransaction usual = score(function(false, "--anomaly.for=" + anomalyFor), featured(1));
        ScoredTransaction odd = score(function(false, "--anomaly.for=" + anomalyFor), featured(300));

        assertThat(usual.decision.prediction()).isZero();
        assertThat(odd.decision.prediction()).isEqualTo(1);
        assertThat(usual.decision.get(DecisionColumn.ANOMALY_SCORE))
                .isEqualTo(ofTheUsual ? model.anomalyScore(vector(1)) : null);
        assertThat(odd.decision.get(DecisionColumn.ANOMALY_SCORE))
                .isEqualTo(ofTheAlert ? model.anomalyScore(vector(300)) : null);
    }

    @Test
    void aModelWithoutAnAnomalyScoreLeavesAlertsWithoutOne() throws Exception {
        ScoredTransaction row = score(function(false, "--anomaly.for=alerts"), featured(AMOUNT));

        assertThat(row.decision.prediction()).isEqualTo(1);
        assertThat(row.decision.get(DecisionColumn.ANOMALY_SCORE)).isNull();
    }

    @Test
    void onlyAStreamReadsTheClock() throws Exception {
        long before = System.currentTimeMillis();
        assertThat(score(function(true), featured(1)).scoredAtMillis).isBetween(before, System.currentTimeMillis());
        assertThat(score(function(false), featured(1)).scoredAtMillis).isEqualTo(ScoredTransaction.NOT_TIMED);
    }

    private DecideFunction function(boolean timed, String... settings) {
        return new DecideFunction(
                DecisionSettings.of(Settings.fromArguments(List.of(settings))),
                model,
                ControlSource.NONE,
                new OutputTag<>("shadows", WireTypes.SHADOW_SCORE),
                timed);
    }

    private ScoredTransaction score(DecideFunction function, FeaturedTransaction featured) throws Exception {
        TestingMetricRegistry registry = TestingMetricRegistry.builder()
                .setRegisterConsumer((metric, name, group) -> {
                    String identifier = group.getMetricIdentifier(name);
                    String forwarded = "kinesisanalytics." + name;
                    metrics.put(identifier.endsWith(forwarded) ? forwarded : name, metric);
                })
                .build();
        TaskMetricGroup task = TaskManagerMetricGroup.createTaskManagerMetricGroup(
                        registry, "localhost", ResourceID.generate())
                .addJob(new JobID(), "job")
                .addTask(ExecutionAttemptID.randomId(), "score");
        MockEnvironment environment =
                new MockEnvironmentBuilder().setMetricGroup(task).build();
        OneInputStreamOperatorTestHarness<FeaturedTransaction, ScoredTransaction> harness =
                new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function), environment);
        harness.open();
        harness.processElement(featured, 0);
        ScoredTransaction row = harness.extractOutputValues().get(0);
        harness.close();
        environment.close();
        return row;
    }

    private static float[] vector(double amount) {
        float[] vector = new float[FeatureSet.REFERENCE.size()];
        vector[0] = (float) amount;
        return vector;
    }

    private static FeaturedTransaction featured(double amount) {
        double[] features = new double[FeatureSet.REFERENCE.size()];
        features[0] = amount;
        RecordOrigin origin = new RecordOrigin("test.csv", "", "", "1", RecordOrigin.NO_ARRIVAL);
        Transaction transaction = new Transaction(
                1,
                2,
                3,
                4,
                Math.round(amount * 100),
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                origin,
                new byte[0]);
        return new FeaturedTransaction(transaction, features);
    }
}
