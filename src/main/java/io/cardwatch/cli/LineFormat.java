package io.cardwatch.cli;

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
import java.util.Arrays;
import java.util.function.Function;
import java.util.zip.ZipException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * Lines of a file, each decoded with its number as its sequence number, counted from 1. The file is read as one split,
 * since the order of its lines decides between records of the same second. A line longer than a record may be is cut
 * behind the limit, which is enough to refuse it.
 */
final class LineFormat<T> extends SimpleStreamFormat<Decoded<T>> {
    /** Makes the decoder; its argument is the first line of the file when the format has a header. */
    interface DecoderFactory<T> extends Function<String, RecordDecoder<T>>, Serializable {}

    private static final int BUFFER_BYTES = 1 << 16;

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

    @Override
    public StreamFormat.Reader<Decoded<T>> createReader(Configuration config, FSDataInputStream stream)
            throws IOException {
        return open(stream);
    }

    /** Begins to read {@code stream}, past the header, which must have all columns. */
    LineReader open(InputStream stream) throws IOException {
        LineReader reader = new LineReader(stream);
        byte[] header = hasHeader ? reader.nextLine() : null;
        reader.decoder = decoders.apply(header == null ? "" : new String(header, StandardCharsets.UTF_8));
        return reader;
    }

    @Override
    public TypeInformation<Decoded<T>> getProducedType() {
        return type;
    }

    /** Reads one file. */
    final class LineReader implements StreamFormat.Reader<Decoded<T>> {
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private RecordDecoder<T> decoder;
        private int position;
        private int limit;
        private long lineNumber;

        LineReader(InputStream in) {
            this.in = in;
        }

        @Override
        @SuppressWarnings("ReturnsNullCollection")
        public Decoded<T> read() throws IOException {
            byte[] bytes = nextLine();
            return bytes == null
                    ? null
                    : decoder.decode(
                            bytes, new RecordOrigin(file, "", "", String.valueOf(lineNumber), RecordOrigin.NO_ARRIVAL));
        }

        /** The next line without its end, or null at the end of the file. */
        private byte[] nextLine() throws IOException {
            line.reset();
            while (fill()) {
                int from = position;
                while (position < limit && buffer[position] != '\n') {
                    position++;
                }
                line.write(buffer, from, Math.min(position - from, Math.max(0, maxRecordBytes + 1 - line.size())));
                if (position < limit) {
                    position++;
                    return endOfLine();
                }
            }
            return line.size() == 0 ? null : endOfLine();
        }

        private byte[] endOfLine() {
            lineNumber++;
            byte[] bytes = line.toByteArray();
            boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
            return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
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
                        file + " is damaged behind line " + lineNumber + ": " + e.getMessage(),
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
