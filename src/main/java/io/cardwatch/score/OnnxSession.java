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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An open session of ONNX Runtime; the only class that knows its API. It computes in the calling thread, one at a time:
 * all rows share one tensor for their features and one for the answer, since creating these would cost as much as
 * scoring.
 */
final class OnnxSession {
    /** The output to use if there are several, as scikit-learn's converters name it. */
    private static final String PROBABILITIES = "probabilities";
    /** The most that a sum of floats, such as that of a forest's leaves, may leave 0 to 1. */
    private static final float ROUNDING = 1e-5f;

    private final OrtSession session;
    private final String input;
    private final int featureCount;
    private final String output;

    /** A row's features; ONNX Runtime reads them in place. */
    private FloatBuffer row;

    private Map<String, OnnxTensor> inputs = Map.of();
    /** A row's answer; ONNX Runtime writes it in place. */
    private FloatBuffer answer;

    private Map<String, OnnxTensor> outputs = Map.of();

    private OnnxSession(OrtSession session) throws OrtException {
        this.session = session;
        Collection<NodeInfo> inputs = session.getInputInfo().values();
        NodeInfo features = inputs.iterator().next();
        if (inputs.size() != 1 || !isFloats(features) || shape(features).length != 2) {
            throw new BadInputException(
                    "the ONNX model takes " + describe(inputs) + ", not one tensor of floats [N, features]",
                    "Export it with one input of 32-bit floats.");
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
            throw OnnxLoadFailure.of(environment.getVersion(), e);
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
        throw new BadInputException(
                "the ONNX model answers with " + describe(outputs)
                        + ", not with one tensor of floats [N, 2], [N, 1] or [N]",
                remedy(outputs));
    }

    private static String remedy(Collection<NodeInfo> outputs) {
        if (outputs.stream().anyMatch(info -> info.getInfo() instanceof SequenceInfo)) {
            return "Export it without ZipMap, with skl2onnx by options={'zipmap': False}.";
        }
        return outputs.stream().anyMatch(info -> isTensor(info, OnnxJavaType.DOUBLE))
                ? "Export it with probabilities of 32-bit floats: doubles are not read."
                : "Export a classifier of two classes, its probabilities named '" + PROBABILITIES + "'.";
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
        return isTensor(info, OnnxJavaType.FLOAT);
    }

    private static boolean isTensor(NodeInfo info, OnnxJavaType type) {
        return info.getInfo() instanceof TensorInfo && ((TensorInfo) info.getInfo()).type == type;
    }

    private static long[] shape(NodeInfo info) {
        return ((TensorInfo) info.getInfo()).getShape();
    }

    /** The number of features; 0 where the model leaves it open. */
    int featureCount() {
        return featureCount;
    }

    /** The name of the output that is used. */
    String output() {
        return output;
    }

    /** How many values the model gives for a row, once it has scored one. */
    int columns() {
        return answer.capacity();
    }

    /** @param column the column, 0 or 1, that holds the probability of fraud if there are two */
    float probability(float[] x, int column) {
        try {
            run(x);
        } catch (OrtException e) {
            throw new BadInputException(
                    "the ONNX model does not score a row of " + x.length + " features: " + firstLine(e),
                    "Export it for any number of rows of the features that it scores.",
                    e);
        }
        int classes = answer.capacity();
        if (classes == 1 && column == 0) {
            throw new BadInputException(
                    "the ONNX model gives one value for a row, which is that of its second class, not of the first",
                    "Leave out --positive-class, or export it with the probabilities of both classes.");
        }
        float probability = answer.get(classes == 1 ? 0 : column);
        if (classes > 2 || !(probability >= -ROUNDING && probability <= 1 + ROUNDING)) {
            throw new BadInputException(
                    "the ONNX model gives " + classes + " values for a row, with " + probability
                            + " for fraud, which is no probability of two classes",
                    "Export a classifier with its probabilities, not margins or labels.");
        }
        return Math.max(0, Math.min(1, probability));
    }

    /** Writes the model's answer for a row to {@link #answer}. */
    private void run(float[] x) throws OrtException {
        if (inputs.isEmpty() || row.capacity() != x.length) {
            closeTensors();
            row = floats(x.length);
            inputs = Map.of(input, tensor(row, 1, x.length));
        }
        row.put(x).rewind();
        if (outputs.isEmpty()) {
            // The model may leave its answer's shape open, but a tensor to write to must have one.
            try (OrtSession.Result first = session.run(inputs, Set.of(output))) {
                TensorInfo shaped = ((OnnxTensor) first.get(0)).getInfo();
                answer = floats((int) shaped.getNumElements());
                outputs = Map.of(output, tensor(answer, shaped.getShape()));
            }
        }
        session.run(inputs, outputs).close();
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** A tensor over {@code floats}, not a copy. */
    private static OnnxTensor tensor(FloatBuffer floats, long... shape) throws OrtException {
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), floats, shape);
    }

    void close() {
        closeTensors();
        close(session);
    }

    private void closeTensors() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
        inputs = Map.of();
        outputs = Map.of();
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
