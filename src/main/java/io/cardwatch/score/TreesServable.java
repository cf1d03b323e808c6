package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.ml.param.DoubleParam;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.util.ServableReadWriteUtils;

/** {@link GradientBoostedTrees} with the calibration in the stage's parameters, as a stage of a Flink ML pipeline. */
public final class TreesServable extends ClassifierServable<TreesServable> {
    public static final Param<Double> CALIBRATION_SLOPE =
            new DoubleParam("calibrationSlope", "The slope of Platt's scaling.", PlattScaling.IDENTITY.slope);
    public static final Param<Double> CALIBRATION_INTERCEPT = new DoubleParam(
            "calibrationIntercept", "The intercept of Platt's scaling.", PlattScaling.IDENTITY.intercept);

    private GradientBoostedTrees trees;

    /** Loads the stage from its directory; Flink ML calls this by name. */
    public static TreesServable loadServable(String path) throws IOException {
        try (InputStream model = ServableReadWriteUtils.loadModelData(path)) {
            return ServableReadWriteUtils.loadServableParam(path, TreesServable.class)
                    .setModelData(model);
        }
    }

    @Override
    public TreesServable setModelData(InputStream... modelData) throws IOException {
        trees = new GradientBoostedTrees(
                ModelDirectory.json(onlyOne(modelData), TreeEnsemble.class),
                new PlattScaling(get(CALIBRATION_SLOPE), get(CALIBRATION_INTERCEPT)));
        return this;
    }

    @Override
    Classifier classifier() {
        return trees;
    }

    /** Not 0: the arithmetic is XGBoost's own except for the last digits of exp. */
    @Override
    float goldenTolerance() {
        return 1e-6f;
    }
}
