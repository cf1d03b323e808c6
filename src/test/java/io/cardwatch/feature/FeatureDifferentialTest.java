package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.fail;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Answers;
import io.cardwatch.oracle.Arrival;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import io.cardwatch.oracle.History;
import io.cardwatch.oracle.HistoryGenerator;
import io.cardwatch.testing.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The windows of both sets, in turn, against the oracle on random histories: every outcome, every feature bit by bit, every unmatched label.
 * A history that differs is printed with its seed, shrunk to the arrivals it takes.
 */
class FeatureDifferentialTest {
    /** When everything a history holds has expired. */
    private static final Arrival END = new WatermarkAdvances(Events.at("9000-01-01 00:00:00"));

    /** 2 KB of a heap of 1 GB, for each of the two operators. */
    private static final double SHARE_OF_A_FEW_WINDOWS = 4e-6;

    private final long runSeed = Seed.of("FeatureDifferentialTest");

    /** Runs a history; the first answer that is not the oracle's. */
    private interface Comparison {
        Optional<String> firstDifference(History history) throws Exception;
    }

    @Test
    void plainWindowsAnswerAsTheOracleDoes_howeverOftenTheyAreWrittenAndReadBack() {
        compare(0, 20_000, FeatureDifferentialTest::plainWindowsDiffer);
    }

    @Test
    void operatorsOnHeapStateAnswerAsTheOracleDoes_restoredAtARandomPoint() {
        compare(100_000, 200, history -> operatorsDiffer(history, HashMapStateBackend::new, 0));
    }

    /** Without a cache, with one that holds a few windows only and so writes them back all the time, with room for all. */
    @ParameterizedTest
    @ValueSource(doubles = {0, SHARE_OF_A_FEW_WINDOWS, 0.3})
    void operatorsOnRocksDbAnswerAsTheOracleDoes_restoredAtARandomPoint(double cacheShare) {
        compare(200_000, 20, history -> operatorsDiffer(history, EmbeddedRocksDBStateBackend::new, cacheShare));
    }

    @Test
    void boundedOperatorsAnswerAsTheOracleDoesInTimeOrder() {
        compare(300_000, 500, FeatureDifferentialTest::boundedOperatorsDiffer);
    }

    private void compare(int offset, int histories, Comparison comparison) {
        long firstSeed = runSeed * 1_000_000 + offset;
        for (long seed = firstSeed; seed < firstSeed + histories; seed++) {
            History history = HistoryGenerator.history(seed);
            if (difference(history, comparison).isPresent()) {
                History shrunk = history.shrunk(
                        candidate -> difference(candidate, comparison).isPresent());
                fail("%s%n%s", difference(shrunk, comparison).orElseThrow(), shrunk);
            }
        }
    }

    private static Optional<String> difference(History history, Comparison comparison) {
        try {
            return comparison.firstDifference(history);
        } catch (Exception | AssertionError e) {
            return Optional.of("threw " + ExceptionUtils.stringifyException(e));
        }
    }

    private static Optional<String> plainWindowsDiffer(History history) throws Exception {
        Random random = new Random(history.seed());
        PlainWindows windows = new PlainWindows(set(history), times(history));
        Answers oracle = Answers.of(history.newOracle(set(history)));
        for (Arrival arrival : history.arrivals()) {
            if (random.nextInt(10) == 0) {
                windows.restore();
            }
            String expected = oracle.to(arrival);
            String actual = windows.to(arrival);
            if (!actual.equals(expected)) {
                return differs(arrival, expected, actual);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> operatorsDiffer(History history, Supplier<StateBackend> backend, double cacheShare)
            throws Exception {
        int restoreAt = new Random(history.seed()).nextInt(history.arrivals().size() + 1);
        Answers oracle = Answers.of(history.newOracle(set(history)));
        try (OperatorWindows operators =
                new OperatorWindows(set(history), times(history), false, backend, cacheShare)) {
            for (int i = 0; i <= history.arrivals().size(); i++) {
                if (i == restoreAt) {
                    operators.restore();
                }
                Arrival arrival = i == history.arrivals().size()
                        ? END
                        : history.arrivals().get(i);
                String expected = oracle.to(arrival);
                String actual = operators.to(arrival);
                if (!(arrival instanceof LabelArrives) && !actual.equals(expected)) {
                    return differs(arrival, expected, actual);
                }
            }
            return operators.leftovers() == 0
                    ? Optional.empty()
                    : Optional.of(operators.leftovers() + " keys or timers are left at the end of time");
        }
    }

    private static Optional<String> boundedOperatorsDiffer(History history) throws Exception {
        List<Transaction> transactions = new ArrayList<>();
        List<FraudLabel> labels = new ArrayList<>();
        for (Arrival arrival : history.arrivals()) {
            if (arrival instanceof TransactionArrives arrives) {
                transactions.add(arrives.transaction());
            } else if (arrival instanceof LabelArrives arrives) {
                labels.add(arrives.label());
            }
        }
        BoundedOracle.Answers expected = BoundedOracle.run(history.newOracle(set(history)), transactions, labels);
        try (OperatorWindows operators =
                new OperatorWindows(set(history), times(history), true, HashMapStateBackend::new, 0)) {
            for (Arrival arrival : BoundedOracle.inTimeOrder(transactions, labels)) {
                String actual = operators.to(arrival);
                if (arrival instanceof TransactionArrives arrives) {
                    Verdict verdict = expected.verdicts().get(transactions.indexOf(arrives.transaction()));
                    String answer = Answers.transaction(verdict.outcome, verdict.features);
                    if (!actual.equals(answer)) {
                        return differs(arrival, answer, actual);
                    }
                }
            }
            String unmatched = Answers.unmatched(expected.unmatchedLabels().stream()
                    .map(label -> label.origin.sequenceNumber())
                    .toList());
            String actual = operators.to(END);
            return actual.equals(unmatched) ? Optional.empty() : differs(END, unmatched, actual);
        }
    }

    private static Optional<String> differs(Arrival arrival, String expected, String actual) {
        return Optional.of(
                String.format("at %s%n  the oracle says %s%n  the windows say %s", arrival, expected, actual));
    }

    private static FeatureSet set(History history) {
        return FeatureSet.values()[(int) (history.seed() % FeatureSet.values().length)];
    }

    private static WindowTimes times(History history) {
        return new WindowTimes(
                Duration.ofSeconds(history.delaySeconds()), Duration.ofSeconds(history.allowedLatenessSeconds()));
    }
}
