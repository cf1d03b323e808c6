package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.testing.CapturedLog;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.operators.co.CoStreamFlatMap;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class DeadLetterCountTest {
    @Test
    @SuppressWarnings("try") // closing may be interrupted, and the test then fails
    void aShareAboveTheLimitIsWarnedOfOnce_andEveryDeadLetterGoesOn() throws Exception {
        try (CapturedLog log = new CapturedLog();
                var operator =
                        new TwoInputStreamOperatorTestHarness<>(new CoStreamFlatMap<>(new DeadLetterCount(0.05)))) {
            operator.open();
            operator.processElement2(new StreamRecord<>(1_000L));
            count(operator, 50);
            assertThat(warnings(log)).isEmpty();
            count(operator, 1);
            assertThat(warnings(log))
                    .singleElement()
                    .asString()
                    .contains("5.1 % are dead letters, more than dead-letters.alarm-share = 0.05");
            count(operator, 100);
            assertThat(warnings(log)).hasSize(1);
            assertThat(operator.extractOutputValues()).hasSize(151);
        }
    }

    private static void count(TwoInputStreamOperatorTestHarness<DeadLetter, Long, DeadLetter> operator, int deadLetters)
            throws Exception {
        RecordOrigin origin = new RecordOrigin("payments", "1", "shardId-000000000000", "1", 0);
        for (int i = 0; i < deadLetters; i++) {
            operator.processElement1(new StreamRecord<>(
                    DeadLetter.of(DeadLetterReason.EMPTY, "The record is empty.", origin, new byte[0], Contacts.KEPT)));
        }
    }

    private static Stream<String> warnings(CapturedLog log) {
        return log.text().lines().filter(line -> line.contains(" WARN io.cardwatch.job.DeadLetterCount "));
    }
}
