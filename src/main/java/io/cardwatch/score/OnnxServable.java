package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.param.StringParam;
import org.apache.flink.ml.util.ServableReadWriteUtils;

/** {@link OnnxModel} as a stage of a Flink ML pipeline. */
public final class OnnxServable extends ClassifierServable<OnnxServable> {
    public static final Param<String> POSITIVE_CLASS =
            new StringParam("positiveClass", "The class that is fraud; empty for the second one.", "");

    private OnnxModel model;

    /** Loads the stage from its directory; Flink ML calls this by name. */
    public static OnnxServable loadServable(String path) throws IOException {
        try (InputStream model = ServableReadWriteUtils.loadModelData(path)) {
            return ServableReadWriteUtils.loadServableParam(path, OnnxServable.class)
                    .setModelData(model);
        }
    }

    @Override
    public OnnxServable setModelData(InputStream... modelData) throws IOException {
        model = OnnxModel.parse(onlyOne(modelData), get(POSITIVE_CLASS));
        return this;
    }

    @Override
    Classifier classifier() {
        return model;
    }

    /** Its probabilities are taken as they are. */
    @Override
    PlattScaling calibration() {
        return PlattScaling.IDENTITY;
    }

    @Override
    String positiveClass() {
        return get(POSITIVE_CLASS);
    }

    /** Another processor adds a layer's products in another order. */
    @Override
    float goldenTolerance() {
        return 1e-5f;
    }
}
