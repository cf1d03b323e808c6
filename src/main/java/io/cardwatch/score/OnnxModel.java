package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import java.util.List;

/**
 * A model in the ONNX format, scored by ONNX Runtime. That is native code in an extra artifact, added only by users
 * with such a model. The model's bytes travel in the job graph; every copy opens its own session for its first row.
 *
 * <p>It must take one tensor of floats, a row of features per line, and return one tensor of floats: [N, 2] with the
 * probabilities of genuine and fraud, as scikit-learn's converters write it without ZipMap, or [N, 1] or [N] with that
 * of fraud.
 */
public final class OnnxModel implements Classifier {
    private static final long serialVersionUID = 1L;

    /** The column of fraud where the classes are 0 and 1. */
    public static final int SECOND = 1;

    private final byte[] onnx;
    /** Which of two columns holds the probability of fraud. */
    private final int column;

    private transient OnnxSession session;

    private OnnxModel(byte[] onnx, int column) {
        this.onnx = onnx;
        this.column = column;
    }

    /**
     * Opens a model with the content of an {@code .onnx} file.
     *
     * @param column the column, 0 or 1, that holds the probability of fraud if there are two
     * @throws BadInputException if ONNX Runtime is missing or cannot load it, or its inputs and outputs are others
     */
    public static OnnxModel parse(byte[] onnx, int column) {
        OnnxModel model = new OnnxModel(onnx, column);
        model.session();
        return model;
    }

    /** The output that the probabilities are taken from. */
    public String output() {
        return session().output();
    }

    /** The number of values that the model gives for a row; known after a row was scored. */
    public int columns() {
        return session().columns();
    }

    /**
     * The probability for one row. It allocates memory.
     *
     * @throws BadInputException if the model refuses such a row or returns no probability
     */
    @Override
    public float probability(float[] x) {
        return session().probability(x, column);
    }

    @Override
    public List<String> featureNames() {
        return List.of();
    }

    @Override
    public int featureCount() {
        return session().featureCount();
    }

    /** A copy with its own session. */
    @Override
    public OnnxModel forThread() {
        return new OnnxModel(onnx, column);
    }

    @Override
    public void release() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    private OnnxSession session() {
        if (session == null) {
            try {
                session = OnnxSession.open(onnx);
            } catch (LinkageError e) {
                throw new BadInputException(
                        "an ONNX model needs ONNX Runtime, which cannot be loaded here: " + e.getMessage(),
                        "Put onnxruntime-1.28.0.jar into lib/ beside cardwatch.jar; on a cluster into Flink's lib/, on"
                                + " every machine.",
                        e);
            }
        }
        return session;
    }
}
