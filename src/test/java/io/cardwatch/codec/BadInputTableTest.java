package io.cardwatch.codec;

import static io.cardwatch.domain.DeadLetterReason.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of bad input, a line a cell; a record is written with ' for ". */
class BadInputTableTest {
    private static final int MAX_BYTES = 65_536;
    /** 2018-04-02 00:00:00 UTC. */
    private static final long ARRIVAL = 1_522_627_200_000L;

    private static final RecordOrigin ORIGIN = new RecordOrigin("stream", "596", "shard-0", "17", ARRIVAL);
    private static final String GOOD = "{'TRANSACTION_ID':7,'TX_DATETIME':'2018-04-01 00:00:31','CUSTOMER_ID':596,"
            + "'TERMINAL_ID':3156,'TX_AMOUNT':57.16,'TX_TIME_SECONDS':31,'TX_TIME_DAYS':0}";
    private static final String GOOD_LABEL = "{'TRANSACTION_ID':7,'TX_DATETIME':'2018-04-01 00:00:31',"
            + "'CUSTOMER_ID':596,'TERMINAL_ID':3156,'TX_FRAUD':1,'LABEL_DATETIME':'2018-04-08 00:00:31',"
            + "'LABEL_SOURCE':'chargeback'}";

    private final RecordDecoder<Transaction> decoder = RecordDecoder.transactions(MAX_BYTES, Contacts.KEPT);
    private final RecordDecoder<FraudLabel> labelDecoder = RecordDecoder.labels(MAX_BYTES, Contacts.KEPT);

    @Test
    void aGoodRecordGivesEveryFieldAndNothingToCount() {
        Decoded<Transaction> decoded = decode(GOOD);

        assertThat(decoded.plain()).isTrue();
        assertThat(decoded.value)
                .usingRecursiveComparison()
                .isEqualTo(new Transaction(
                        7,
                        1_522_540_831L,
                        596,
                        3156,
                        5716,
                        31,
                        0,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        ORIGIN,
                        bytes(GOOD)));
    }

    @Test
    void aGoodLabelGivesEveryFieldAndNothingToCount() {
        Decoded<FraudLabel> decoded = decodeLabel(GOOD_LABEL);

        assertThat(decoded.plain()).isTrue();
        assertThat(decoded.value)
                .usingRecursiveComparison()
                .isEqualTo(new FraudLabel(
                        7, 1_522_540_831L, 596, 3156, true, 1_523_145_631L, "chargeback", ORIGIN, bytes(GOOD_LABEL)));
    }

    static Stream<Arguments> notARecord() {
        return Stream.of(
                Arguments.of(EMPTY, ""),
                Arguments.of(EMPTY, " \t\r\n"),
                Arguments.of(EMPTY, "\uFEFF"),
                Arguments.of(BAD_JSON, GOOD.substring(0, GOOD.length() - 1)),
                Arguments.of(BAD_JSON, GOOD.substring(0, 40)),
                Arguments.of(BAD_JSON, GOOD + "}"),
                Arguments.of(BAD_JSON, GOOD + GOOD),
                Arguments.of(BAD_JSON, GOOD + " x"),
                Arguments.of(BAD_JSON, "\0" + GOOD),
                Arguments.of(BAD_JSON, "{\0'\0"),
                Arguments.of(BAD_JSON, "\uFEFF\uFEFF" + GOOD),
                Arguments.of(BAD_JSON, "\u00A0" + GOOD),
                Arguments.of(BAD_JSON, GOOD.replace("31,", "031,")),
                Arguments.of(BAD_JSON, GOOD.replace("57.16", "57.")),
                Arguments.of(BAD_JSON, GOOD.replace("57.16", "+57.16")),
                Arguments.of(BAD_JSON, GOOD.replace("57.16", "nan")),
                Arguments.of(BAD_JSON, GOOD.replace("0}", "0,}")),
                Arguments.of(BAD_JSON, GOOD.replace("{", "{/*comment*/")),
                Arguments.of(BAD_JSON, GOOD.replace("'CUSTOMER_ID'", "CUSTOMER_ID")),
                Arguments.of(BAD_JSON, GOOD.replace("2018", "20\n18")),
                Arguments.of(BAD_JSON, GOOD.replace("2018", "\\x2018")),
                Arguments.of(BAD_JSON, GOOD.replace("596", "NaN")),
                Arguments.of(BAD_JSON, GOOD.replace("596", "-Infinity")),
                Arguments.of(BAD_JSON, with(GOOD, "'OTHER':NaN")),
                Arguments.of(BAD_JSON, with(GOOD, "'OTHER':[{'TX_AMOUNT':NaN}]")),
                Arguments.of(BAD_JSON, "NaN"),
                Arguments.of(NOT_OBJECT, "[" + GOOD + "]"),
                Arguments.of(NOT_OBJECT, "[]"),
                Arguments.of(NOT_OBJECT, "17"),
                Arguments.of(NOT_OBJECT, "'text'"),
                Arguments.of(NOT_OBJECT, "true"),
                Arguments.of(NOT_OBJECT, "null"),
                Arguments.of(TOO_COMPLEX, "[".repeat(10_000) + "]".repeat(10_000)),
                Arguments.of(TOO_COMPLEX, with(GOOD, "'OTHER':" + nested("[", "]", 1_000))),
                Arguments.of(TOO_COMPLEX, with(GOOD, "'OTHER':" + nested("{'a':", "}", 1_000))),
                Arguments.of(TOO_COMPLEX, GOOD.replace("596", nested("[", "]", 1_000))),
                Arguments.of(TOO_COMPLEX, GOOD.replace("57.16", "1".repeat(1_001))),
                Arguments.of(TOO_COMPLEX, GOOD.replace("57.16", "-0." + "0".repeat(1_000))),
                Arguments.of(TOO_COMPLEX, with(GOOD, "'OTHER':[" + "9".repeat(1_001) + "]")),
                Arguments.of(DUPLICATE_KEY, with(GOOD, "'CUSTOMER_ID':596")),
                Arguments.of(DUPLICATE_KEY, with(GOOD, "'CUSTOMER_ID':null")),
                Arguments.of(DUPLICATE_KEY, with(GOOD, "'CUSTOMER\\u005FID':596")),
                Arguments.of(DUPLICATE_KEY, with(GOOD, "'A':1,'A':1")),
                Arguments.of(DUPLICATE_KEY, with(GOOD, "'A':[{'B':{'C':1,'D':2,'C':3}}]")),
                Arguments.of(DUPLICATE_KEY, GOOD.replace("596", "{'A':1,'A':2}")));
    }

    @ParameterizedTest
    @MethodSource("notARecord")
    void whatIsNoRecordIsADeadLetter(DeadLetterReason reason, String record) {
        assertRejected(decode(record), reason);
        assertRejected(decodeLabel(record.replace("TX_AMOUNT", "X")), reason);
    }

    static Stream<Arguments> notUtf8() {
        return Stream.of(
                Arguments.of("a lone continuation", new int[] {0x80}),
                Arguments.of("Latin-1", new int[] {0xFC, 'b'}),
                Arguments.of("overlong slash", new int[] {0xC0, 0xAF}),
                Arguments.of("overlong NUL", new int[] {0xE0, 0x80, 0x80}),
                Arguments.of("a surrogate", new int[] {0xED, 0xA0, 0x80}),
                Arguments.of("a surrogate pair", new int[] {0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80}),
                Arguments.of("beyond U+10FFFF", new int[] {0xF4, 0x90, 0x80, 0x80}),
                Arguments.of("cut off", new int[] {0xE2, 0x82}),
                Arguments.of("UTF-16 mark", new int[] {0xFF, 0xFE}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notUtf8")
    void whatIsNotUtf8KeepsItsBytes(String name, int[] bad) {
        for (int padding = 0; padding < 9; padding++) {
            byte[] record = bytes(with(GOOD, "'OTHER':'" + " ".repeat(padding) + "?".repeat(bad.length) + "'"));
            int at = new String(record, StandardCharsets.ISO_8859_1).indexOf('?');
            for (int i = 0; i < bad.length; i++) {
                record[at + i] = (byte) bad[i];
            }
            Decoded<Transaction> decoded = decoder.decode(record, ORIGIN);
            assertRejected(decoded, NOT_UTF8);
            assertThat(decoded.deadLetter.raw).isEqualTo(record);
        }
    }

    static Stream<Arguments> badFields() {
        return Stream.of(
                Arguments.of(MISSING, "TRANSACTION_ID", "null"),
                Arguments.of(MISSING, "TX_DATETIME", "null"),
                Arguments.of(MISSING, "CUSTOMER_ID", "null"),
                Arguments.of(MISSING, "TERMINAL_ID", "null"),
                Arguments.of(MISSING, "TX_AMOUNT", "null"),
                Arguments.of(TYPE, "TRANSACTION_ID", "{}"),
                Arguments.of(TYPE, "TRANSACTION_ID", "[7]"),
                Arguments.of(TYPE, "TRANSACTION_ID", "true"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'abc'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "''"),
                Arguments.of(TYPE, "TRANSACTION_ID", "' 7'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'+7'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'1e'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'1.'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'NaN'"),
                Arguments.of(TYPE, "TRANSACTION_ID", "'\u0667'"),
                Arguments.of(TYPE, "TX_DATETIME", "true"),
                Arguments.of(TYPE, "TX_DATETIME", "{'a':1}"),
                Arguments.of(TYPE, "TX_AMOUNT", "false"),
                Arguments.of(TYPE, "TX_AMOUNT", "'12,50'"),
                Arguments.of(TYPE, "TX_AMOUNT", "'0x10'"),
                Arguments.of(TYPE, "TX_AMOUNT", "'1f'"),
                Arguments.of(ID_INVALID, "TRANSACTION_ID", "1.5"),
                Arguments.of(ID_INVALID, "TRANSACTION_ID", "1.0000001"),
                Arguments.of(ID_INVALID, "TRANSACTION_ID", "1.0e0"),
                Arguments.of(ID_INVALID, "CUSTOMER_ID", "-1.0"),
                Arguments.of(ID_INVALID, "TRANSACTION_ID", "1e3"),
                Arguments.of(ID_INVALID, "CUSTOMER_ID", "-1"),
                Arguments.of(ID_INVALID, "CUSTOMER_ID", "9223372036854775808"),
                Arguments.of(ID_INVALID, "CUSTOMER_ID", "18446744073709551617"),
                Arguments.of(ID_INVALID, "TERMINAL_ID", "1e400"),
                Arguments.of(ID_INVALID, "TERMINAL_ID", "'-1'"),
                Arguments.of(ID_INVALID, "TERMINAL_ID", "'1.5'"),
                Arguments.of(ID_INVALID, "TERMINAL_ID", "1".repeat(1_000)),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2022-02-30 00:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2100-02-29 00:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'9999-01-01 00:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'1970-01-01 00:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'1999-12-31 23:59:59'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2100-01-01 00:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01 24:00:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01 00:60:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01 00:00:60'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-4-1 0:00:31'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01 00:00:31.'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:31+19:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:31+1'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:31 Z'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:31Zulu'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01 00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'1522540831'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "946684799"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "4102444800"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "4102444800000"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "100000000000"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "1522540831.5"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "1.522540831e9"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "-1522540831"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "99999999999999999999"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:0'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:3'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00:3Z'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00.5Z'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'2018-04-01T00:00+19:00'"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "''"),
                Arguments.of(BAD_DATETIME, "TX_DATETIME", "'yesterday at noon..'"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "NaN"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "Infinity"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "-Infinity"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "'NaN'"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "'nan'"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "'Infinity'"),
                Arguments.of(AMOUNT_NOT_FINITE, "TX_AMOUNT", "'-inf'"),
                Arguments.of(AMOUNT_NEGATIVE, "TX_AMOUNT", "-0.001"),
                Arguments.of(AMOUNT_NEGATIVE, "TX_AMOUNT", "-5"),
                Arguments.of(AMOUNT_NEGATIVE, "TX_AMOUNT", "'-5'"),
                Arguments.of(AMOUNT_NEGATIVE, "TX_AMOUNT", "-1e400"),
                Arguments.of(AMOUNT_RANGE, "TX_AMOUNT", "1000000000000"),
                Arguments.of(AMOUNT_RANGE, "TX_AMOUNT", "999999999999.995"),
                Arguments.of(AMOUNT_RANGE, "TX_AMOUNT", "1e400"),
                Arguments.of(AMOUNT_RANGE, "TX_AMOUNT", "1e99999999999999999999"),
                Arguments.of(FUTURE, "TX_DATETIME", "'2018-04-03 00:00:01'"),
                Arguments.of(FUTURE, "TX_DATETIME", "1522713601"));
    }

    @ParameterizedTest
    @MethodSource("badFields")
    void aBadFieldIsADeadLetterThatNamesItAndNeverItsValue(DeadLetterReason reason, String field, String value) {
        Decoded<Transaction> decoded = decode(replace(GOOD, field, value));

        assertRejected(decoded, reason);
        assertThat(decoded.deadLetter.message).startsWith(field);
        if (value.length() > 4) {
            assertThat(decoded.deadLetter.message).doesNotContain(value.replace("'", ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT"})
    void anAbsentFieldIsMissing(String field) {
        assertRejected(decode(GOOD.replace(field, "OTHER")), MISSING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"TRANSACTION_ID", "TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_FRAUD", "LABEL_DATETIME"})
    void anAbsentFieldOfALabelIsMissing(String field) {
        assertRejected(decodeLabel(GOOD_LABEL.replace("'" + field + "'", "'OTHER'")), MISSING);
        assertRejected(decodeLabel(replace(GOOD_LABEL, field, "null")), MISSING);
    }

    static Stream<Arguments> badLabels() {
        return Stream.of(
                Arguments.of(TYPE, "TX_FRAUD", "{}"),
                Arguments.of(TYPE, "TX_FRAUD", "'1,0'"),
                Arguments.of(LABEL_INVALID, "TX_FRAUD", "1.1"),
                Arguments.of(TYPE, "TX_FRAUD", "'yes'"),
                Arguments.of(LABEL_INVALID, "TX_FRAUD", "2"),
                Arguments.of(LABEL_INVALID, "TX_FRAUD", "-1"),
                Arguments.of(LABEL_INVALID, "TX_FRAUD", "0.5"),
                Arguments.of(LABEL_INVALID, "TX_FRAUD", "1e400"),
                Arguments.of(LABEL_INVALID, "LABEL_DATETIME", "'2018-04-01 00:00:30'"),
                Arguments.of(BAD_DATETIME, "LABEL_DATETIME", "'soon'"),
                Arguments.of(BAD_DATETIME, "LABEL_DATETIME", "0"),
                Arguments.of(TYPE, "LABEL_DATETIME", "[]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "'1'", "true", "'True'", "'TRUE'", "'1.00'"})
    void aVerdictOfFraudIsWrittenInManyWays(String verdict) {
        assertThat(decodeLabel(replace(GOOD_LABEL, "TX_FRAUD", verdict)).value.fraud)
                .isTrue();
        assertThat(decodeLabel(replace(
                                GOOD_LABEL,
                                "TX_FRAUD",
                                verdict.toLowerCase(Locale.ROOT)
                                        .replace('1', '0')
                                        .replace("true", "false")))
                        .value
                        .fraud)
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "TX_TIME_SECONDS, '''abc'''",
        "TX_TIME_SECONDS, 1.5",
        "TX_TIME_SECONDS, true",
        "TX_TIME_DAYS, -9223372036854775808",
        "TX_TIME_DAYS, []"
    })
    void anOptionalFieldThatCannotBeReadCostsOnlyItself(String field, String value) {
        Decoded<Transaction> decoded = decode(replace(GOOD, field, value));

        assertThat(decoded.value.amountCents).isEqualTo(5716);
        assertThat(field.equals("TX_TIME_DAYS") ? decoded.value.timeDays : decoded.value.timeSeconds)
                .isEqualTo(Transaction.ABSENT);
        assertThat(decoded.has(Note.LEFT_OUT)).isTrue();
        assertThat(decoded.has(Note.TEXT_NUMBER)).isFalse();
    }

    static Stream<String> badSources() {
        return Stream.of("7", "[]", "'" + "x".repeat(65) + "'", "'a\\u0000b'", "'a\\nb'", "'\\ud800'");
    }

    @ParameterizedTest
    @MethodSource("badSources")
    void aSourceThatCannotBeKeptCostsNoLabel(String source) {
        Decoded<FraudLabel> decoded = decodeLabel(replace(GOOD_LABEL, "LABEL_SOURCE", source));

        assertThat(decoded.value.fraud).isTrue();
        assertThat(decoded.value.labelSource).isEmpty();
        assertThat(decoded.has(Note.LEFT_OUT)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("badLabels")
    void aBadLabelIsADeadLetterThatNamesItsField(DeadLetterReason reason, String field, String value) {
        Decoded<FraudLabel> decoded = decodeLabel(replace(GOOD_LABEL, field, value));

        assertRejected(decoded, reason);
        assertThat(decoded.deadLetter.message).startsWith(field);
    }

    @Test
    void aVerdictMayComeIntoForceLaterButNotItsPayment() {
        assertThat(decodeLabel(replace(GOOD_LABEL, "LABEL_DATETIME", "'2028-01-01 00:00:00'"))
                        .accepted())
                .isTrue();
        assertRejected(
                decodeLabel(replace(
                        replace(GOOD_LABEL, "LABEL_DATETIME", "'2028-01-01 00:00:00'"),
                        "TX_DATETIME",
                        "'2027-01-01 00:00:00'")),
                FUTURE);
    }

    @Test
    void aDayAheadOfArrivalIsAcceptedAndWithoutAnArrivalAnyYear() {
        assertThat(decode(replace(GOOD, "TX_DATETIME", "'2018-04-03 00:00:00'")).accepted())
                .isTrue();
        RecordOrigin file = new RecordOrigin("file.jsonl", "", "", "1", RecordOrigin.NO_ARRIVAL);
        byte[] farAhead = bytes(replace(GOOD, "TX_DATETIME", "'2099-12-31 23:59:59'"));
        assertThat(decoder.decode(farAhead, file).value.epochSecond).isEqualTo(4_102_444_799L);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "-0.00, 0",
        "0.004, 0",
        "0.005, 1",
        "57.164999, 5716",
        "57.165, 5717",
        "999999999999.99, 99999999999999",
        "5.716e1, 5716",
        "57160e-3, 5716",
        "0.00005716E+6, 5716",
        "0e99999999999, 0",
        "1e-99999999999, 0"
    })
    void anAmountIsReadToTheCent(String amount, long cents) {
        assertThat(decode(replace(GOOD, "TX_AMOUNT", amount)).value.amountCents).isEqualTo(cents);
        Decoded<Transaction> asText = decode(replace(GOOD, "TX_AMOUNT", "'" + amount + "'"));
        assertThat(asText.value.amountCents).isEqualTo(cents);
        assertThat(asText.has(Note.TEXT_NUMBER)).isTrue();
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("\uFEFF" + GOOD, null),
                Arguments.of(" \r\n\t" + GOOD + "\r\n", null),
                Arguments.of(with(GOOD, "'TX_FRAUD':1,'TX_FRAUD_SCENARIO':{'a':['b']}"), null),
                Arguments.of(replace(GOOD, "TX_AMOUNT", "57.1600"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018-04-01T00:00:31Z'"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018-04-01T02:00:31+02:00'"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018-03-31 14:30:31-0930'"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018\\u002d04-01 00:00:31'"), null),
                Arguments.of(with(GOOD, "'OTHER':null"), Note.UNKNOWN_FIELD),
                Arguments.of(with(GOOD, "'\u00fcn\ud83d\ude00':'\u65e5'"), Note.UNKNOWN_FIELD),
                Arguments.of(with(GOOD, "'A':{'X':1},'B':{'X':1}"), Note.UNKNOWN_FIELD),
                Arguments.of(with(GOOD, "'A':" + nested("[", "]", 999)), Note.UNKNOWN_FIELD),
                Arguments.of(with(GOOD, "'A':-" + "9".repeat(1_000)), Note.UNKNOWN_FIELD),
                Arguments.of(replace(GOOD, "CUSTOMER_ID", "'596'"), Note.TEXT_NUMBER),
                Arguments.of(replace(GOOD, "CUSTOMER_ID", "'000596'"), Note.TEXT_NUMBER),
                Arguments.of(replace(GOOD, "TX_TIME_SECONDS", "'31'"), Note.TEXT_NUMBER),
                Arguments.of(replace(GOOD, "CUSTOMER_ID", "596.0"), Note.WHOLE_FRACTION),
                Arguments.of(replace(GOOD, "TX_TIME_SECONDS", "31.000"), Note.WHOLE_FRACTION),
                Arguments.of(replace(GOOD, "TX_DATETIME", "1522540831"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "1522540831000"), null),
                Arguments.of(replace(GOOD, "TX_DATETIME", "1522540831999"), Note.DATETIME_CUT),
                Arguments.of(replace(GOOD, "TX_DATETIME", "1522540831.0"), Note.WHOLE_FRACTION),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018-04-01 00:00:31.999'"), Note.DATETIME_CUT),
                Arguments.of(replace(GOOD, "TX_DATETIME", "'2018-04-01T01:00:31,5+01'"), Note.DATETIME_CUT),
                Arguments.of(replace(GOOD, "TX_AMOUNT", "57.155"), Note.AMOUNT_ROUNDED),
                Arguments.of(replace(GOOD, "TX_AMOUNT", "57.1600000000001"), Note.AMOUNT_ROUNDED));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void whatIsOnlyPeculiarIsAcceptedAndCounted(String record, Note note) {
        Decoded<Transaction> decoded = decode(record);

        assertThat(decoded.accepted()).isTrue();
        assertThat(decoded.value)
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(decode(GOOD).value);
        for (Note each : Note.values()) {
            assertThat(decoded.has(each)).as(each.name()).isEqualTo(each == note);
        }
    }

    @Test
    void theGreatestIdAndTheOptionalFieldsAreAccepted() {
        assertThat(decode(replace(GOOD, "CUSTOMER_ID", "9223372036854775807")).value.customerId)
                .isEqualTo(Long.MAX_VALUE);
        assertThat(decode(replace(GOOD, "TX_TIME_DAYS", "-9223372036854775807")).value.timeDays)
                .isEqualTo(-Long.MAX_VALUE);
        assertThat(decode(replace(GOOD, "TX_TIME_DAYS", "null")).value.timeDays).isEqualTo(Transaction.ABSENT);
        assertThat(decodeLabel(replace(GOOD_LABEL, "LABEL_SOURCE", "null")).value.labelSource)
                .isEmpty();
        assertThat(decodeLabel(replace(GOOD_LABEL, "TX_FRAUD", "0")).value.fraud)
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2018-03-31 22:15",
                "2018-04-01 00:15+02:00",
                "2018-03-31T22:15",
                "2018-03-31T22:15Z",
                "2018-04-01T00:15+02",
                "2018-04-01T00:15+02:00",
                "2018-03-31T12:45-0930"
            })
    void secondsOfZeroMayBeLeftOut(String datetime) {
        Decoded<Transaction> decoded = decode(replace(GOOD, "TX_DATETIME", "'" + datetime + "'"));

        assertThat(decoded.plain()).isTrue();
        assertThat(decoded.value.epochSecond)
                .isEqualTo(Instant.parse("2018-03-31T22:15:00Z").getEpochSecond());
    }

    static Stream<Arguments> orderOfChecks() {
        String missing = GOOD.replace("TRANSACTION_ID", "OTHER");
        String deep = nested("[", "]", 10_000);
        return Stream.of(
                Arguments.of(OVERSIZE, " ".repeat(MAX_BYTES + 1)),
                Arguments.of(BAD_JSON, deep.substring(1)),
                Arguments.of(BAD_JSON, with(GOOD, "'A':1,'A':1").replace("}", "")),
                Arguments.of(TOO_COMPLEX, deep),
                Arguments.of(TOO_COMPLEX, with(missing, "'A':1,'A':" + deep)),
                Arguments.of(NOT_OBJECT, "[{'A':1,'A':1}]"),
                Arguments.of(DUPLICATE_KEY, with(missing, "'A':1,'A':1")),
                Arguments.of(MISSING, replace(missing, "TX_DATETIME", "'x'")),
                Arguments.of(TYPE, replace(replace(GOOD, "TRANSACTION_ID", "'x'"), "TX_DATETIME", "null")),
                Arguments.of(ID_INVALID, replace(replace(GOOD, "TRANSACTION_ID", "-1"), "TX_DATETIME", "null")),
                Arguments.of(BAD_DATETIME, replace(replace(GOOD, "TX_DATETIME", "'x'"), "CUSTOMER_ID", "-1")),
                Arguments.of(ID_INVALID, replace(replace(GOOD, "TERMINAL_ID", "-1"), "TX_AMOUNT", "-1")),
                Arguments.of(
                        AMOUNT_NEGATIVE,
                        replace(replace(GOOD, "TX_AMOUNT", "-1"), "TX_DATETIME", "'2099-01-01 00:00:00'")),
                Arguments.of(
                        FUTURE, replace(replace(GOOD, "TX_TIME_DAYS", "'x'"), "TX_DATETIME", "'2099-01-01 00:00:00'")));
    }

    @ParameterizedTest
    @MethodSource("orderOfChecks")
    void theFirstFaultInTheOrderOfChecksIsTheReason(DeadLetterReason reason, String record) {
        assertRejected(decode(record), reason);
    }

    @Test
    void anOversizeRecordKeepsItsFirst4KilobytesAndTheHashOfAll() {
        byte[] record = bytes(with(GOOD, "'OTHER':'" + "x".repeat(MAX_BYTES) + "'"));
        DeadLetter letter = decoder.decode(record, ORIGIN).deadLetter;

        assertThat(letter.reason).isEqualTo(OVERSIZE);
        assertThat(letter.raw).isEqualTo(Arrays.copyOf(record, 4_096));
        assertThat(letter.sha256).isEqualTo(DeadLetter.sha256(record));
        byte[] justFits = Arrays.copyOf(bytes(GOOD), MAX_BYTES);
        Arrays.fill(justFits, GOOD.length(), MAX_BYTES, (byte) ' ');
        assertThat(decoder.decode(justFits, ORIGIN).accepted()).isTrue();
    }

    @Test
    void aDeadLetterTellsItsOriginAndWithoutBytesOnlyTheirHash() {
        byte[] record = bytes(replace(GOOD, "CUSTOMER_ID", "'jane@example.org'"));
        DeadLetter letter =
                RecordDecoder.transactions(MAX_BYTES, Contacts.LEFT_OUT).decode(record, ORIGIN).deadLetter;

        assertThat(letter.origin).isSameAs(ORIGIN);
        assertThat(letter.raw).isEmpty();
        assertThat(letter.sha256).isEqualTo(DeadLetter.sha256(record));
        assertThat(letter.message).doesNotContain("jane");
    }

    @Test
    void aLabelWhoseTransactionNeverCameHasTheHashOfItsRecordEvenWhereNoBytesAreKept() {
        byte[] record = bytes(with(GOOD_LABEL, "'E_MAIL':'jane@example.org'"));
        FraudLabel label = RecordDecoder.labels(MAX_BYTES, Contacts.LEFT_OUT).decode(record, ORIGIN).value;
        DeadLetter letter = DeadLetter.of(LABEL_UNMATCHED, "never came", label.origin, label.raw, Contacts.LEFT_OUT);

        assertThat(letter.sha256).isEqualTo(DeadLetter.sha256(record));
        assertThat(letter.raw).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "chargeback, chargeback",
        "Analyst-2_b, Analyst-2_b",
        "jane@example.org, ''",
        "Jane Doe, ''",
        "5550100, ''",
        "555-0100, ''",
        "'', ''"
    })
    void whereNoBytesAreKeptALabelsSourceIsOneWordOrNothing(String source, String kept) {
        byte[] record = bytes(replace(GOOD_LABEL, "LABEL_SOURCE", "'" + source + "'"));

        assertThat(RecordDecoder.labels(MAX_BYTES, Contacts.LEFT_OUT).decode(record, ORIGIN).value.labelSource)
                .isEqualTo(kept);
        assertThat(labelDecoder.decode(record, ORIGIN).value.labelSource).isEqualTo(source);
    }

    private Decoded<Transaction> decode(String record) {
        return decoder.decode(bytes(record), ORIGIN);
    }

    private Decoded<FraudLabel> decodeLabel(String record) {
        return labelDecoder.decode(bytes(record), ORIGIN);
    }

    private static void assertRejected(Decoded<?> decoded, DeadLetterReason reason) {
        assertThat(decoded.accepted()).isFalse();
        assertThat(decoded.value).isNull();
        assertThat(decoded.deadLetter.reason).isEqualTo(reason);
    }

    private static byte[] bytes(String record) {
        return record.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String with(String record, String fields) {
        return record.substring(0, record.length() - 1) + "," + fields + "}";
    }

    private static String replace(String record, String field, String value) {
        return record.replaceFirst(
                "'" + field + "':('[^']*'|[^,}]*)", "'" + field + "':" + Matcher.quoteReplacement(value));
    }

    private static String nested(String open, String close, int depth) {
        return open.repeat(depth - 1) + "[]" + close.repeat(depth - 1);
    }
}
