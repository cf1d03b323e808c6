package io.cardwatch.soak;

import static io.cardwatch.domain.DeadLetterReason.*;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/**
 * What can be wrong with a record by itself, and what is only peculiar. Built from good records of other payments than
 * those that are told well, so that one accepted by mistake is a row too many.
 */
final class BadInput {
    /** Transaction ids from here on are nobody's. */
    private static final long FOREIGN = 1_000_000_000;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** A way to spoil the text of a good record, and what it is refused for. A char is a byte where not UTF-8 is asked for. */
    record Way(DeadLetterReason reason, UnaryOperator<String> spoil) {}

    private static final List<Way> TEXTS = List.of(
            new Way(EMPTY, good -> ""),
            new Way(EMPTY, good -> " \t\r\n"),
            new Way(NOT_UTF8, good -> good.replace("TX_", "\u00FC")),
            new Way(BAD_JSON, good -> good.substring(0, good.length() / 2)),
            new Way(BAD_JSON, good -> good + "}"),
            new Way(BAD_JSON, good -> good + good),
            new Way(BAD_JSON, good -> with(good, "\"OTHER\":NaN")),
            new Way(NOT_OBJECT, good -> "[" + good + "]"),
            new Way(NOT_OBJECT, good -> "17"),
            new Way(NOT_OBJECT, good -> "\"text\""),
            new Way(NOT_OBJECT, good -> "null"),
            new Way(TOO_COMPLEX, good -> with(good, "\"OTHER\":" + "9".repeat(1_001))),
            new Way(DUPLICATE_KEY, good -> with(good, "\"CUSTOMER_ID\":1")),
            new Way(MISSING, good -> good.replace("CUSTOMER_ID", "OTHER")),
            new Way(MISSING, good -> replace(good, "TERMINAL_ID", "null")),
            new Way(TYPE, good -> replace(good, "TERMINAL_ID", "{}")),
            new Way(TYPE, good -> replace(good, "CUSTOMER_ID", "true")),
            new Way(TYPE, good -> replace(good, "CUSTOMER_ID", "\"abc\"")),
            new Way(ID_INVALID, good -> replace(good, "CUSTOMER_ID", "1.5")),
            new Way(ID_INVALID, good -> replace(good, "TERMINAL_ID", "9223372036854775808")),
            new Way(ID_INVALID, good -> replace(good, "TRANSACTION_ID", "-1")),
            new Way(ID_INVALID, good -> replace(good, "TERMINAL_ID", "1e3")),
            new Way(BAD_DATETIME, good -> replace(good, "TX_DATETIME", "\"2022-02-30 12:00:00\"")),
            new Way(BAD_DATETIME, good -> replace(good, "TX_DATETIME", "\"9999-01-01 12:00:00\"")),
            new Way(BAD_DATETIME, good -> replace(good, "TX_DATETIME", "\"1970-01-01 12:00:00\"")));

    private static final List<Way> LARGE_TEXTS = List.of(
            new Way(OVERSIZE, good -> with(good, "\"OTHER\":\"" + "x".repeat(65_536) + "\"")),
            new Way(TOO_COMPLEX, good -> "[".repeat(10_000) + "]".repeat(10_000)));

    private static final List<Way> AMOUNTS = List.of(
            new Way(AMOUNT_NEGATIVE, good -> replace(good, "TX_AMOUNT", "-5")),
            new Way(AMOUNT_NOT_FINITE, good -> replace(good, "TX_AMOUNT", "NaN")),
            new Way(AMOUNT_NOT_FINITE, good -> replace(good, "TX_AMOUNT", "\"NaN\"")),
            new Way(AMOUNT_NOT_FINITE, good -> replace(good, "TX_AMOUNT", "Infinity")),
            new Way(AMOUNT_NOT_FINITE, good -> replace(good, "TX_AMOUNT", "\"-Infinity\"")),
            new Way(AMOUNT_RANGE, good -> replace(good, "TX_AMOUNT", "1000000000000")),
            new Way(AMOUNT_RANGE, good -> replace(good, "TX_AMOUNT", "1e400")));

    private static final List<Way> TIMES =
            List.of(new Way(FUTURE, good -> replace(good, "TX_DATETIME", "\"2099-12-31 23:59:59\"")));

    private static final List<Way> VERDICTS = List.of(
            new Way(LABEL_INVALID, good -> replace(good, "TX_FRAUD", "2")),
            new Way(LABEL_INVALID, good -> replace(good, "TX_FRAUD", "0.5")),
            new Way(LABEL_INVALID, good -> replace(good, "LABEL_DATETIME", "\"2001-01-01 12:00:00\"")),
            new Way(TYPE, good -> replace(good, "TX_FRAUD", "{}")),
            new Way(MISSING, good -> good.replace("LABEL_DATETIME", "OTHER")));

    private static final List<UnaryOperator<String>> PECULIAR = List.of(
            good -> BYTE_ORDER_MARK + good,
            good -> " \r\n" + good + "\n",
            good -> with(good, "\"OTHER\":{\"TX_AMOUNT\":[1]}"),
            good -> with(good, "\"TX_FRAUD\":1"),
            good -> replace(good, "TX_AMOUNT", "\"$1\""),
            good -> replace(good, "CUSTOMER_ID", "\"000$1\""),
            good -> replace(good, "TX_DATETIME", "$1").replaceFirst("(\\d\\d) (\\d\\d:\\d\\d:\\d\\d)", "$1T$2.999Z"));

    private BadInput() {}

    /** Ways to spoil a payment, in records of usual length. */
    static List<Way> ofPayments() {
        return Stream.of(TEXTS, AMOUNTS, TIMES).flatMap(List::stream).toList();
    }

    /** Ways to spoil any record that make it long. */
    static List<Way> large() {
        return LARGE_TEXTS;
    }

    /** Ways to spoil a verdict, in records of usual length. */
    static List<Way> ofVerdicts() {
        return Stream.of(TEXTS, VERDICTS).flatMap(List::stream).toList();
    }

    /** Another customer's payment like this one, spoiled. */
    static byte[] bytes(Way way, Transaction like) {
        return spoiled(way, text(RecordJson.encode(like)));
    }

    /** A verdict like this one on another payment, spoiled. */
    static byte[] bytes(Way way, FraudLabel like) {
        return spoiled(way, text(RecordJson.encode(like)));
    }

    private static byte[] spoiled(Way way, String good) {
        String foreign = good.replaceFirst("\"TRANSACTION_ID\":", "$0" + FOREIGN);
        return way.spoil()
                .apply(foreign)
                .getBytes(way.reason() == NOT_UTF8 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /** The same payment, told in one of the peculiar ways that are accepted. */
    static byte[] peculiar(int way, Transaction transaction) {
        return PECULIAR.get(way % PECULIAR.size())
                .apply(text(RecordJson.encode(transaction)))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static String with(String record, String field) {
        return record.substring(0, record.length() - 1) + "," + field + "}";
    }

    /** With another value in a field; {@code $1} in it is the one before. */
    private static String replace(String record, String field, String value) {
        String pattern = "\"" + field + "\":(\"[^\"]*\"|[^,}]*)";
        String quoted = Matcher.quoteReplacement(value).replace("\\$1", "$1");
        return record.replaceFirst(pattern, "\"" + field + "\":" + quoted);
    }
}
