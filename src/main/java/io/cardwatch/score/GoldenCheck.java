package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.apache.flink.ml.linalg.DenseVector;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.ml.servable.types.BasicType;
import org.apache.flink.ml.servable.types.DataTypes;

/** Whether the stages of a model reproduce their golden vectors, called directly and through Flink ML's pipeline. */
final class GoldenCheck {
    /** Not 0: a sum of sides may round differently in the library, which keeps it up to date point by point. */
    private static final double SCORE_TOLERANCE = 1e-9;

    private final ModelDirectory directory;
    private final ModelManifest manifest;
    private final FeatureSet set;

    GoldenCheck(ModelDirectory directory, ModelManifest manifest, FeatureSet set) {
        this.directory = directory;
        this.manifest = manifest;
        this.set = set;
    }

    /** Refuses a first stage that does not give the probabilities that training gave. */
    void require(ClassifierServable<?> stage) {
        GoldenVectors golden = read(ModelDirectory.GOLDEN, GoldenVectors.class);
        requireShape(golden.vectors, golden.probabilities.length);
        require(
                golden.vectors,
                throughPipeline(
                        stage.get(ClassifierServable.FEATURES_COL),
                        stage.get(ClassifierServable.PROBABILITY_COL),
                        golden.vectors),
                i -> stage.probability(golden.vectors[i]),
                i -> golden.probabilities[i],
                stage.goldenTolerance());
    }

    /** Refuses a second stage that does not give the scores that training gave. */
    void require(AnomalyServable stage) {
        GoldenScores golden = read(ModelDirectory.ANOMALY_GOLDEN, GoldenScores.class);
        requireShape(golden.vectors, golden.scores.length);
        require(
                golden.vectors,
                throughPipeline(
                        stage.get(AnomalyServable.FEATURES_COL), stage.get(AnomalyServable.SCORE_COL), golden.vectors),
                i -> stage.scorer().score(golden.vectors[i]),
                i -> golden.scores[i],
                SCORE_TOLERANCE);
    }

    private <T> T read(String file, Class<T> type) {
        return directory.parse(file, directory.read(file, manifest), type);
    }

    private void requireShape(float[][] vectors, int answers) {
        boolean wellShaped = vectors.length > 0 && vectors.length == answers;
        for (float[] vector : vectors) {
            wellShaped &= vector != null && vector.length == set.size();
        }
        if (!wellShaped) {
            throw new BadInputException(
                    "the golden vectors of the model in " + directory + " are missing, or not of its features",
                    ModelDirectory.REMEDY);
        }
    }

    private List<Number> throughPipeline(String featuresColumn, String answerColumn, float[][] vectors) {
        List<Row> rows = new ArrayList<>();
        for (float[] vector : vectors) {
            double[] values = new double[vector.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = vector[i];
            }
            rows.add(new Row(new ArrayList<>(List.of(new DenseVector(values)))));
        }
        DataFrame frame = new DataFrame(
                new ArrayList<>(List.of(featuresColumn)),
                new ArrayList<>(List.of(DataTypes.VECTOR(BasicType.DOUBLE))),
                rows);
        List<Number> answers = new ArrayList<>();
        try {
            DataFrame scored = PipelineModelServable.load(directory.toString()).transform(frame);
            int column = scored.getIndex(answerColumn);
            for (Row row : scored.collect()) {
                answers.add(row.getAs(column));
            }
        } catch (IOException | RuntimeException e) {
            throw directory.notLoadable(e);
        }
        return answers;
    }

    private static void require(
            float[][] vectors,
            List<Number> throughPipeline,
            IntToDoubleFunction answer,
            IntToDoubleFunction golden,
            double tolerance) {
        for (int i = 0; i < vectors.length; i++) {
            double own = answer.applyAsDouble(i);
            double other = throughPipeline.get(i).doubleValue();
            if (Double.compare(own, other) != 0) {
                throw new BadInputException(
                        "the model gives " + own + " or " + other + " for golden vector " + i
                                + ", depending on the way it is called",
                        "Report this: it is a fault in Cardwatch.");
            }
            if (!(Math.abs(own - golden.applyAsDouble(i)) <= tolerance)) {
                throw new BadInputException(
                        "the model gives " + own + " for golden vector " + i + ", but training gave "
                                + golden.applyAsDouble(i),
                        "Train it again; if that does not help, report it: it would score wrongly.");
            }
        }
    }
}
