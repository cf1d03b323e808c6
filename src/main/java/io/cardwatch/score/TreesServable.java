package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.ml.linalg.Vector;
import org.apache.flink.ml.param.DoubleParam;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.param.StringParam;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.ModelServable;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.ml.util.ParamUtils;
import org.apache.flink.ml.util.ServableReadWriteUtils;

/**
 * {@link GradientBoostedTrees} as a stage of a Flink ML pipeline: reads a column of feature vectors and adds a column of
 * probabilities (float).
 */
public final class TreesServable implements ModelServable<TreesServable> {
    public static final Param<String> FEATURES_COL =
            new StringParam("featuresCol", "Column of the feature vectors.", "features");
    public static final Param<String> PROBABILITY_COL =
            new StringParam("probabilityCol", "Column to add, the probability of fraud.", "probability");
    public static final Param<Double> CALIBRATION_SLOPE =
            new DoubleParam("calibrationSlope", "The slope of Platt's scaling.", PlattScaling.IDENTITY.slope);
    public static final Param<Double> CALIBRATION_INTERCEPT = new DoubleParam(
            "calibrationIntercept", "The intercept of Platt's scaling.", PlattScaling.IDENTITY.intercept);

    private final Map<Param<?>, Object> params = new HashMap<>();
    private GradientBoostedTrees trees;

    /** A stage without a model yet, for {@link #loadServable}. */
    public TreesServable() {
        ParamUtils.initializeMapWithDefaultValues(params, this);
    }

    /** Loads the stage from its directory; Flink ML calls this by name. */
    public static TreesServable loadServable(String path) throws IOException {
        try (InputStream model = ServableReadWriteUtils.loadModelData(path)) {
            return ServableReadWriteUtils.loadServableParam(path, TreesServable.class)
                    .setModelData(model);
        }
    }

    @Override
    public TreesServable setModelData(InputStream... modelData) throws IOException {
        if (modelData.length != 1) {
            throw new IllegalArgumentException("One model is expected, not " + modelData.length + ".");
        }
        PlattScaling calibration = new PlattScaling(get(CALIBRATION_SLOPE), get(CALIBRATION_INTERCEPT));
        trees = GradientBoostedTrees.parse(modelData[0].readAllBytes()).calibratedBy(calibration);
        return this;
    }

    @Override
    public DataFrame transform(DataFrame input) {
        int column = input.getIndex(get(FEATURES_COL));
        List<Float> probabilities = new ArrayList<>();
        for (Row row : input.collect()) {
            probabilities.add(probability(floats(row.getAs(column))));
        }
        return input.addColumn(get(PROBABILITY_COL), DataTypes.FLOAT, probabilities);
    }

    /** The probability of fraud for one row: the way that neither boxes nor allocates. */
    public float probability(float[] features) {
        return trees.probability(features);
    }

    /** The model itself. */
    public GradientBoostedTrees trees() {
        return trees;
    }

    @Override
    public Map<Param<?>, Object> getParamMap() {
        return params;
    }

    private static float[] floats(Vector vector) {
        float[] floats = new float[vector.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) vector.get(i);
        }
        return floats;
    }
}
