package io.cardwatch.warehouse;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What a column holds, and how its values become text. */
public enum ColumnType {
    /** {@link Long}. */
    BIGINT,
    /** {@link Integer}. */
    INTEGER,
    /** {@link Double}, written so that reading it back gives the same bits. */
    DOUBLE,
    /** {@link Long} cents, written as currency units with two decimals. */
    MONEY,
    /** {@link Long} UTC epoch seconds, written as {@code yyyy-MM-dd HH:mm:ss}. */
    SECOND,
    /** {@link Long} UTC epoch milliseconds, written as {@code yyyy-MM-dd HH:mm:ss.SSS}. */
    MILLISECOND,
    /** {@link String}. */
    TEXT,
    /** {@link String} that holds JSON, which means nothing when it is cut. */
    JSON;

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** {@code value}, which is not null, as text: the same on every machine and in every time zone. */
    String text(Object value) {
        switch (this) {
            case MONEY:
                return BigDecimal.valueOf((Long) value, 2).toPlainString();
            case SECOND:
                return SECONDS.format(Instant.ofEpochSecond((Long) value));
            case MILLISECOND:
                return MILLISECONDS.format(Instant.ofEpochMilli((Long) value));
            default:
                return value.toString();
        }
    }

    /** Writes {@code value}, or null for SQL NULL, as JSON. */
    void write(JsonGenerator json, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
            return;
        }
        switch (this) {
            case BIGINT:
            case INTEGER:
                json.writeNumber(((Number) value).longValue());
                break;
            case DOUBLE:
                json.writeNumber((Double) value);
                break;
            case MONEY:
                json.writeNumber(text(value));
                break;
            case JSON:
                json.writeRawValue((String) value);
                break;
            default:
                json.writeString(text(value));
        }
    }

    /** The value from which {@link #text} made {@code text}. */
    Object value(String text) {
        switch (this) {
            case BIGINT:
                return Long.valueOf(text);
            case INTEGER:
                return Integer.valueOf(text);
            case DOUBLE:
                return Double.valueOf(text);
            case MONEY:
                return new BigDecimal(text).movePointRight(2).longValueExact();
            case SECOND:
                return SECONDS.parse(text, Instant::from).getEpochSecond();
            case MILLISECOND:
                return MILLISECONDS.parse(text, Instant::from).toEpochMilli();
            default:
                return text;
        }
    }
}
