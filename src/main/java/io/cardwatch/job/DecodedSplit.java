package io.cardwatch.job;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.Note;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Opens the envelopes of decoded records: values go on, dead letters go to a side output, and notes are counted. Another
 * side output gets the number of records: once a second while records come, more often when many come, and before each
 * dead letter.
 */
final class DecodedSplit<T> extends ProcessFunction<Decoded<T>, T> {
    /** Each number is that of the records since the number before. */
    static final OutputTag<Long> RECORD_COUNTS = new OutputTag<>("record-counts", Types.LONG);

    /** Most records whose number has not been sent yet. */
    private static final int UNTOLD = 128;

    /** Longest time since the last number when a record comes. */
    private static final long UNTOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final OutputTag<DeadLetter> deadLetters;
    private transient long untold;
    private transient long toldNanos;
    private transient Metrics metrics;
    private transient Counter records;
    private transient Map<Note, Counter> notes;

    DecodedSplit(OutputTag<DeadLetter> deadLetters) {
        this.deadLetters = deadLetters;
    }

    @Override
    public void open(OpenContext context) {
        metrics = Metrics.of(getRuntimeContext().getMetricGroup());
        records = metrics.counter(Metric.RECORDS);
        toldNanos = System.nanoTime();
        notes = new EnumMap<>(Note.class);
        for (Note note : Note.values()) {
            notes.put(note, metrics.counter(Metric.NOTED, note));
        }
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
    }

    @Override
    public void processElement(Decoded<T> record, Context context, Collector<T> out) {
        records.inc();
        long now = System.nanoTime();
        if (++untold >= UNTOLD || now - toldNanos >= UNTOLD_NANOS || !record.accepted()) {
            context.output(RECORD_COUNTS, untold);
            untold = 0;
            toldNanos = now;
        }
        if (!record.accepted()) {
            context.output(deadLetters, record.deadLetter);
            return;
        }
        if (!record.plain()) {
            notes.forEach((note, counter) -> counter.inc(record.has(note) ? 1 : 0));
        }
        out.collect(record.value);
    }
}
