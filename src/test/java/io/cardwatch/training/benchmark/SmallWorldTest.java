package io.cardwatch.training.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.datagen.Profile;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Rows of the benchmark in a world of about a twentieth of the handbook's size: what must hold in any world. They train
 * a dozen models, in about two minutes of CPU.
 */
@Tag("soak")
class SmallWorldTest {
    private static final Map<String, BenchmarkResult> RESULTS = new LinkedHashMap<>();

    @BeforeAll
    static void measureAllRows() {
        List<BenchmarkRow> rows = ModelBenchmark.rows(List.of(
                "reference",
                "extended",
                "anomaly-extended",
                "unlabelled-extended",
                "unlabelled-anomaly-extended",
                "true-rate-reference",
                "true-rate-extended",
                "extended-on-arrival",
                "true-rate-on-arrival",
                "delay-14d",
                "delay-6h"));
        new ModelBenchmark(world(), 1, (step, share) -> {}).run(rows, false, result -> RESULTS.put(result.row, result));
    }

    @Test
    void theSoonerAVerdictCountsTheBetter() {
        assertThat(ap("delay-6h")).isGreaterThan(ap("extended-on-arrival"));
        assertThat(ap("extended-on-arrival")).isGreaterThan(ap("extended"));
        assertThat(ap("extended")).isGreaterThan(ap("delay-14d"));
    }

    @Test
    void moreFeaturesAreWorthMore() {
        assertThat(ap("extended")).isGreaterThan(ap("reference"));
        assertThat(ap("true-rate-on-arrival")).isGreaterThan(ap("true-rate-extended"));
        assertThat(ap("true-rate-extended")).isGreaterThan(ap("true-rate-reference"));
    }

    @Test
    void ofFraudsThatNobodyLabelled_theAnomalyScoreFindsMoreThanTheTrees() {
        assertThat(RESULTS.get("unlabelled-anomaly-extended").unlabelledAtTop)
                .isGreaterThan(RESULTS.get("unlabelled-extended").unlabelledAtTop + 0.2);
        assertThat(ap("unlabelled-extended")).isLessThan(ap("extended"));
        assertThat(RESULTS.get("anomaly-extended").ece).isNull();
        assertThat(RESULTS.get("anomaly-extended").unlabelledAtTop).isNull();
    }

    @Test
    void theTrueRatesRowsDecideAtOneHalf_theOthersDoNotDecide() {
        RESULTS.forEach((row, result) -> {
            if (row.startsWith("true-rate")) {
                assertThat(result.threshold).isEqualTo(0.5);
                assertThat(result.f1)
                        .isEqualTo(
                                2 * result.precision * result.recall / (result.precision + result.recall),
                                within(1e-9));
                assertThat(result.balancedF1).isBetween(result.f1, 1.0);
            } else {
                assertThat(result.threshold).isNull();
            }
        });
    }

    private static double ap(String row) {
        return RESULTS.get(row).ap;
    }

    static Profile.Builder world() {
        return Profile.reference()
                .firstDay(LocalDate.of(2018, 4, 1))
                .days(183)
                .seed(1)
                .customers(300)
                .terminals(600);
    }
}
