package io.cardwatch.soak;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Of the payments a tenth comes again, at once or up to two weeks later, and a hundredth with other content. */
class RedeliveryIT {
    private static final int PAYMENTS = 20_000;
    private static final int REDELIVERED_PERCENT = 10;
    private static final int CONFLICTING_PERCENT = 1;
    /** In payments: half of them, and a day and a half of them, which is never too old. */
    private static final int LATEST_REDELIVERY = PAYMENTS / 2;

    private static final int LATEST_CONFLICT = PAYMENTS / 20;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private final long seed = Seed.of("RedeliveryIT");
    private final Random random = new Random(seed);
    private final PaymentStory story = new PaymentStory(seed, PAYMENTS);
    /** By the payment behind which they are sent. */
    private final Map<Integer, List<Transaction>> again = new HashMap<>();

    private final Map<Integer, List<Transaction>> conflicting = new HashMap<>();

    @Test
    @Timeout(600)
    void redeliveriesAndConflictsLeaveOneRowEachAndChangeNoWindow() throws Exception {
        plan();
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2)) {
            send(kinesis);
            JobClient job =
                    kinesis.start(Restarts.none(directory, Duration.ofSeconds(1)), "--source.poll-interval=50ms");
            kinesis.awaitAll(job, PAYMENTS + story.labels.size());
            JobOnKinesis.stopWithSavepoint(job, directory);

            kinesis.assertDeadLetters();
            Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
        }
    }

    private void plan() {
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = story.transactions.get(i);
            if (random.nextInt(100) < REDELIVERED_PERCENT) {
                add(again, i + random.nextInt(LATEST_REDELIVERY), payment);
            }
            if (random.nextInt(100) < CONFLICTING_PERCENT) {
                add(conflicting, i + random.nextInt(LATEST_CONFLICT), otherContent(payment));
            }
        }
    }

    private static void add(Map<Integer, List<Transaction>> plan, int behind, Transaction payment) {
        plan.computeIfAbsent(Math.min(behind, PAYMENTS - 1), position -> new ArrayList<>())
                .add(payment);
    }

    /** The same identity at another terminal, with another amount, or both. */
    private Transaction otherContent(Transaction payment) {
        int what = 1 + random.nextInt(3);
        return Events.transaction(
                0,
                payment.transactionId,
                payment.epochSecond,
                payment.customerId,
                payment.terminalId + (what & 1),
                payment.amountCents + (what >> 1));
    }

    private void send(JobOnKinesis kinesis) {
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = story.transactions.get(i);
            story.addLabels(payment.epochSecond, kinesis.verdicts());
            kinesis.payments().add(payment.customerId, RecordJson.encode(payment), PaymentStory.name(payment));
            for (Transaction repeated : again.getOrDefault(i, List.of())) {
                // Told in other words as often as not: the content is the same.
                byte[] bytes = random.nextBoolean()
                        ? RecordJson.encode(repeated)
                        : BadInput.peculiar(random.nextInt(1_000), repeated);
                kinesis.payments().add(repeated.customerId, bytes, PaymentStory.name(repeated));
            }
            for (Transaction other : conflicting.getOrDefault(i, List.of())) {
                kinesis.payments().addRefused(other.customerId, RecordJson.encode(other), DeadLetterReason.CONFLICT);
            }
            if (kinesis.payments().full()) {
                kinesis.verdicts().send();
                kinesis.payments().send();
            }
        }
        story.addLabels(Long.MAX_VALUE, kinesis.verdicts());
        kinesis.verdicts().send();
        kinesis.payments().send();
    }
}
