package io.cardwatch.training.foreign;

import com.fasterxml.jackson.databind.JsonNode;
import io.cardwatch.domain.BadInputException;

/** Reads single fields of XGBoost's JSON and makes the errors for invalid ones. */
final class XgboostField {
    static final String REMEDY = "Save the model again as XGBoost JSON, or train one with 'train'.";

    private XgboostField() {}

    /** A count that the file holds as text. */
    static int integer(JsonNode parent, String field) {
        String text = parent.path(field).asText();
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw malformed("its " + field + " is '" + text + "'", e);
        }
    }

    /** The nearest float; NaN if it is not a number or not finite. */
    static float finite(JsonNode number) {
        if (!number.isBigDecimal() && !number.isIntegralNumber()) {
            return Float.NaN;
        }
        float value = number.decimalValue().floatValue();
        return Float.isFinite(value) ? value : Float.NaN;
    }

    /** The list under {@code field}, which must be there. */
    static JsonNode array(JsonNode parent, String field) {
        JsonNode array = parent.path(field);
        if (!array.isArray()) {
            throw malformed("it has no list '" + field + "'");
        }
        return array;
    }

    static BadInputException malformed(String what) {
        return malformed(what, null);
    }

    static BadInputException malformed(String what, Throwable root) {
        return new BadInputException("the model is not a whole XGBoost model: " + what, REMEDY, root);
    }

    static BadInputException severalTargets() {
        return new BadInputException(
                "the model answers with several classes or targets", "Train it with objective binary:logistic.");
    }

    static BadInputException categorical(String cause) {
        return new BadInputException(
                cause + "; categorical splits are not evaluated", "Train it on numeric features only.");
    }

    static BadInputException tooLarge(String what, int limit) {
        return new BadInputException(
                "the model cannot be scored: " + what + ", more than " + limit, "Train a smaller one.");
    }

    /** Refuses several targets: where leaves are lists, they have one number per target. */
    static void requireOneTarget(JsonNode parameters) {
        if (parameters.path("size_leaf_vector").asInt(1) > 1) {
            throw severalTargets();
        }
    }
}
