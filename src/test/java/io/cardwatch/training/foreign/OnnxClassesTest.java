package io.cardwatch.training.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.OnnxModel;
import io.cardwatch.score.OnnxModels;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxClassesTest {
    private static final int WIDTH = 4;

    @Test
    void aNamedClassHasItsColumn() {
        OnnxClasses classes = classes(OnnxModels.linearClassifier(new float[WIDTH], List.of("fraud", "genuine")));

        assertThat(classes.columnOf("fraud")).isZero();
        assertThat(classes.columnOf("genuine")).isEqualTo(1);
    }

    @Test
    void classesThatAreNotZeroAndOneInThisOrderAreNotGuessedAt() {
        float[] weights = new float[WIDTH];
        assertAsks(
                OnnxModels.linearClassifier(weights, List.of("fraud", "genuine")), "classes are fraud, genuine, not");
        assertAsks(OnnxModels.linearClassifier(weights, List.of("0", "1")), "classes are 0, 1, not the numbers 0, 1");
        assertAsks(OnnxModels.linearClassifier(weights, List.of(1L, 0L)), "classes are 1, 0, not the numbers 0, 1");
        assertAsks(OnnxModels.linearClassifier(weights, List.of(-1L, 1L)), "classes are -1, 1, not the numbers 0, 1");
        assertAsks(OnnxModels.nestedClassifier(weights, List.of("bad", "good")), "classes are bad, good, not");

        classes(OnnxModels.linearClassifier(weights, List.of(0L, 1L))).requireZeroAndOne();
    }

    @Test
    void labelsThatAreTextsAndNotFoundAreRefused_thoughTheModelWithinHasZeroAndOne() {
        OnnxClasses classes = classes(OnnxModels.nestedClassifier(new float[WIDTH], List.of("a", "b", "c")));

        assertThatThrownBy(classes::requireZeroAndOne)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("labels are texts, and its file does not say which column is whose");
    }

    @Test
    void aNetNamesNoClasses_soItsSecondColumnIsTakenOnTrust() {
        OnnxClasses net = classes(OnnxModels.softmax(WIDTH, 2));

        net.requireZeroAndOne();
        assertThat(net.names).isEmpty();
    }

    @Test
    void refusesAClassThatTheFileDoesNotName() {
        OnnxClasses named = classes(OnnxModels.linearClassifier(new float[WIDTH], List.of("fraud", "genuine")));
        assertThatThrownBy(() -> named.columnOf("Fraud"))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the ONNX model has no class 'Fraud'; it names fraud, genuine");
        assertThatThrownBy(() -> classes(OnnxModels.softmax(WIDTH, 2)).columnOf("fraud"))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the ONNX model has no class 'fraud'; it names none");
    }

    private static OnnxClasses classes(byte[] onnx) {
        OnnxModel model = OnnxModel.parse(onnx, OnnxModel.SECOND);
        try {
            return OnnxClasses.of(onnx, model.output());
        } finally {
            model.release();
        }
    }

    private static void assertAsks(byte[] onnx, String cause) {
        assertThatThrownBy(() -> classes(onnx).requireZeroAndOne())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("--positive-class"));
    }
}
