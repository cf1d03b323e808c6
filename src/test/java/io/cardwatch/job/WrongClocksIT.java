package io.cardwatch.job;

import static io.cardwatch.domain.DeadLetterReason.FUTURE;
import static io.cardwatch.domain.DeadLetterReason.LABEL_UNMATCHED;
import static io.cardwatch.domain.DeadLetterReason.TOO_OLD;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wrong clocks in every shard of a stream that is paid into now, so that its records arrive when they are made; event
 * time is what the sources make of it.
 */
@Timeout(600)
class WrongClocksIT {
    private static final long MINUTE = 60;
    private static final long YEAR = 365 * Events.DAY;
    /** Customers, whose records reach every shard. Each pays at a terminal of its own, so that its shard has the order. */
    private static final int CUSTOMERS = 64;

    private static final int ROUNDS_BEFORE = 60;
    private static final int ROUNDS_AFTER = 20;
    private static final int VERDICTS = 2;
    private static final int PAUSE_MILLIS = 50;
    /** So little that six minutes too many would show. */
    private static final long LATENESS = MINUTE;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private final long start = Instant.now().getEpochSecond();
    private final FeatureOracle oracle = new FeatureOracle(FeatureSet.REFERENCE, 7 * Events.DAY, LATENESS);
    private final Map<String, double[]> expected = new HashMap<>();
    private JobOnKinesis kinesis;
    private int sent;

    @Test
    void afterOneAheadOfItsArrivalAndOneFromLongAgo_everyPaymentIsScored() throws Exception {
        try (JobOnKinesis servers = new JobOnKinesis(4, 1)) {
            kinesis = servers;
            for (int round = 0; round < ROUNDS_BEFORE; round++) {
                pay(start - (ROUNDS_BEFORE - round) * MINUTE);
            }
            sendVerdicts();
            JobClient job = kinesis.start(
                    Restarts.none(directory, Duration.ofMillis(500)), "--features.allowed-lateness=" + LATENESS + "s");
            // The verdict that is given up tells that event time is known wherever payments are judged.
            kinesis.await(job, expected.size() + VERDICTS + 1);

            long now = Instant.now().getEpochSecond();
            pay(now + 6 * MINUTE);
            for (int customer = 0; customer < CUSTOMERS; customer++) {
                kinesis.payments().addRefused(customer, encoded(next(customer, now + 10 * YEAR)), FUTURE);
                kinesis.payments().addRefused(customer, encoded(next(customer, now - 25 * YEAR)), TOO_OLD);
            }
            kinesis.payments().send();
            for (int round = 0; round < ROUNDS_AFTER; round++) {
                Thread.sleep(PAUSE_MILLIS);
                pay(now + round / 10);
            }
            kinesis.awaitAll(job, expected.size() + VERDICTS);

            job.cancel().get();
            kinesis.assertDeadLetters();
            Reckoning.of(kinesis.warehouse(), expected).assertExact();
        }
    }

    /** Sends a payment of each customer, made at that second. */
    private void pay(long epochSecond) {
        for (int customer = 0; customer < CUSTOMERS; customer++) {
            Transaction payment = next(customer, epochSecond);
            String name = PaymentStory.name(payment);
            expected.put(name, oracle.transaction(payment).features);
            kinesis.payments().add(customer, encoded(payment), name);
        }
        kinesis.payments().send();
    }

    /** On two payments that nobody has made: one may still come, the time of the other is long over. */
    private void sendVerdicts() {
        Transaction mayCome = next(0, start - MINUTE);
        Transaction isOver = next(0, start - YEAR);
        kinesis.verdicts().add(0, RecordJson.encode(Events.label(0, mayCome, false, start)), "");
        kinesis.verdicts().addRefused(0, RecordJson.encode(Events.label(0, isOver, true, start + 1)), LABEL_UNMATCHED);
        kinesis.verdicts().send();
    }

    private Transaction next(int customer, long epochSecond) {
        return Events.transaction(0, sent++, epochSecond, customer, customer, 100 + sent % 7);
    }

    private static byte[] encoded(Transaction payment) {
        return RecordJson.encode(payment);
    }
}
