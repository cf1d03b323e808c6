package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The error for a file that ONNX Runtime does not open. Its own message is long and names no remedy. */
final class OnnxLoadFailure {
    private static final Pattern IR = Pattern.compile("model IR version: (\\d+), max supported IR version: (\\d+)");
    private static final Pattern OPERATORS = Pattern.compile(
            "Opset (\\d+) is under development.*official support for domain (\\S+) is till opset (\\d+)",
            Pattern.DOTALL);

    private OnnxLoadFailure() {}

    /**
     * Translates an error.
     *
     * @param runtime the version of ONNX Runtime
     */
    static BadInputException of(String runtime, Exception error) {
        String message = String.valueOf(error.getMessage());
        Matcher ir = IR.matcher(message);
        if (ir.find()) {
            return new BadInputException(
                    "the ONNX model has IR version " + ir.group(1) + "; ONNX Runtime " + runtime + " reads up to "
                            + ir.group(2),
                    "Export it with an older IR version, in Python model.ir_version = " + ir.group(2)
                            + " before it is saved.",
                    error);
        }
        Matcher operators = OPERATORS.matcher(message);
        if (operators.find()) {
            return new BadInputException(
                    "the ONNX model uses operator set " + operators.group(1) + " of " + operators.group(2)
                            + "; ONNX Runtime " + runtime + " knows up to " + operators.group(3),
                    "Export it with an older operator set (opset), " + operators.group(3) + " at most.",
                    error);
        }
        return new BadInputException(
                "ONNX Runtime " + runtime + " cannot load the model: "
                        + message.lines().findFirst().orElse("no reason given"),
                "Export it again as one whole .onnx file.",
                error);
    }
}
