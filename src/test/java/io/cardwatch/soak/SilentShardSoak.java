package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of four shards one says nothing for ten minutes, while payments of every second come from the others; then it brings
 * its own of that time. Lateness is allowed for little more than that, and the others have waited for little more than
 * the idle interval.
 */
@Tag("soak")
class SilentShardSoak {
    private static final int SECONDS = 600;
    private static final int CUSTOMERS = 40;
    private static final int PAYMENTS_A_SECOND = 10;
    private static final int TERMINALS = 7;
    private static final int LATENESS_SECONDS = 15 * 60;
    /** By when event time has gone on without the silent shard: {@code source.idle-interval} is 60 s. */
    private static final int IDLE_BY_SECOND = 90;

    private static final long FIRST_SECOND = Events.at("2024-03-01 12:00:00");

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private final List<Transaction> payments = IntStream.range(0, SECONDS * PAYMENTS_A_SECOND)
            .mapToObj(i -> Events.transaction(
                    i, i, FIRST_SECOND + i / PAYMENTS_A_SECOND, i % CUSTOMERS, i % TERMINALS, 100 + i))
            .toList();

    @Test
    @Timeout(1_200)
    void aShardThatWasSilentForTenMinutes_hasAllItsPaymentsScored(@TempDir Path directory, TestInfo test)
            throws Exception {
        Instant start = Instant.now();
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 1)) {
            JobClient job = kinesis.start(
                    Restarts.none(directory, Duration.ofSeconds(10)),
                    "--features.allowed-lateness=" + LATENESS_SECONDS + "s");
            send(kinesis, payments.subList(0, CUSTOMERS));
            kinesis.await(job, CUSTOMERS);
            List<Transaction> held = sendAsTimePasses(kinesis, job);
            assertThat(held).isNotEmpty();
            kinesis.await(job, payments.size() - held.size() + 1);
            send(kinesis, held);
            kinesis.awaitAll(job, payments.size());
            JobOnKinesis.stopWithSavepoint(job, directory);

            kinesis.assertDeadLetters();
            Reckoning rows = Reckoning.of(kinesis.warehouse(), PaymentStory.expectedFeatures(payments, List.of()));
            String injected = "one shard of four silent for " + SECONDS + " s; then " + held.size() + " of "
                    + payments.size() + " payments at once";
            SoakResult.report(test, SoakResult.NO_CHANCE, injected, rows, 0, start);
            rows.assertExact();
        }
    }

    /** Sends each second what was made in it, but keeps what belongs to the shard of the first customer. */
    private List<Transaction> sendAsTimePasses(JobOnKinesis kinesis, JobClient job) throws Exception {
        String silent = shard(kinesis, payments.get(0));
        List<Transaction> held = new ArrayList<>();
        Instant from = Instant.now();
        for (int second = CUSTOMERS / PAYMENTS_A_SECOND; second < SECONDS; second++) {
            while (Instant.now().isBefore(from.plusSeconds(second))) {
                JobOnKinesis.requireAlive(job);
                Thread.sleep(100);
            }
            List<Transaction> talking = new ArrayList<>();
            for (Transaction payment : payments.subList(second * PAYMENTS_A_SECOND, (second + 1) * PAYMENTS_A_SECOND)) {
                boolean isHeld =
                        shard(kinesis, payments.get((int) payment.customerId)).equals(silent);
                (isHeld ? held : talking).add(payment);
            }
            send(kinesis, talking);
            if (second == IDLE_BY_SECOND) {
                sendWhatIsTooOld(kinesis, talking.get(0).customerId);
            }
        }
        return held;
    }

    /** Where the first payment of each customer was sent before any other. */
    private static String shard(JobOnKinesis kinesis, Transaction first) {
        return kinesis.payments().places().get(PaymentStory.name(first)).split(" ", -1)[1];
    }

    /** Too old only because event time went on without the silent shard, for half a minute at least. */
    private void sendWhatIsTooOld(JobOnKinesis kinesis, long customer) {
        long second = FIRST_SECOND + IDLE_BY_SECOND - 30 - LATENESS_SECONDS;
        Transaction old = Events.transaction(0, payments.size(), second, customer, 1, 100);
        kinesis.payments().addRefused(old.customerId, RecordJson.encode(old), DeadLetterReason.TOO_OLD);
        kinesis.payments().send();
    }

    private static void send(JobOnKinesis kinesis, List<Transaction> some) {
        some.forEach(payment ->
                kinesis.payments().add(payment.customerId, RecordJson.encode(payment), PaymentStory.name(payment)));
        kinesis.payments().send();
    }
}
