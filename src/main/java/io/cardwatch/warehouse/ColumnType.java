package io.cardwatch.warehouse;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What a column holds: its SQL type, and how the extracted value becomes a JDBC array element and a CSV field. */
public enum ColumnType {
    /** {@link Long}. */
    BIGINT("bigint", "int8") {
        @Override
        Object[] array(int length) {
            return new Long[length];
        }

        @Override
        Object element(Object value) {
            return value;
        }
    },
    /** {@link Integer}. */
    INTEGER("integer", "int4") {
        @Override
        Object[] array(int length) {
            return new Integer[length];
        }

        @Override
        Object element(Object value) {
            return value;
        }
    },
    /** {@link Double}, written so that reading it back gives the same bits. */
    DOUBLE("double precision", "float8") {
        @Override
        Object[] array(int length) {
            return new Double[length];
        }

        @Override
        Object element(Object value) {
            return value;
        }
    },
    /** {@link Long} cents, written as currency units with two decimals. */
    MONEY("numeric(14,2)", "numeric") {
        @Override
        String text(Object value) {
            return BigDecimal.valueOf((Long) value, 2).toPlainString();
        }
    },
    /** {@link Long} UTC epoch seconds, written as {@code yyyy-MM-dd HH:mm:ss}. */
    SECOND("timestamp(0) without time zone", "timestamp") {
        @Override
        String text(Object value) {
            return SECONDS.format(Instant.ofEpochSecond((Long) value));
        }
    },
    /** {@link Long} UTC epoch milliseconds, written as {@code yyyy-MM-dd HH:mm:ss.SSS}. */
    MILLISECOND("timestamp(3) without time zone", "timestamp") {
        @Override
        String text(Object value) {
            return MILLISECONDS.format(Instant.ofEpochMilli((Long) value));
        }
    },
    /** {@link String}. */
    TEXT("text", "text") {
        /** PostgreSQL's text cannot hold U+0000: it is stored as the replacement character. */
        @Override
        Object element(Object value) {
            return ((String) value).replace('\0', '\uFFFD');
        }
    };

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** The type as PostgreSQL spells it. */
    public final String sql;

    /** The element type's name for {@link java.sql.Connection#createArrayOf}. */
    final String element;

    ColumnType(String sql, String element) {
        this.sql = sql;
        this.element = element;
    }

    /** A JDBC array of {@code length} elements, all SQL NULL. */
    Object[] array(int length) {
        return new String[length];
    }

    /** A value, not null, as an element of {@link #array}. */
    Object element(Object value) {
        return text(value);
    }

    /** The value that {@link #text} made this text of. */
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

    /** A value, not null, as text: the same on every machine and in every time zone. */
    String text(Object value) {
        return value.toString();
    }
}
