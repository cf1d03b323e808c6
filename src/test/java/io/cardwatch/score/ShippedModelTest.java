package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import org.junit.jupiter.api.Test;

class ShippedModelTest {
    private final FraudModel model = FraudModel.loadShipped();

    @Test
    void isVerifiedLikeAnyOther_andNamesItsVersion() {
        assertThat(model.version()).matches("\\d{4}-\\d\\d-\\d\\d-[0-9a-f]{12}");
        assertThat(model.threshold()).isBetween(0.1, 0.9);
    }

    @Test
    void knowsTheThreePatternsFromAnOrdinaryPayment() {
        float[] ordinary = payment(50);
        float[] large = payment(300);
        float[] unlikeTheCustomer = payment(215);
        float[] atABadTerminal = payment(50);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_1DAY_WINDOW, 1);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_7DAY_WINDOW, 1);
        set(atABadTerminal, Feature.TERMINAL_ID_RISK_30DAY_WINDOW, 0.5f);

        assertThat((double) model.probability(ordinary)).isLessThan(0.01);
        assertThat((double) model.probability(large)).isGreaterThan(model.threshold());
        assertThat((double) model.probability(unlikeTheCustomer)).isGreaterThan(model.threshold());
        assertThat((double) model.probability(atABadTerminal)).isGreaterThan(model.threshold());
    }

    /** By day, of a customer who pays about 50 twice a day, at a terminal with a payment a day and no frauds. */
    private static float[] payment(float amount) {
        float[] features = new float[FeatureSet.REFERENCE.size()];
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
        return features;
    }

    private static void set(float[] features, Feature feature, float value) {
        features[feature.index()] = value;
    }
}
