package io.cardwatch.score;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.ml.param.IntParam;
import org.apache.flink.ml.param.Param;
import org.apache.flink.ml.util.ServableReadWriteUtils;

/** {@link OnnxModel} as a stage of a Flink ML pipeline. */
public final class OnnxServable extends ClassifierServable<OnnxServable> {
    public static final Param<Integer> FRAUD_COLUMN =
            new IntParam("fraudColumn", "Which of two columns holds the probability of fraud.", OnnxModel.SECOND);

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
        model = OnnxModel.parse(onlyOne(modelData), get(FRAUD_COLUMN));
        return this;
    }

    @Override
    Classifier classifier() {
        return model;
    }

    /** Not 0, since another processor adds a layer's products in another order. */
    @Override
    float goldenTolerance() {
        return 1e-5f;
    }
}
