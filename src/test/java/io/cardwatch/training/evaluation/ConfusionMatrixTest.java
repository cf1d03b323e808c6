package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
    /** Eight of ten frauds, and 100 of 1 000 genuine rows: one false alarm for ten, so 0.1 beside 0.8. */
    @Test
    void theBalancedF1WeighsBothClassesTheSame() {
        ConfusionMatrix decision = new ConfusionMatrix(0.5, 8, 100, 2, 900);

        double precision = 0.8 / (0.8 + 0.1);
        assertThat(decision.balancedF1()).isCloseTo(2 * precision * 0.8 / (precision + 0.8), within(1e-12));
        assertThat(decision.f1()).isCloseTo(16.0 / 118, within(1e-12));
    }

    @Test
    void nothingFoundAndNothingThereIsZero() {
        assertThat(new ConfusionMatrix(0.5, 0, 0, 10, 90).balancedF1()).isZero();
        assertThat(new ConfusionMatrix(0.5, 0, 0, 0, 0).balancedF1()).isZero();
    }
}
