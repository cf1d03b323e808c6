package io.cardwatch.score;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import io.cardwatch.domain.BadInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** An open session of ONNX Runtime; the only class that knows its API. It computes in the thread that asks. */
final class OnnxSession {
    /** The output that is taken where there are several, as scikit-learn's converters call it. */
    private static final String PROBABILITIES = "probabilities";
    /** By how much a sum of floats, such as that of a forest's leaves, may leave 0 to 1. */
    private static final float ROUNDING = 1e-5f;

    private final OrtSession session;
    private final String input;
    private final int featureCount;
    private final String output;

    private OnnxSession(OrtSession session) throws OrtException {
        this.session = session;
        Collection<NodeInfo> inputs = session.getInputInfo().values();
        NodeInfo features = inputs.iterator().next();
        if (inputs.size() != 1 || !isFloats(features) || shape(features).length != 2) {
            throw new BadInputException(
                    "the ONNX model takes " + describe(inputs) + ", not one tensor of floats [N, features]",
                    "Export it with one float input.");
        }
        input = features.getName();
        featureCount = (int) Math.max(0, shape(features)[1]);
        output = output(session.getOutputInfo().values());
    }

    static OnnxSession open(byte[] onnx) {
        OrtSession session = load(onnx);
        try {
            return new OnnxSession(session);
        } catch (OrtException | BadInputException e) {
            close(session);
            throw e instanceof BadInputException ? (BadInputException) e : new IllegalStateException(e);
        }
    }

    private static OrtSession load(byte[] onnx) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            environment.setTelemetry(false);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            return environment.createSession(onnx, options);
        } catch (OrtException e) {
            throw new BadInputException(
                    "ONNX Runtime " + environment.getVersion() + " cannot load the model: " + firstLine(e),
                    "Export it again as one whole .onnx file.",
                    e);
        }
    }

    private static String output(Collection<NodeInfo> outputs) {
        List<String> candidates = new ArrayList<>();
        for (NodeInfo info : outputs) {
            if (info.getName().equals(PROBABILITIES) && isProbabilities(info)) {
                return PROBABILITIES;
            }
            if (isProbabilities(info)) {
                candidates.add(info.getName());
            }
        }
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        boolean zipMap = outputs.stream().anyMatch(info -> info.getInfo() instanceof SequenceInfo);
        throw new BadInputException(
                "the ONNX model answers with " + describe(outputs)
                        + ", not with one tensor of floats [N, 2], [N, 1] or [N]",
                zipMap
                        ? "Export it without ZipMap, with skl2onnx by options={'zipmap': False}."
                        : "Export a classifier of two classes, its probabilities named '" + PROBABILITIES + "'.");
    }

    /** Like "label INT64 [-1], probabilities FLOAT [-1, 2]"; -1 stands for any number. */
    private static String describe(Collection<NodeInfo> nodes) {
        return nodes.stream()
                .map(node -> node.getName() + " "
                        + (node.getInfo() instanceof TensorInfo
                                ? ((TensorInfo) node.getInfo()).type + " " + Arrays.toString(shape(node))
                                : "(a list or map)"))
                .collect(Collectors.joining(", "));
    }

    private static boolean isProbabilities(NodeInfo info) {
        if (!isFloats(info)) {
            return false;
        }
        long[] shape = shape(info);
        return shape.length == 1 || (shape.length == 2 && shape[1] <= 2);
    }

    private static boolean isFloats(NodeInfo info) {
        return info.getInfo() instanceof TensorInfo && ((TensorInfo) info.getInfo()).type == OnnxJavaType.FLOAT;
    }

    private static long[] shape(NodeInfo info) {
        return ((TensorInfo) info.getInfo()).getShape();
    }

    /** 0 where the model leaves it open. */
    int featureCount() {
        return featureCount;
    }

    float probability(float[] x) {
        try (OnnxTensor row = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[][] {x});
                OrtSession.Result result = session.run(Map.of(input, row), Set.of(output))) {
            Object value = result.get(0).getValue();
            float[] classes = value instanceof float[][] ? ((float[][]) value)[0] : (float[]) value;
            float probability = classes.length == 1 ? classes[0] : classes[1];
            if (classes.length > 2 || !(probability >= -ROUNDING && probability <= 1 + ROUNDING)) {
                throw new BadInputException(
                        "the ONNX model gives " + classes.length + " values for a row, with " + probability
                                + " for fraud: no probability of two classes",
                        "Export a classifier with its probabilities, not margins or labels.");
            }
            return Math.max(0, Math.min(1, probability));
        } catch (OrtException e) {
            throw new BadInputException(
                    "the ONNX model does not score a row of " + x.length + " features: " + firstLine(e),
                    "Export it for rows of the features that it is to score, any number at a time.",
                    e);
        }
    }

    void close() {
        close(session);
    }

    private static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String firstLine(OrtException e) {
        return e.getMessage().lines().findFirst().orElse("no reason given");
    }
}
