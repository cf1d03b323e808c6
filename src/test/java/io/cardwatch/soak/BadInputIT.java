package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LoggedLines;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import io.cardwatch.testing.SentRecords.Content;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many records that cannot be used as payments, in every way that a record can be bad, among payments told in every
 * peculiar way.
 */
class BadInputIT {
    private static final int PAYMENTS = 50_000;
    private static final int LARGE_ONE_IN = 1_000;
    /** Payments of nobody's at terminals from that one on, which the warehouse does not know. */
    private static final int REFUSED_ONE_IN = 200;

    private static final long UNKNOWN = 1_000_000_000;
    /** Labels on payments that never come; their time expires 40 days after those, soon after the first real one. */
    private static final int UNMATCHED = 300;

    private static final long LONG_AGO =
            PaymentStory.FIRST_DAY.minusDays(36).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    /** Payments of less than a day: none of them is too old. */
    private static final int RECENT = 1_500;

    private static final int MOST_LINES_A_MINUTE = 100;
    /** As in production, so that the job logs as much. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private final long seed = Seed.of("BadInputIT");
    private final Random random = new Random(seed);
    private final PaymentStory story = new PaymentStory(seed, PAYMENTS);
    private JobOnKinesis kinesis;

    @Test
    @Timeout(600)
    void everyBadRecordIsADeadLetterAndEveryGoodOneScored_withoutRestartsOrManyWords() throws Exception {
        try (JobOnKinesis servers = new JobOnKinesis(4, 2)) {
            kinesis = servers;
            refuseUnknownTerminals();
            sendUnmatched();
            send();
            JobClient job = kinesis.start(Restarts.none(directory, CHECKPOINT_INTERVAL), "--source.poll-interval=50ms");
            kinesis.await(job, 1);
            try (LoggedLines log = new LoggedLines()) {
                kinesis.awaitAll(job, PAYMENTS + UNMATCHED + story.labels.size());

                assertThat(log.mostInAMinute()).as("%s", log.lines()).isLessThanOrEqualTo(MOST_LINES_A_MINUTE);
            }
            JobOnKinesis.stopWithSavepoint(job, directory);
            kinesis.assertDeadLetters();
            Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
        }
    }

    private void refuseUnknownTerminals() throws SQLException {
        try (Statement statement = kinesis.warehouse().createStatement()) {
            statement.execute(
                    "ALTER TABLE cust_payment_tx_fraud_predictions ADD CHECK (terminal_id < " + UNKNOWN + ")");
            // What the server itself logs of it, the embedded one would log here.
            statement.execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_min_messages = panic',"
                    + " current_database()); END $$");
        }
    }

    private void sendUnmatched() {
        for (int i = 0; i < UNMATCHED; i++) {
            Transaction nobodys = Events.transaction(i, i, LONG_AGO + i, i, i, 100);
            FraudLabel label = Events.label(i, nobodys, true, LONG_AGO + Events.DAY / 2 + i);
            kinesis.verdicts().addRefused(i, RecordJson.encode(label), DeadLetterReason.LABEL_UNMATCHED);
        }
        kinesis.verdicts().send();
    }

    private void send() {
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = story.transactions.get(i);
            story.addLabels(payment.epochSecond, kinesis.verdicts());
            addGood(payment);
            addBad(i);
            if (kinesis.payments().full()) {
                kinesis.verdicts().send();
                kinesis.payments().send();
            }
        }
        story.addLabels(Long.MAX_VALUE, kinesis.verdicts());
        kinesis.verdicts().send();
        kinesis.payments().send();
    }

    /** One payment in ten is told in a peculiar way, one in a hundred by a producer that aggregates. */
    private void addGood(Transaction payment) {
        String name = PaymentStory.name(payment);
        int how = random.nextInt(100);
        if (how == 0) {
            BadInput.Way way = any(BadInput.ofPayments());
            Content bad = Content.refused(BadInput.bytes(way, payment), way.reason());
            Content good = Content.good(RecordJson.encode(payment), name);
            // Twice the same in one record has one key, and is one dead letter.
            kinesis.payments().addAggregated(payment.customerId, List.of(bad, good, bad));
        } else if (how <= 10) {
            kinesis.payments().add(payment.customerId, BadInput.peculiar(random.nextInt(1_000), payment), name);
        } else {
            kinesis.payments().add(payment.customerId, RecordJson.encode(payment), name);
        }
    }

    private void addBad(int i) {
        Transaction payment = story.transactions.get(i);
        int kind = random.nextInt(10);
        if (random.nextInt(LARGE_ONE_IN) == 0) {
            BadInput.Way way = any(BadInput.large());
            kinesis.payments().addRefused(payment.customerId, BadInput.bytes(way, payment), way.reason());
        } else if (random.nextInt(REFUSED_ONE_IN) == 0) {
            Transaction nobodys =
                    Events.transaction(0, i, payment.epochSecond, UNKNOWN + i, UNKNOWN + i, payment.amountCents);
            kinesis.payments()
                    .addRefused(payment.customerId, RecordJson.encode(nobodys), DeadLetterReason.WAREHOUSE_REJECTED);
        } else if (kind == 0) {
            BadInput.Way way = any(BadInput.ofVerdicts());
            FraudLabel like = Events.label(i, payment, true, payment.epochSecond);
            kinesis.verdicts().addRefused(payment.terminalId, BadInput.bytes(way, like), way.reason());
        } else if (kind == 1) {
            Transaction known = story.transactions.get(Math.max(0, i - random.nextInt(RECENT)));
            kinesis.payments()
                    .addRefused(
                            known.customerId,
                            RecordJson.encode(with(known, known.epochSecond, known.amountCents + 1)),
                            DeadLetterReason.CONFLICT);
        } else if (kind == 2 && i >= PAYMENTS / 2) {
            // In the second half the watermark has long been known wherever it is decided.
            kinesis.payments()
                    .addRefused(
                            payment.customerId,
                            RecordJson.encode(with(payment, LONG_AGO, payment.amountCents)),
                            DeadLetterReason.TOO_OLD);
        } else {
            BadInput.Way way = any(BadInput.ofPayments());
            kinesis.payments().addRefused(payment.customerId, BadInput.bytes(way, payment), way.reason());
        }
    }

    private static Transaction with(Transaction payment, long epochSecond, long cents) {
        return Events.transaction(0, payment.transactionId, epochSecond, payment.customerId, payment.terminalId, cents);
    }

    private BadInput.Way any(List<BadInput.Way> ways) {
        return ways.get(random.nextInt(ways.size()));
    }
}
