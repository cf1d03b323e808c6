package io.cardwatch.decide;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.score.FraudModel;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells what moved a score: the features that added most to a row's log-odds, up or down, each with a sentence. It depends
 * on the model, the vector and the terminal delay alone, so a payment has the same reasons wherever it is decided. Threads may
 * share it.
 */
public final class Reasons {
    private static final JsonFactory JSON = new JsonFactory();

    private final FraudModel model;
    private final Duration terminalDelay;
    private final int most;

    /**
     * @param terminalDelay how long before a payment its terminal's windows end, in whole seconds
     * @param most reasons of a payment
     * @throws BadInputException if the model cannot give reasons
     */
    public Reasons(FraudModel model, Duration terminalDelay, int most) {
        if (!model.hasContributions()) {
            throw new BadInputException(
                    "model " + model.version() + " is an ONNX model and gives no reasons",
                    "Set reasons.for=none, or take a model of trees.");
        }
        this.model = model;
        this.terminalDelay = terminalDelay;
        this.most = most;
    }

    /**
     * The strongest reasons, first the one whose contribution is farthest from 0: a JSON array of objects with feature (its
     * column's name), value (null where missing), contribution (to the log-odds before calibration) and text. A feature that
     * adds nothing is no reason. Numbers are exact.
     *
     * @param features by {@link Feature#index()}, NaN where missing; it may hold more features than the model reads
     */
    public String json(double[] features) {
        float[] input = new float[model.featureSet().size()];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) features[i];
        }
        double[] contributions = model.contributions(input);
        List<Feature> strongest = model.featureSet().features().stream()
                .filter(feature -> contributions[feature.index()] != 0)
                .sorted(Comparator.comparingDouble(feature -> -Math.abs(contributions[feature.index()])))
                .limit(most)
                .collect(Collectors.toList());
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Feature feature : strongest) {
                write(json, feature, features, contributions[feature.index()]);
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("A string cannot be written.", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, Feature feature, double[] features, double contribution) throws IOException {
        double value = features[feature.index()];
        json.writeStartObject();
        json.writeStringField("feature", feature.column());
        json.writeFieldName("value");
        if (Double.isNaN(value)) {
            json.writeNull();
        } else if (feature.isWhole()) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(value);
        }
        json.writeNumberField("contribution", contribution);
        json.writeStringField("text", feature.sentence(features, terminalDelay));
        json.writeEndObject();
    }
}
