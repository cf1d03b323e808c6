package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlattScalingTest {
    @Test
    void theIdentityIsXgboostsSigmoidBitForBit() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000_000; i++) {
            float margin = Float.intBitsToFloat(random.nextInt());
            if (Float.isNaN(margin)) {
                continue;
            }
            float expected = 1f / ((float) Math.exp(Math.min(-margin, 88.7f)) + 1f);
            assertThat(Float.floatToRawIntBits(PlattScaling.IDENTITY.probability(margin)))
                    .isEqualTo(Float.floatToRawIntBits(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, -1, 0.5, 0.5", "1, 0, 0, 0.5", "0.5, 1, 2, 0.880797", "1.5, 0.25, -3, 0.0140636"})
    void isTheLogisticFunctionOfALine(double slope, double intercept, float margin, float expected) {
        assertThat(new PlattScaling(slope, intercept).probability(margin)).isCloseTo(expected, within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 0", "NaN, 0", "Infinity, 0", "1, NaN", "1, -Infinity"})
    void refusesALineThatDoesNotRise(double slope, double intercept) {
        assertThatThrownBy(() -> new PlattScaling(slope, intercept)).isInstanceOf(BadInputException.class);
    }
}
