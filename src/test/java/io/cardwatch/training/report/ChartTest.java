package io.cardwatch.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
    @Test
    void aLogarithmicAxisGivesEveryPowerOfTenTheSameRoom() {
        Axis axis = Axis.logarithmic("share", 1e-4, 1, Numbers::smallPercent);

        assertThat(axis.position(1e-4)).isZero();
        assertThat(axis.position(1e-2)).isEqualTo(0.5);
        assertThat(axis.position(0)).isZero();
        assertThat(axis.ticks).hasSize(5);
        assertThat(axis.text(axis.ticks.get(0))).isEqualTo("0.01\u00a0%");
    }

    @Test
    void aLinearAxisHasATickAtBothEnds_alsoBelowZero() {
        Axis axis = Axis.linear("money", -20, 80, 20, Numbers::tick);

        assertThat(axis.ticks).containsExactly(-20.0, 0.0, 20.0, 40.0, 60.0, 80.0);
        assertThat(axis.position(5)).isEqualTo(0.25);
        assertThat(axis.position(200)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.2", "7, 1", "30, 5", "115500, 20000", "0.4, 0.05"})
    void stepsAreRoundNumbers(double span, double step) {
        assertThat(Axis.step(span)).isCloseTo(step, within(1e-12));
    }

    @Test
    void pointsLieWhereTheAxesSay_andWordsAreEscaped() {
        Axis share = Axis.linear("<share>", 0, 1, 0.5, Numbers::percent);

        String svg = new Chart("\"a\" & b", share, share)
                .line("line", new double[] {0, 1}, new double[] {0, 1})
                .svg();

        assertThat(svg)
                .contains("aria-label=\"&quot;a&quot; &amp; b\"")
                .contains("&lt;share&gt;")
                .contains("<path class=\"line\" d=\"M74.0,278.0L430.0,14.0\"/>");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 100", "0.00836, 0.84", "0.000012, 0.0012", "0.1, 10", "0.123456, 12"})
    void smallSharesKeepTwoDigits(double share, String percent) {
        assertThat(Numbers.smallPercent(share)).isEqualTo(percent + "\u00a0%");
    }
}
