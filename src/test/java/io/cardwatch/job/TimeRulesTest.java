package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import io.cardwatch.testing.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Records out of order and with wrong clocks, through decoder, event time and stages. The oracle is told the payments in
 * their order of arrival, and that event time has come as far as the honest clocks say.
 */
@Timeout(600)
class TimeRulesTest {
    private static final long START = Events.at("2026-02-20 00:00:00");
    private static final long MINUTE = 60;
    private static final long HOUR = 3_600;
    private static final long YEAR = 365 * Events.DAY;
    private static final int PAYMENTS = 900;
    private static final int DAYS = 50;
    private static final int CUSTOMERS = 6;
    private static final int TERMINALS = 3;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    /** What a record says, when it arrives, and whether its clock is right. */
    private record Sent(long id, long epochSecond, long arrival, boolean honest) {}

    private final long seed = Seed.of("TimeRulesTest");
    private final Random random = new Random(seed);

    @ParameterizedTest
    @CsvSource({"REFERENCE, true", "EXTENDED, true", "REFERENCE, false", "EXTENDED, false"})
    void afterWrongClocksNothingIsLateAndNoStateIsGone(FeatureSet set, boolean arrivalTimes) throws Exception {
        List<Sent> sent = new ArrayList<>();
        for (long second : random.longs(PAYMENTS, START, START + DAYS * Events.DAY)
                .sorted()
                .toArray()) {
            sent.add(new Sent(sent.size(), second, second, true));
            switch (sent.size()) {
                case PAYMENTS / 2 -> sent.add(new Sent(sent.size(), second + 10 * YEAR, second, false));
                case PAYMENTS / 2 + 20 -> sent.add(new Sent(sent.size(), second - 25 * YEAR, second, false));
                case PAYMENTS / 2 + 40 -> {
                    sent.add(new Sent(sent.size(), second + 6 * MINUTE, second, false));
                    sent.add(new Sent(sent.size(), second, second, true));
                }
                default -> {}
            }
        }
        // Where records have an arrival time, even six minutes too many do not count.
        tell(set, 2, sent, arrivalTimes, arrivalTimes ? MINUTE : 3 * Events.DAY);
    }

    @ParameterizedTest
    @CsvSource({"REFERENCE, 1", "REFERENCE, 2", "EXTENDED, 2"})
    void outOfOrderWithinAnHourIsAsTheOracleSays(FeatureSet set, int parallelism) throws Exception {
        List<Sent> sent = random.longs(PAYMENTS, 0, DAYS * Events.DAY / 20)
                // Bursts of 72 minutes every twenty hours, where many overtake each other.
                .map(second -> START + second / 4_320 * 20 * HOUR + second % 4_320)
                .mapToObj(second -> new Sent(0, second, second + random.nextInt(3_600), true))
                .sorted((left, right) -> Long.compare(left.arrival, right.arrival))
                .toList();
        List<Sent> numbered = new ArrayList<>();
        for (Sent record : sent) {
            numbered.add(new Sent(numbered.size(), record.epochSecond, record.arrival, true));
        }
        tell(set, parallelism, numbered, true, HOUR / 2);
    }

    private void tell(FeatureSet set, int parallelism, List<Sent> sent, boolean arrivalTimes, long latenessSeconds)
            throws Exception {
        RecordDecoder<Transaction> decoder = RecordDecoder.transactions(65_536, Contacts.KEPT);
        FeatureOracle oracle = new FeatureOracle(set, 7 * Events.DAY, latenessSeconds);
        List<Decoded<Transaction>> records = new ArrayList<>();
        for (Sent record : sent) {
            records.add(decoder.decode(json(record), origin(record, arrivalTimes)));
        }
        List<FraudLabel> labels = labels(records);
        labels.forEach(oracle::label);
        List<String> expected = new ArrayList<>();
        List<FraudLabel> unmatched = new ArrayList<>();
        Set<String> rows = new HashSet<>();
        for (int i = 0; i < sent.size(); i++) {
            if (!records.get(i).accepted()) {
                expected.add(ToldInOrder.letter("FUTURE", "payments", Integer.toString(i)));
                continue;
            }
            Transaction payment = records.get(i).value;
            Verdict verdict = oracle.transaction(payment);
            if (verdict.outcome == Outcome.ACCEPTED) {
                rows.add(payment.origin.sequenceNumber());
                expected.add(ToldInOrder.row(payment, verdict.features, null));
            } else {
                expected.add(ToldInOrder.letter(verdict.outcome.name(), "payments", Integer.toString(i)));
            }
            if (sent.get(i).honest && i > 0) {
                // The second record confirms the first: there is no event time before.
                long reached = sent.get(i).epochSecond;
                long second = i > 1 ? reached : Math.min(reached, sent.get(0).epochSecond);
                unmatched.addAll(oracle.watermarkMillis(second * 1000 - 1));
            }
        }
        unmatched.addAll(oracle.end());
        unmatched.forEach(
                label -> expected.add(ToldInOrder.letter("LABEL_UNMATCHED", "labels", label.origin.sequenceNumber())));
        assertThat(rows).hasSizeGreaterThan(PAYMENTS / 2);

        ToldInOrder.tell(labels, records, rows, records.size());
        Settings settings = Settings.fromArguments(List.of(
                "--features.set=" + set.lowerCaseName(), "--features.allowed-lateness=" + latenessSeconds + "s"));
        JobClient job = ToldInOrder.start(settings, set, parallelism, new Configuration());
        job.getJobExecutionResult().get();
        ToldInOrder.assertAnswers(expected, "-Dcardwatch.seed=" + seed);
    }

    private byte[] json(Sent record) {
        return RecordJson.encode(Events.transaction(
                0,
                record.id,
                record.epochSecond,
                record.id % CUSTOMERS,
                record.id % TERMINALS,
                random.nextInt(50_000)));
    }

    private static RecordOrigin origin(Sent record, boolean arrivalTimes) {
        return new RecordOrigin(
                "payments",
                "",
                "",
                Long.toString(record.id),
                arrivalTimes ? record.arrival * 1000 : RecordOrigin.NO_ARRIVAL);
    }

    /** Of each tenth payment, known a day to six days after it; they wait for those to come. */
    private List<FraudLabel> labels(List<Decoded<Transaction>> records) {
        return records.stream()
                .filter(record -> record.accepted() && record.value.transactionId % 10 == 3)
                .map(record -> Events.label(
                        (int) record.value.transactionId,
                        record.value,
                        true,
                        record.value.epochSecond + Events.DAY + random.nextInt((int) (5 * Events.DAY))))
                .collect(Collectors.toList());
    }
}
