package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShippedModelTest {

    @ParameterizedTest
    @EnumSource
    void readsItsSet_isVerifiedLikeAnyOther_andNamesItsVersion(FeatureSet set) {
        FraudModel model = FraudModel.loadShipped(set);

        assertThat(model.featureSet()).isEqualTo(set);
        assertThat(model.version()).matches("\\d{4}-\\d\\d-\\d\\d-[0-9a-f]{12}");
        assertThat(model.threshold()).isBetween(0.1, 0.9);
    }

    @ParameterizedTest
    @EnumSource
    void knowsTheThreePatternsFromAnOrdinaryPayment(FeatureSet set) {
        FraudModel model = FraudModel.loadShipped(set);

        assertThat(probability(model, payment(50))).isLessThan(0.01);
        assertThat(probability(model, payment(300))).isGreaterThan(model.threshold());
        assertThat(probability(model, payment(215))).isGreaterThan(model.threshold());
        assertThat(probability(model, atABadTerminal())).isGreaterThan(model.threshold());
    }

    @ParameterizedTest
    @EnumSource
    void itsAnomalyScoreIsHigherForEachOfThem(FeatureSet set) {
        FraudModel model = FraudModel.loadShipped(set);
        double ordinary = anomalyScore(model, payment(50));

        assertThat(ordinary).isBetween(0.1, 1.0);
        assertThat(anomalyScore(model, payment(300))).isGreaterThan(2 * ordinary);
        assertThat(anomalyScore(model, payment(215))).isGreaterThan(2 * ordinary);
        assertThat(anomalyScore(model, atABadTerminal())).isGreaterThan(2 * ordinary);
    }

    private static float[] atABadTerminal() {
        float[] atABadTerminal = payment(50);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_1DAY_WINDOW, 1);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_7DAY_WINDOW, 1);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_30DAY_WINDOW, 0.3f);
        set(atABadTerminal, Feature.TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW, 4);
        set(atABadTerminal, Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW, 10);
        set(atABadTerminal, Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW, 0.4f);
        set(atABadTerminal, Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS, 11);
        set(atABadTerminal, Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE, 1);
        set(atABadTerminal, Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE, 3);
        set(atABadTerminal, Feature.TERMINAL_ID_FRAUD_RUN_LENGTH, 10);
        set(atABadTerminal, Feature.TERMINAL_ID_FRAUD_RUN_DAYS, 11);
        return atABadTerminal;
    }

    private static double probability(FraudModel model, float[] extended) {
        return model.probability(Arrays.copyOf(extended, model.featureSet().size()));
    }

    private static double anomalyScore(FraudModel model, float[] extended) {
        return model.anomalyScore(Arrays.copyOf(extended, model.featureSet().size()));
    }

    /** By day, of a customer who pays about 50 twice a day, at a terminal with a payment a day and no frauds. */
    private static float[] payment(float amount) {
        float[] features = new float[FeatureSet.EXTENDED.size()];
        set(features, Feature.TX_AMOUNT, amount);
        set(features, Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, 2);
        set(features, Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW, (50 + amount) / 2);
        set(features, Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW, 14);
        set(features, Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW, (650 + amount) / 14);
        set(features, Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, 60);
        set(features, Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW, (2950 + amount) / 60);
        set(features, Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW, 1);
        set(features, Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW, 7);
        set(features, Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW, 30);
        set(features, Feature.CUSTOMER_ID_AMOUNT_RATIO, amount / 50);
        set(features, Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW, 7);
        set(features, Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS, -1);
        set(features, Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE, -1);
        set(features, Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE, -1);
        set(features, Feature.TERMINAL_ID_FRAUD_RUN_DAYS, -1);
        return features;
    }

    private static void set(float[] features, Feature feature, float value) {
        features[feature.index()] = value;
    }
}
