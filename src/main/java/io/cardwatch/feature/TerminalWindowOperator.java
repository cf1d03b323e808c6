package io.cardwatch.feature;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.metrics.Metric;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keyed by terminal: adds the terminal's features to each transaction, from the transactions and labels so far.
 *
 * <p>A label whose transaction has not arrived when its state expires becomes a dead letter. {@code terminalsCoarsened}
 * counts the terminals that began to keep old transactions only as counts per minute.
 */
public final class TerminalWindowOperator extends WindowOperator<TerminalWindow, FeaturedTransaction>
        implements TwoInputStreamOperator<FeaturedTransaction, FraudLabel, FeaturedTransaction> {
    private transient PublishedWindows published;
    private transient Counter repeatedLabels;
    private transient Counter lateLabels;
    private transient Counter coarsened;

    /** The terminals' stage of a job. */
    public TerminalWindowOperator(StageSettings settings) {
        super(settings, "terminal-window", TerminalWindow.serializer(settings.set));
    }

    @Override
    public void open() throws Exception {
        super.open();
        published = new PublishedWindows(settings.set, times);
        repeatedLabels = counts.counter(Metric.LABELS_REPEATED);
        lateLabels = counts.counter(Metric.LABELS_LATE);
        coarsened = counts.counter(Metric.TERMINALS_COARSENED);
    }

    @Override
    TerminalWindow newWindow() {
        return TerminalWindow.of(settings.set);
    }

    @Override
    public void processElement1(StreamRecord<FeaturedTransaction> element) throws Exception {
        FeaturedTransaction partial = element.getValue();
        TerminalWindow window = windowOfKey();
        double[] features = partial.features.clone();
        boolean wasCoarse = window.isCoarse();
        window.arrive(partial.transaction, clock.watermarkFor(partial.transaction.epochSecond), times, features);
        if (window.isCoarse() && !wasCoarse) {
            coarsened.inc();
        }
        keep(window);
        output.collect(element.replace(new FeaturedTransaction(partial.transaction, features)));
    }

    @Override
    public void processElement2(StreamRecord<FraudLabel> element) throws Exception {
        FraudLabel label = element.getValue();
        TerminalWindow window = windowOfKey();
        switch (window.label(label, clock.watermarkFor(label.labelEpochSecond), times)) {
            case WAITING:
                window.await(label, unmatched(label));
                break;
            case REPEATED:
                repeatedLabels.inc();
                break;
            case LATE:
                lateLabels.inc();
                break;
            case MATCHED:
                break;
        }
        keep(window);
    }

    private DeadLetter unmatched(FraudLabel label) {
        return deadLetter(
                DeadLetterReason.LABEL_UNMATCHED,
                "no transaction with this identity came to this terminal before its state expired",
                label.origin,
                label.raw);
    }

    @Override
    WindowKind kind() {
        return WindowKind.TERMINAL;
    }

    @Override
    long horizon(long watermark) {
        return times.terminalHorizon(watermark);
    }

    @Override
    PublishedWindow published(TerminalWindow window) {
        return published.of(window);
    }

    @Override
    void expire(TerminalWindow window, long watermark) {
        long horizon = horizon(watermark);
        window.evict(horizon);
        window.compact(horizon);
        window.takeUnmatched(horizon).forEach(this::refuse);
    }
}
