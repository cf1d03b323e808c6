package io.cardwatch.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.OnnxModels;
import io.cardwatch.training.ModelImport;
import io.cardwatch.training.ModelWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReasonsTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final int ALL = Feature.values().length;

    private final FraudModel model = FraudModel.loadShipped(FeatureSet.EXTENDED);

    @TempDir
    Path directory;

    @Test
    void areTheStrongestContributions_withValueAndSentence() throws IOException {
        double[] payment = payment();

        JsonNode reasons = parse(new Reasons(model, WEEK, 4).json(payment));

        double[] contributions = contributions(model, payment);
        assertThat(reasons).hasSize(4);
        double[] strongest = Arrays.stream(contributions, 0, ALL)
                .map(contribution -> -Math.abs(contribution))
                .sorted()
                .limit(4)
                .toArray();
        for (int i = 0; i < reasons.size(); i++) {
            JsonNode reason = reasons.get(i);
            assertThat(reason.fieldNames()).toIterable().containsExactly("feature", "value", "contribution", "text");
            Feature feature = feature(reason);
            assertThat(-Math.abs(reason.get("contribution").doubleValue())).isEqualTo(strongest[i]);
            assertThat(reason.get("contribution").doubleValue()).isEqualTo(contributions[feature.index()]);
            assertThat(reason.get("value").doubleValue()).isEqualTo(payment[feature.index()]);
            assertThat(reason.get("text").textValue()).isEqualTo(feature.sentence(payment, WEEK));
        }
        assertThat(reasons.get(0).get("text").textValue())
                .isEqualTo("309.15 is 4.8 times what this card usually spends");
    }

    @Test
    void allTogetherAreWhatMovedTheScore_eachFeatureOnce() throws IOException {
        double[] payment = payment();

        JsonNode reasons = parse(new Reasons(model, WEEK, ALL).json(payment));

        Set<Feature> told = new HashSet<>();
        double sum = 0;
        for (JsonNode reason : reasons) {
            assertThat(told.add(feature(reason))).isTrue();
            assertThat(reason.get("contribution").doubleValue()).isNotZero();
            assertThat(reason.get("value").isIntegralNumber())
                    .isEqualTo(feature(reason).isWhole());
            sum += reason.get("contribution").doubleValue();
        }
        double[] contributions = contributions(model, payment);
        assertThat(sum).isCloseTo(Arrays.stream(contributions, 0, ALL).sum(), within(1e-12));
        for (Feature feature : Feature.values()) {
            assertThat(told.contains(feature)).isEqualTo(contributions[feature.index()] != 0);
        }
    }

    @Test
    void aMissingValueIsNull_andAModelOfFewerFeaturesTellsOfNoOther() throws IOException {
        FraudModel reference = FraudModel.loadShipped(FeatureSet.REFERENCE);
        double[] payment = payment();
        payment[Feature.TX_AMOUNT.index()] = Double.NaN;

        JsonNode reasons = parse(new Reasons(reference, WEEK, ALL).json(payment));

        assertThat(reasons)
                .allSatisfy(reason -> assertThat(feature(reason).index()).isLessThan(FeatureSet.REFERENCE.size()));
        assertThat(reasons).anySatisfy(reason -> {
            assertThat(feature(reason)).isEqualTo(Feature.TX_AMOUNT);
            assertThat(reason.get("value").isNull()).isTrue();
            assertThat(reason.get("text").textValue()).isEqualTo("the amount is not known");
        });
    }

    @Test
    void anOnnxModelGivesNone_andTheRefusalSaysWhatToDo() throws IOException {
        int features = FeatureSet.REFERENCE.size();
        Path file = Files.write(directory.resolve("model.onnx"), OnnxModels.logisticRegression(new float[features], 0));
        ModelWriter.write(directory.resolve("model"), new ModelImport(FeatureSet.REFERENCE, 0.5).read(file));
        FraudModel onnx = FraudModel.load(directory.resolve("model").toString());

        assertThatThrownBy(() -> new Reasons(onnx, WEEK, 3))
                .isInstanceOfSatisfying(BadInputException.class, refused -> assertThat(refused.remedy())
                        .isEqualTo("Set reasons.for=none, or take a model of trees."))
                .hasMessage("model " + onnx.version() + " is an ONNX model and gives no reasons");
        onnx.release();
    }

    private static double[] contributions(FraudModel model, double[] payment) {
        float[] input = new float[payment.length];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) payment[i];
        }
        return model.contributions(input);
    }

    private static Feature feature(JsonNode reason) {
        return Arrays.stream(Feature.values())
                .filter(feature -> feature.column().equals(reason.get("feature").textValue()))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode parse(String json) throws IOException {
        return new ObjectMapper().readTree(json);
    }

    /** Of 309.15, where about 65 is usual; nothing is known about the terminal. */
    private static double[] payment() {
        double[] row = new double[FeatureSet.EXTENDED.size()];
        set(row, Feature.TX_AMOUNT, 309.15);
        set(row, Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, 2);
        set(row, Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW, 187.1);
        set(row, Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW, 14);
        set(row, Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW, 82.45);
        set(row, Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, 60);
        set(row, Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW, 69.07);
        set(row, Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW, 1);
        set(row, Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW, 7);
        set(row, Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW, 30);
        set(row, Feature.CUSTOMER_ID_AMOUNT_RATIO, 4.5);
        set(row, Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW, 7);
        set(row, Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS, -1);
        set(row, Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE, -1);
        set(row, Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE, -1);
        set(row, Feature.TERMINAL_ID_FRAUD_RUN_DAYS, -1);
        return row;
    }

    private static void set(double[] row, Feature feature, double value) {
        row[feature.index()] = value;
    }
}
