package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.ml.linalg.Vector;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.param.StringParam;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.ModelServable;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.ml.util.ParamUtils;

/**
 * A {@link Classifier} as a stage of a Flink ML pipeline: reads a column of feature vectors and adds a column of
 * probabilities (float).
 */
abstract class ClassifierServable<T extends ClassifierServable<T>> implements ModelServable<T> {
    public static final Param<String> FEATURES_COL =
            new StringParam("featuresCol", "Column of the feature vectors.", "features");
    public static final Param<String> PROBABILITY_COL =
            new StringParam("probabilityCol", "Column to add, the probability of fraud.", "probability");

    private final Map<Param<?>, Object> params = new HashMap<>();

    ClassifierServable() {
        ParamUtils.initializeMapWithDefaultValues(params, this);
    }

    /** The model itself. */
    abstract Classifier classifier();

    /** The most that a probability may differ from the golden one. */
    abstract float goldenTolerance();

    /** The probability of fraud for one row. */
    public float probability(float[] features) {
        return classifier().probability(features);
    }

    @Override
    public DataFrame transform(DataFrame input) {
        int column = input.getIndex(get(FEATURES_COL));
        List<Float> probabilities = new ArrayList<>();
        try {
            for (Row row : input.collect()) {
                probabilities.add(probability(floats(row.getAs(column))));
            }
        } finally {
            classifier().release();
        }
        return input.addColumn(get(PROBABILITY_COL), DataTypes.FLOAT, probabilities);
    }

    @Override
    public Map<Param<?>, Object> getParamMap() {
        return params;
    }

    static byte[] onlyOne(InputStream... modelData) throws IOException {
        if (modelData.length != 1) {
            throw new IllegalArgumentException("One model is expected, not " + modelData.length + ".");
        }
        return modelData[0].readAllBytes();
    }

    static float[] floats(Vector vector) {
        float[] floats = new float[vector.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) vector.get(i);
        }
        return floats;
    }
}
