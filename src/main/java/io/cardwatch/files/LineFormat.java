package io.cardwatch.files;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypeInfo;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.RecordOrigin;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.zip.ZipException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;

/**
 * Decodes the lines of a file. A record's sequence number is its line number, counted from 1. The file is read as one
 * split, because the order of its lines decides between records of the same second. A line that is longer than a record
 * may be is cut one byte after the limit: that is enough to refuse it.
 */
final class LineFormat<T> implements BulkFormat<Decoded<T>, FileSourceSplit> {
    private static final long serialVersionUID = 1L;

    /** Makes the decoder from the header, the first line of the file; null where the format has none. */
    interface DecoderFactory<T> extends Function<String, RecordDecoder<T>>, Serializable {}

    private static final int BUFFER_BYTES = 1 << 16;
    /** Records per batch. */
    private static final int BATCH = 500;

    private final String file;
    private final boolean hasHeader;
    private final int maxRecordBytes;
    private final DecoderFactory<T> decoders;
    private final WireTypeInfo<Decoded<T>> type;

    LineFormat(
            String file,
            boolean hasHeader,
            int maxRecordBytes,
            DecoderFactory<T> decoders,
            WireTypeInfo<Decoded<T>> type) {
        this.file = file;
        this.hasHeader = hasHeader;
        this.maxRecordBytes = maxRecordBytes;
        this.decoders = decoders;
        this.type = type;
    }

    /** Called for the one file of the source. */
    @Override
    public LineReader createReader(Configuration configuration, FileSourceSplit split) throws IOException {
        return open(split.path().getFileSystem().open(split.path()));
    }

    /** Continues after the records that a failed attempt had read. */
    @Override
    public LineReader restoreReader(Configuration configuration, FileSourceSplit split) throws IOException {
        LineReader reader = createReader(configuration, split);
        long read = split.getReaderPosition()
                .map(CheckpointedPosition::getRecordsAfterOffset)
                .orElse(0L);
        while (reader.recordsRead < read && reader.read() != null) {
            reader.recordsRead++;
        }
        return reader;
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    /**
     * Opens {@code bytes} and reads the header, which must have all columns.
     *
     * @throws BadInputException when the file is empty, is UTF-16, or has a header that cannot be used
     */
    LineReader open(InputStream bytes) throws IOException {
        LineReader reader = new LineReader(InputFile.unpacked(bytes, file));
        reader.start();
        return reader;
    }

    @Override
    public TypeInformation<Decoded<T>> getProducedType() {
        return type;
    }

    /** Reads one file. A line ends in LF, CRLF or CR; a blank line is no record. */
    final class LineReader implements BulkFormat.Reader<Decoded<T>> {
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private RecordDecoder<T> decoder;
        private int position;
        private int limit;
        private boolean carriageReturn;
        private long lineNumber;
        /** The first record, read ahead to see that there is one; null once it has been returned. */
        private byte[] first;

        private long recordsRead;

        LineReader(InputStream in) {
            this.in = in;
        }

        private void start() throws IOException {
            byte[] line = nextLine();
            if (line == null) {
                throw new BadInputException(file + " is empty", "Give a file with records, or leave it out.");
            }
            decoder = decoders.apply(hasHeader ? new String(line, StandardCharsets.UTF_8) : null);
            first = hasHeader ? null : line;
        }

        @Override
        @SuppressWarnings("ReturnsNullCollection")
        public BulkFormat.RecordIterator<Decoded<T>> readBatch() throws IOException {
            List<Decoded<T>> batch = new ArrayList<>(BATCH);
            for (Decoded<T> record = read(); record != null; record = batch.size() < BATCH ? read() : null) {
                batch.add(record);
            }
            if (batch.isEmpty()) {
                return null;
            }
            long skipped = recordsRead;
            recordsRead += batch.size();
            return new IteratorResultIterator<>(batch.iterator(), CheckpointedPosition.NO_OFFSET, skipped);
        }

        /** The next record, or null at the end of the file. */
        private Decoded<T> read() throws IOException {
            byte[] bytes = first != null ? first : nextLine();
            first = null;
            return bytes == null
                    ? null
                    : decoder.decode(
                            bytes, new RecordOrigin(file, "", "", String.valueOf(lineNumber), RecordOrigin.NO_ARRIVAL));
        }

        /** The next line that is not blank, without its end, or null at the end of the file. */
        private byte[] nextLine() throws IOException {
            boolean more = true;
            while (more) {
                line.reset();
                more = readLine();
                lineNumber += more ? 1 : 0;
                byte[] bytes = line.toByteArray();
                if (!isBlank(bytes)) {
                    return bytes;
                }
            }
            return null;
        }

        /** Reads up to the end of a line; false at the end of the file. */
        private boolean readLine() throws IOException {
            boolean any = false;
            while (fill()) {
                int from = position;
                if (carriageReturn && buffer[from] == '\n') {
                    position = ++from;
                    carriageReturn = false;
                    continue;
                }
                carriageReturn = false;
                any = true;
                while (position < limit && buffer[position] != '\n' && buffer[position] != '\r') {
                    position++;
                }
                line.write(buffer, from, Math.min(position - from, Math.max(0, maxRecordBytes + 1 - line.size())));
                if (position < limit) {
                    carriageReturn = buffer[position++] == '\r';
                    return true;
                }
            }
            return any;
        }

        private boolean isBlank(byte[] bytes) {
            for (byte each : bytes) {
                if (each != ' ' && each != '\t') {
                    return false;
                }
            }
            return true;
        }

        private boolean fill() throws IOException {
            if (position < limit) {
                return true;
            }
            position = 0;
            try {
                limit = Math.max(0, in.read(buffer));
            } catch (EOFException | ZipException e) {
                throw new BadInputException(
                        file + " is damaged after line " + lineNumber + ": " + e.getMessage(),
                        "Get the file again; nothing was written.",
                        e);
            }
            return limit > 0;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
