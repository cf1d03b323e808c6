package io.cardwatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class DecodedSplitTest {
    private static final RecordOrigin ORIGIN =
            new RecordOrigin("payments", "1", "shardId-000000000000", "1", RecordOrigin.NO_ARRIVAL);
    private static final String GOOD =
            "{\"TRANSACTION_ID\":7,\"TX_DATETIME\":\"2024-03-01 12:00:00\",\"CUSTOMER_ID\":1,\"TERMINAL_ID\":1,"
                    + "\"TX_AMOUNT\":10}";

    private final RecordDecoder<Transaction> decoder = RecordDecoder.transactions(65_536, Contacts.KEPT);

    @Test
    @SuppressWarnings("try") // closing may be interrupted, and the test then fails
    void fewGoodRecordsAreToldOfOnceTheNextComesASecondLater() throws Exception {
        try (var split = split()) {
            split.open();
            feed(split, GOOD, 3);
            Thread.sleep(1_001);
            feed(split, GOOD, 1);
            assertThat(told(split)).isEqualTo(4);
            assertThat(split.extractOutputValues()).hasSize(4);
        }
    }

    @Test
    @SuppressWarnings("try") // closing may be interrupted, and the test then fails
    void manyRecordsAreToldOfAtOnce_andAllBeforeABadOne() throws Exception {
        try (var split = split()) {
            split.open();
            feed(split, GOOD, 1_000);
            assertThat(told(split)).isBetween(1_000L - 127, 1_000L);
            feed(split, "{", 1);
            assertThat(told(split)).isEqualTo(1_001);
        }
    }

    private static OneInputStreamOperatorTestHarness<Decoded<Transaction>, Transaction> split() throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new DecodedSplit<>(new OutputTag<>("dead-letters", WireTypes.DEAD_LETTER))));
    }

    private void feed(
            OneInputStreamOperatorTestHarness<Decoded<Transaction>, Transaction> split, String record, int times)
            throws Exception {
        for (int i = 0; i < times; i++) {
            split.processElement(new StreamRecord<>(decoder.decode(record.getBytes(UTF_8), ORIGIN)));
        }
    }

    /** All numbers of records that went to the side. */
    private static long told(OneInputStreamOperatorTestHarness<Decoded<Transaction>, Transaction> split) {
        return split.getSideOutput(DecodedSplit.RECORD_COUNTS).stream()
                .mapToLong(StreamRecord::getValue)
                .sum();
    }
}
