package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Answers;
import io.cardwatch.oracle.Arrival;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.FeatureOracle.LabelOutcome;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The product's windows, a customer's then a terminal's, without Flink around them. */
final class PlainWindows implements Answers {
    private final FeatureSet set;
    private final WindowTimes times;
    private final WindowQuery query;
    private final WindowFormat format;
    private final Map<Long, CustomerWindow> customers = new HashMap<>();
    private final Map<Long, TerminalWindow> terminals = new HashMap<>();
    private long watermark = Long.MIN_VALUE;

    PlainWindows(FeatureSet set, WindowTimes times) {
        this.set = set;
        this.times = times;
        this.query = new WindowQuery(set, times);
        this.format = new WindowFormat(set, times);
    }

    @Override
    public String to(Arrival arrival) {
        if (arrival instanceof TransactionArrives arrives) {
            double[] features = new double[set.size()];
            Outcome outcome = askedTransaction(arrives.transaction(), features);
            return outcome == Outcome.ACCEPTED ? Answers.transaction(outcome, features) : Answers.transaction(outcome);
        }
        if (arrival instanceof LabelArrives arrives) {
            return Answers.label(label(arrives.label()));
        }
        advance(((WatermarkAdvances) arrival).epochSecond());
        return Answers.unmatched(takeUnmatched());
    }

    /** The same as {@link #transaction}, asked for before and afterwards, which changes nothing. */
    private Outcome askedTransaction(Transaction tx, double[] features) {
        double[] before = new double[set.size()];
        CustomerWindow.Arrival answer = ask(tx, before);
        Outcome outcome = transaction(tx, features);
        assertThat(answer.name()).isEqualTo(outcome.name());
        if (outcome == Outcome.ACCEPTED) {
            assertThat(before).containsExactly(features);
            double[] afterwards = new double[set.size()];
            assertThat(ask(tx, afterwards)).isEqualTo(CustomerWindow.Arrival.REDELIVERED);
            assertThat(afterwards).containsExactly(features);
        }
        return outcome;
    }

    private CustomerWindow.Arrival ask(Transaction tx, double[] features) {
        CustomerWindow customer = customers.get(tx.customerId);
        TerminalWindow terminal = terminals.get(tx.terminalId);
        byte[] ofCustomer = customer == null ? null : format.write(customer);
        byte[] ofTerminal = terminal == null ? null : format.write(terminal);
        CustomerWindow.Arrival answer = query.ask(tx, customer, terminal, watermark, tx.epochSecond, features);
        assertThat(customer == null ? null : format.write(customer)).isEqualTo(ofCustomer);
        assertThat(terminal == null ? null : format.write(terminal)).isEqualTo(ofTerminal);
        return answer;
    }

    /** Puts an accepted transaction's values into {@code features}. */
    Outcome transaction(Transaction tx, double[] features) {
        CustomerWindow customer = customer(tx.customerId);
        Outcome outcome =
                Outcome.valueOf(customer.arrive(tx, watermark, times, features).name());
        if (outcome == Outcome.ACCEPTED) {
            PaymentFeatures.describe(tx, features);
            terminal(tx.terminalId).arrive(tx, watermark, times, features);
        }
        return outcome;
    }

    LabelOutcome label(FraudLabel label) {
        customer(label.customerId).label(label, watermark, times);
        TerminalWindow terminal = terminal(label.terminalId);
        LabelOutcome outcome =
                LabelOutcome.valueOf(terminal.label(label, watermark, times).name());
        if (outcome == LabelOutcome.WAITING) {
            terminal.await(
                    label, DeadLetter.of(DeadLetterReason.LABEL_UNMATCHED, "", label.origin, label.raw, Contacts.KEPT));
        }
        return outcome;
    }

    /** Event time has reached {@code epochSecond}. */
    void advance(long epochSecond) {
        watermark = epochSecond * 1000;
    }

    /** Sequence numbers of the labels whose transaction can no longer come. */
    List<String> takeUnmatched() {
        List<String> unmatched = new ArrayList<>();
        for (TerminalWindow terminal : terminals.values()) {
            for (DeadLetter label : terminal.takeUnmatched(times.terminalHorizon(watermark))) {
                unmatched.add(label.origin.sequenceNumber());
            }
        }
        return unmatched;
    }

    /** Goes on with copies of all windows, made from what was written of them. */
    void restore() {
        customers.replaceAll((id, window) -> CustomerWindow.serializer(set).copy(read(window)));
        terminals.replaceAll((id, window) -> TerminalWindow.serializer(set).copy(read(window)));
    }

    private CustomerWindow read(CustomerWindow window) {
        return writtenAndReadBack(CustomerWindow.serializer(set), window);
    }

    private TerminalWindow read(TerminalWindow window) {
        return writtenAndReadBack(TerminalWindow.serializer(set), window);
    }

    private CustomerWindow customer(long id) {
        return customers.computeIfAbsent(id, key -> CustomerWindow.of(set));
    }

    private TerminalWindow terminal(long id) {
        return terminals.computeIfAbsent(id, key -> TerminalWindow.of(set));
    }

    private static <W> W writtenAndReadBack(WireSerializer<W> serializer, W window) {
        DataOutputSerializer out = new DataOutputSerializer(1_000);
        try {
            serializer.serialize(window, out);
            return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
