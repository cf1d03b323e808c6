package io.cardwatch.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Random records: no bytes harm the decoder, no writing habit changes a value, java.time and BigDecimal agree. */
class RecordDecoderPropertyTest {
    private static final RecordOrigin ORIGIN = new RecordOrigin("s", "", "", "1", RecordOrigin.NO_ARRIVAL);
    private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("2099-12-31T23:59:59.999999999Z");
    private static final String TEMPLATE =
            "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"%s\",\"CUSTOMER_ID\":2," + "\"TERMINAL_ID\":3,\"TX_AMOUNT\":%s}";
    private static final String GOOD =
            String.format(TEMPLATE.replace("}", ",\"X\":[{\"ü\":[1e5,true]},null]}"), "2018-04-01 00:00:31", "57.16");
    private static final String LABEL = "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2018-04-01 00:00:31\","
            + "\"CUSTOMER_ID\":2,\"TERMINAL_ID\":3,\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"2018-04-08T00:00:31Z\","
            + "\"LABEL_SOURCE\":\"chargeback\"}";

    private final RecordDecoder<Transaction> transactions = RecordDecoder.transactionLines(65_536, Contacts.KEPT);
    private final RecordDecoder<FraudLabel> labels = RecordDecoder.labels(65_536, Contacts.KEPT);
    private final RecordDecoder<Transaction> rows =
            RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", 65_536, Contacts.KEPT);

    @Property(tries = 5_000)
    void randomBytesGiveOneOutcomeAndAlwaysTheSame(@ForAll byte[] bytes) throws IOException {
        assertOneOutcome(bytes);
    }

    @Property(tries = 5_000)
    void aDamagedRecordGivesOneOutcomeAndAlwaysTheSame(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = (random.nextBoolean() ? GOOD : random.nextBoolean() ? LABEL : "1,2018-04-01 00:00:31,2,3,4,,,,")
                .getBytes(StandardCharsets.UTF_8);
        assertOneOutcome(damaged(bytes, random));
    }

    /** A name with an escape is the same name, but not plain. */
    @Property(tries = 5_000)
    void aRecordMeansTheSameWhetherItIsPlainOrNot(@ForAll long seed) {
        Random random = new Random(seed);
        String plain = random.nextBoolean() ? String.format(TEMPLATE, "2018-04-01 00:00:31", "-57.16e0") : LABEL;
        byte[] bytes = random.nextInt(8) == 0
                ? plain.getBytes(StandardCharsets.UTF_8)
                : damaged(plain.getBytes(StandardCharsets.UTF_8), random);
        String name = "\"CUSTOMER_ID\"";
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        byte[] escaped = text.replace(name, "\"\\u0043USTOMER_ID\"").getBytes(StandardCharsets.ISO_8859_1);

        for (RecordDecoder<?> decoder : List.of(transactions, labels)) {
            Decoded<?> expected = decoder.decode(escaped, ORIGIN);
            Decoded<?> actual = decoder.decode(bytes, ORIGIN);
            assertThat(actual)
                    .usingRecursiveComparison()
                    .ignoringFields("value.raw", "deadLetter.raw", "deadLetter.sha256")
                    .isEqualTo(expected);
        }
    }

    @Property(tries = 1_000)
    void orderOfKeysWhiteSpaceAndUnknownFieldsChangeNoValue(
            @ForAll("transactions") Transaction written, @ForAll long seed) {
        Random random = new Random(seed);
        String plain = new String(RecordJson.encode(written), StandardCharsets.UTF_8);
        List<String> members =
                new ArrayList<>(List.of(plain.substring(1, plain.length() - 1).split(",")));
        members.add("\"OTHER\":{\"TX_AMOUNT\":[1,{\"a\\\"b\":\"\\ud83d\\ude00\"}]}");
        Collections.shuffle(members, random);
        StringBuilder record = new StringBuilder("{");
        for (String member : members) {
            record.append(record.length() == 1 ? "" : ",")
                    .append(space(random))
                    .append(member.replaceFirst(":", space(random) + ":" + space(random)));
        }
        byte[] bytes = record.append(space(random)).append("}").toString().getBytes(StandardCharsets.UTF_8);

        Decoded<Transaction> decoded = transactions.decode(bytes, ORIGIN);
        assertThat(decoded.has(Note.UNKNOWN_FIELD)).isTrue();
        assertThat(decoded.value)
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(written);
    }

    @Property(tries = 1_000)
    void whatIsWrittenIsReadBack(@ForAll("transactions") Transaction written) {
        assertThat(transactions.decode(RecordJson.encode(written), ORIGIN).value)
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(written);
        byte[] row = RecordCsv.row(written).getBytes(StandardCharsets.UTF_8);
        assertThat(rows.decode(row, ORIGIN).value)
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(written);
    }

    @Property(tries = 5_000)
    void aDateTimeIsReadAsJavaTimeReadsIt(
            @ForAll @LongRange(min = 915_148_800L, max = 4_133_980_800L) long second,
            @ForAll @IntRange(max = 999_999_999) int nanos,
            @ForAll @IntRange(min = -18 * 60, max = 18 * 60) int offsetMinutes,
            @ForAll @IntRange(max = 5) int form) {
        Instant instant = Instant.ofEpochSecond(second, nanos);
        OffsetDateTime there = instant.atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
        String text = written(instant, there, form);
        boolean inRange = !instant.isBefore(FIRST) && !instant.isAfter(LAST);

        Decoded<Transaction> decoded = decode(text, "1");
        assertThat(decoded.accepted()).as(text).isEqualTo(inRange);
        if (inRange) {
            assertThat(decoded.value.epochSecond).as(text).isEqualTo(second);
            assertThat(decoded.has(Note.DATETIME_CUT)).as(text).isEqualTo(text.contains("."));
        }
    }

    @Property(tries = 5_000)
    void theCalendarIsThatOfJavaTime(
            @ForAll @IntRange(min = 1999, max = 2101) int year,
            @ForAll @IntRange(max = 13) int month,
            @ForAll @IntRange(max = 32) int day,
            @ForAll @IntRange(max = 25) int hour,
            @ForAll @IntRange(max = 61) int minute) {
        String text = String.format(Locale.ROOT, "%04d-%02d-%02d %02d:%02d:59", year, month, day, hour, minute);
        Long expected;
        try {
            expected = LocalDateTime.of(year, month, day, hour, minute, 59).toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            expected = null;
        }
        boolean valid = expected != null && year >= 2000 && year <= 2099;
        Decoded<Transaction> decoded = decode(text, "1");
        assertThat(decoded.accepted()).as(text).isEqualTo(valid);
        if (valid) {
            assertThat(decoded.value.epochSecond).as(text).isEqualTo(expected);
        }
    }

    @Property(tries = 5_000)
    void anAmountIsReadAsBigDecimalReadsIt(@ForAll("amounts") String text) {
        BigDecimal exact = new BigDecimal(text);
        BigDecimal cents = exact.movePointRight(2).setScale(0, RoundingMode.HALF_UP);
        boolean accepted = exact.signum() >= 0 && cents.compareTo(BigDecimal.TEN.pow(14)) < 0;

        Decoded<Transaction> decoded = decode("2018-04-01 00:00:31", text);
        assertThat(decoded.accepted()).as(text).isEqualTo(accepted);
        if (accepted) {
            assertThat(decoded.value.amountCents).as(text).isEqualTo(cents.longValueExact());
            assertThat(decoded.has(Note.AMOUNT_ROUNDED))
                    .as(text)
                    .isEqualTo(exact.movePointRight(2).compareTo(cents) != 0);
        }
    }

    @Provide
    Arbitrary<Transaction> transactions() {
        return Arbitraries.randomValue(random -> new Transaction(
                random.nextLong() >>> 1,
                FIRST.getEpochSecond() + (random.nextLong() >>> 1) % (LAST.getEpochSecond() - FIRST.getEpochSecond()),
                random.nextLong() >>> random.nextInt(1, 64),
                random.nextLong() >>> random.nextInt(1, 64),
                (random.nextLong() >>> random.nextInt(1, 64)) % 100_000_000_000_000L,
                optional(random, random.nextInt()),
                optional(random, random.nextInt()),
                optional(random, random.nextInt(2)),
                optional(random, random.nextInt(4)),
                ORIGIN,
                new byte[0]));
    }

    @Provide
    Arbitrary<String> amounts() {
        Arbitrary<BigDecimal> numbers = Arbitraries.randomValue(random -> new BigDecimal(
                new BigInteger(random.nextInt(1, 60), random).multiply(BigInteger.valueOf(random.nextInt(10) - 1)),
                random.nextInt(-6, 25)));
        return numbers.flatMap(number -> Arbitraries.of(
                number.toPlainString(),
                number.toString(),
                number.toEngineeringString().toLowerCase(Locale.ROOT)));
    }

    private Decoded<Transaction> decode(String datetime, String amount) {
        byte[] bytes = String.format(TEMPLATE, datetime, amount).getBytes(StandardCharsets.UTF_8);
        return transactions.decode(bytes, ORIGIN);
    }

    private void assertOneOutcome(byte[] bytes) throws IOException {
        assertOneOutcome(transactions, WireTypes.DECODED_TRANSACTION, bytes);
        assertOneOutcome(labels, WireTypes.DECODED_FRAUD_LABEL, bytes);
        assertOneOutcome(rows, WireTypes.DECODED_TRANSACTION, bytes);
    }

    private static <T> void assertOneOutcome(RecordDecoder<T> decoder, WireTypeInfo<Decoded<T>> type, byte[] bytes)
            throws IOException {
        Decoded<T> decoded = decoder.decode(bytes, ORIGIN);
        assertThat(decoded.value == null).isNotEqualTo(decoded.deadLetter == null);
        assertThat(serialized(type, decoder.decode(bytes, ORIGIN))).isEqualTo(serialized(type, decoded));
    }

    private static <T> byte[] serialized(WireTypeInfo<T> type, T value) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        type.serializer().serialize(value, out);
        return out.getCopyOfBuffer();
    }

    private static byte[] damaged(byte[] record, Random random) {
        String text = new String(record, StandardCharsets.ISO_8859_1);
        for (int blows = random.nextInt(1, 4); blows > 0 && !text.isEmpty(); blows--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(8));
            String middle;
            switch (random.nextInt(5)) {
                case 0:
                    middle = "";
                    break;
                case 1:
                    middle = text.substring(from, to).repeat(random.nextInt(2, 5));
                    break;
                case 2:
                    middle = String.valueOf((char) random.nextInt(256));
                    break;
                case 3:
                    middle = String.valueOf("{}[]\",:\\-.eEN0127 \n\t".charAt(random.nextInt(20)));
                    break;
                default:
                    middle = text.substring(random.nextInt(text.length()));
            }
            text = text.substring(0, from) + middle + (random.nextInt(4) == 0 ? "" : text.substring(to));
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String written(Instant instant, OffsetDateTime there, int form) {
        OffsetDateTime utc = instant.atOffset(ZoneOffset.UTC);
        switch (form) {
            case 0:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").format(utc);
            case 1:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").format(utc);
            case 2:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
                        .format(there);
            case 3:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXX").format(there);
            case 4:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.Sxxx").format(there);
            default:
                return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssX").format(utc);
        }
    }

    private static long optional(Random random, long value) {
        return random.nextInt(3) == 0 ? Transaction.ABSENT : value;
    }

    private static String space(Random random) {
        return " \t\r\n".substring(0, random.nextInt(5));
    }
}
