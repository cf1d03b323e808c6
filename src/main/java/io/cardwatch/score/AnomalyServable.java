package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.param.StringParam;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.ModelServable;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.ml.util.ParamUtils;
import org.apache.flink.ml.util.ServableReadWriteUtils;

/**
 * {@link AnomalyScorer} as a stage of a Flink ML pipeline: reads the column of feature vectors that the first stage reads,
 * and adds a column of scores (double).
 */
public final class AnomalyServable implements ModelServable<AnomalyServable> {
    public static final Param<String> FEATURES_COL = ClassifierServable.FEATURES_COL;
    public static final Param<String> SCORE_COL =
            new StringParam("scoreCol", "Column to add, how unlike the past a row is.", "anomalyScore");

    private final Map<Param<?>, Object> params = new HashMap<>();
    private AnomalyScorer scorer;

    /** For {@link #loadServable}. */
    public AnomalyServable() {
        ParamUtils.initializeMapWithDefaultValues(params, this);
    }

    /** Loads the stage from its directory; Flink ML calls this by name. */
    public static AnomalyServable loadServable(String path) throws IOException {
        try (InputStream model = ServableReadWriteUtils.loadModelData(path)) {
            return ServableReadWriteUtils.loadServableParam(path, AnomalyServable.class)
                    .setModelData(model);
        }
    }

    @Override
    public AnomalyServable setModelData(InputStream... modelData) throws IOException {
        scorer = new AnomalyScorer(ModelDirectory.json(ClassifierServable.onlyOne(modelData), CutForest.class));
        return this;
    }

    AnomalyScorer scorer() {
        return scorer;
    }

    @Override
    public DataFrame transform(DataFrame input) {
        int column = input.getIndex(get(FEATURES_COL));
        List<Double> scores = new ArrayList<>();
        for (Row row : input.collect()) {
            scores.add(scorer.score(ClassifierServable.floats(row.getAs(column))));
        }
        return input.addColumn(get(SCORE_COL), DataTypes.DOUBLE, scores);
    }

    @Override
    public Map<Param<?>, Object> getParamMap() {
        return params;
    }
}
