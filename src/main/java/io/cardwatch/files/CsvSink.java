package io.cardwatch.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.warehouse.Table;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Serializable;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes the rows of a bounded run into a CSV file with the columns of a table; the file is gzipped if its name ends in
 * {@code .gz}. Rows arrive sorted by timestamp. Rows of the same timestamp are sorted here, so that the same input
 * gives the same file. The file appears whole, at the end, or not at all.
 */
public final class CsvSink<T> implements Sink<T> {
    /** An order that can travel with the job. */
    public interface Order<T> extends Comparator<T>, Serializable {}

    private final String file;
    private final Table<T> table;
    private final Order<T> withinTimestamp;

    /** A sink for the rows of {@code table}; {@code withinTimestamp} sorts rows of the same timestamp. */
    public CsvSink(Path file, Table<T> table, Order<T> withinTimestamp) {
        this.file = file.toString();
        this.table = table;
        this.withinTimestamp = withinTimestamp;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        return new CsvWriter();
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)}, but still declares this method. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SinkWriter<T> createWriter(InitContext context) throws IOException {
        return new CsvWriter();
    }

    private final class CsvWriter implements SinkWriter<T> {
        private final OutputFile target = new OutputFile(Path.of(file));
        private final Writer out = new BufferedWriter(new OutputStreamWriter(target.stream(), UTF_8));
        private final List<T> pending = new ArrayList<>();
        private long pendingTimestamp;
        private boolean finished;

        CsvWriter() throws IOException {
            out.write(table.csvHeader());
            out.write('\n');
        }

        @Override
        public void write(T row, Context context) throws IOException {
            long timestamp = context.timestamp();
            if (timestamp != pendingTimestamp) {
                writePending();
                pendingTimestamp = timestamp;
            }
            pending.add(row);
        }

        private void writePending() throws IOException {
            pending.sort(withinTimestamp);
            for (T row : pending) {
                out.write(table.csvLine(row));
                out.write('\n');
            }
            pending.clear();
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            if (endOfInput && !finished) {
                writePending();
                out.flush();
                target.complete();
                finished = true;
            }
        }

        @Override
        public void close() {
            target.close();
        }
    }
}
