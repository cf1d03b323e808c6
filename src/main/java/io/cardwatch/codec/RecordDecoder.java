package io.cardwatch.codec;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;

/**
 * Bytes of one record to a value or a dead letter. It keeps buffers between records: one instance per thread, which
 * Flink gives by serializing it.
 */
public abstract class RecordDecoder<T> implements Serializable {
    private final RecordFields<T> fields;
    private final RecordReader reader;
    private final int maxRecordBytes;
    private final Contacts contacts;

    RecordDecoder(RecordFields<T> fields, RecordReader reader, int maxRecordBytes, Contacts contacts) {
        this.fields = fields;
        this.reader = reader;
        this.maxRecordBytes = maxRecordBytes;
        this.contacts = contacts;
    }

    /** Decodes one record. Never throws and never answers null, whatever the bytes. */
    public final Decoded<T> decode(byte[] bytes, RecordOrigin origin) {
        fields.clear();
        try {
            read(bytes);
            return Decoded.accepted(fields.value(origin, bytes), fields.notes());
        } catch (Rejection rejection) {
            return Decoded.rejected(DeadLetter.of(rejection.reason, rejection.getMessage(), origin, bytes, contacts));
        }
    }

    private void read(byte[] bytes) throws Rejection {
        if (bytes.length > maxRecordBytes) {
            throw new Rejection(
                    DeadLetterReason.OVERSIZE, "The record is over source.max-record-bytes = " + maxRecordBytes);
        }
        int start = Utf8.contentStart(bytes);
        if (start == bytes.length) {
            throw new Rejection(DeadLetterReason.EMPTY, "The record is empty or white space");
        }
        if (!Utf8.valid(bytes)) {
            throw new Rejection(DeadLetterReason.NOT_UTF8, "The record is not UTF-8");
        }
        reader.read(bytes, start);
    }
}
