package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import java.util.List;

/**
 * A model in the ONNX format, scored by ONNX Runtime: native code, an artifact that only those add who have such a
 * model. The model's bytes travel in the job graph; every copy opens a session of its own when its first row comes.
 *
 * <p>It must take one tensor of floats, a row of features per line, and answer with one of floats: [N, 2] with the
 * probabilities of genuine and fraud, as scikit-learn's converters write it without ZipMap, or [N, 1] or [N] with that of
 * fraud. If its classes are others than 0 and 1, it must be said which of them is fraud.
 */
public final class OnnxModel implements Classifier {
    private static final long serialVersionUID = 1L;

    /** The column that is taken unless a class is named. */
    private static final int SECOND = 1;

    private final byte[] onnx;
    /** Which of two columns holds the probability of fraud. */
    private final int column;

    private transient OnnxSession session;

    private OnnxModel(byte[] onnx, int column) {
        this.onnx = onnx;
        this.column = column;
    }

    /**
     * Opens a model as it stands in an {@code .onnx} file, whose second class is fraud.
     *
     * @throws BadInputException if ONNX Runtime is not there or cannot load it, or its inputs and outputs are others
     */
    public static OnnxModel parse(byte[] onnx) {
        return parse(onnx, "");
    }

    /**
     * The same for one whose classes have names.
     *
     * @param positiveClass the class that is fraud, as the file names it; empty for the second one
     * @throws BadInputException also if the file names no such class
     */
    public static OnnxModel parse(byte[] onnx, String positiveClass) {
        OnnxModel model = new OnnxModel(onnx, SECOND);
        OnnxSession opened = model.session();
        if (positiveClass.isEmpty()) {
            return model;
        }
        try {
            OnnxModel named = new OnnxModel(onnx, model.classes().columnOf(positiveClass));
            named.session = opened;
            return named;
        } catch (BadInputException e) {
            model.release();
            throw e;
        }
    }

    private OnnxClasses classes() {
        return OnnxClasses.of(onnx, session().output());
    }

    /**
     * Refuses a model whose classes are known and are not 0 and 1 in this order: that the second is fraud would be a
     * guess.
     *
     * @throws BadInputException if it is one
     */
    public void requireClassesZeroAndOne() {
        classes().requireZeroAndOne();
    }

    /** Says where the probability of fraud is taken from; to be asked after a row was scored. */
    public String answer() {
        List<String> names = classes().names;
        String where = session().columns() == 1 ? "" : "column " + column + ", counted from 0, of ";
        return where + "output " + session().output()
                + (names.size() > column
                        ? ", class " + names.get(column)
                        : ", taken on trust: the file names no classes");
    }

    /**
     * The probability for one row; it allocates.
     *
     * @throws BadInputException if the model does not take such a row, or answers with no probability
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

    /** With a session of its own. */
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
