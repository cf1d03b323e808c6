package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.oracle.Events;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A label that waits in state while the job is started again, with or without leave to keep records' bytes. */
class WaitingLabelBytesTest {
    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters") {};
    private static final byte[] RECORD = {'{', '}'};
    private static final long SECOND = Events.at("2025-01-01 00:00:00");

    @ParameterizedTest
    @EnumSource(Contacts.class)
    void whatStateStillHoldsOfItsBytesIsReportedOnlyWhereItMayBe(Contacts contacts) throws Exception {
        FraudLabel label = Events.label(1, Events.transaction(1, 1, SECOND, 1, 1, 100), true, SECOND + Events.DAY);
        var before = open(Contacts.KEPT, OperatorSubtaskState.builder().build());
        before.processElement2(new StreamRecord<>(new FraudLabel(
                label.transactionId,
                label.txEpochSecond,
                label.customerId,
                label.terminalId,
                label.fraud,
                label.labelEpochSecond,
                label.labelSource,
                label.origin,
                RECORD)));
        OperatorSubtaskState state = before.snapshot(1, 1);
        before.close();

        var after = open(contacts, state);
        after.processBothWatermarks(new Watermark((SECOND + 50 * Events.DAY) * 1000));
        DeadLetter letter = after.getSideOutput(DEAD_LETTERS).remove().getValue();
        after.close();

        assertThat(letter.raw).isEqualTo(contacts == Contacts.KEPT ? RECORD : new byte[0]);
        assertThat(letter.sha256).isEqualTo(DeadLetter.sha256(RECORD));
    }

    private static KeyedTwoInputStreamOperatorTestHarness<Long, FeaturedTransaction, FraudLabel, FeaturedTransaction>
            open(Contacts contacts, OperatorSubtaskState state) throws Exception {
        WindowTimes times = new WindowTimes(Duration.ofDays(7), Duration.ofDays(3));
        var harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                new TerminalWindowOperator(
                        new StageSettings(FeatureSet.REFERENCE, times, false, contacts, 0, null, DEAD_LETTERS)),
                featured -> featured.transaction.terminalId,
                label -> label.terminalId,
                Types.LONG);
        harness.initializeState(state);
        harness.open();
        return harness;
    }
}
