package io.cardwatch.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files obey the rules of the streams, and what is written is read back. */
class RecordFilesTest {
    private static final int MAX_BYTES = 65_536;
    private static final RecordOrigin ORIGIN = new RecordOrigin("t.csv", "", "", "2", RecordOrigin.NO_ARRIVAL);
    private static final byte[] NOTHING = new byte[0];

    private static final Transaction LABELLED =
            new Transaction(7, 1_522_540_831L, 596, 3156, 5, -1, 0, 1, 3, ORIGIN, NOTHING);
    private static final Transaction BARE = new Transaction(
            Long.MAX_VALUE,
            946_684_800L,
            0,
            Long.MAX_VALUE,
            99_999_999_999_999L,
            Transaction.ABSENT,
            Transaction.ABSENT,
            Transaction.ABSENT,
            Transaction.ABSENT,
            ORIGIN,
            NOTHING);
    private static final FraudLabel LABEL =
            new FraudLabel(7, 1_522_540_831L, 596, 3156, true, 1_523_145_631L, "a \"b\", ü\\", ORIGIN, NOTHING);
    private static final FraudLabel PLAIN_LABEL =
            new FraudLabel(0, 946_684_800L, 0, 0, false, 946_684_800L, "", ORIGIN, NOTHING);

    @Test
    void transactionsAreWrittenAsThePublicFilesWriteThem() {
        assertThat(RecordCsv.TRANSACTION_HEADER)
                .isEqualTo("TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,"
                        + "TX_FRAUD,TX_FRAUD_SCENARIO");
        assertThat(RecordCsv.row(LABELLED)).isEqualTo("7,2018-04-01 00:00:31,596,3156,0.05,-1,0,1,3");
        assertThat(RecordCsv.row(BARE))
                .isEqualTo("9223372036854775807,2000-01-01 00:00:00,0,9223372036854775807,999999999999.99,,,,");
        assertThat(new String(RecordJson.encode(LABELLED), StandardCharsets.UTF_8))
                .isEqualTo("{\"TRANSACTION_ID\":7,\"TX_DATETIME\":\"2018-04-01 00:00:31\",\"CUSTOMER_ID\":596,"
                        + "\"TERMINAL_ID\":3156,\"TX_AMOUNT\":0.05,\"TX_TIME_SECONDS\":-1,\"TX_TIME_DAYS\":0,"
                        + "\"TX_FRAUD\":1,\"TX_FRAUD_SCENARIO\":3}");
    }

    @Test
    void aTransactionSurvivesEitherKindOfFile() {
        RecordDecoder<Transaction> csv =
                RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT);
        RecordDecoder<Transaction> jsonLines = RecordDecoder.transactionLines(MAX_BYTES, Contacts.KEPT);
        for (Transaction transaction : List.of(LABELLED, BARE)) {
            assertReadBack(csv.decode(bytes(RecordCsv.row(transaction)), ORIGIN), transaction);
            assertReadBack(jsonLines.decode(RecordJson.encode(transaction), ORIGIN), transaction);
        }
    }

    @Test
    void aLabelSurvivesEitherKindOfFile() {
        RecordDecoder<FraudLabel> csv =
                RecordDecoder.labelRows(RecordCsv.LABEL_HEADER, "l.csv", MAX_BYTES, Contacts.KEPT);
        RecordDecoder<FraudLabel> jsonLines = RecordDecoder.labels(MAX_BYTES, Contacts.KEPT);
        for (FraudLabel label : List.of(LABEL, PLAIN_LABEL)) {
            assertReadBack(csv.decode(bytes(RecordCsv.row(label)), ORIGIN), label);
            assertReadBack(jsonLines.decode(RecordJson.encode(label), ORIGIN), label);
        }
    }

    @Test
    void aStreamIgnoresTheLabelThatAPublicProducerSends() {
        Transaction streamed =
                RecordDecoder.transactions(MAX_BYTES, Contacts.KEPT).decode(RecordJson.encode(LABELLED), ORIGIN).value;
        assertThat(streamed.fraud).isEqualTo(Transaction.ABSENT);
        assertThat(streamed.fraudScenario).isEqualTo(Transaction.ABSENT);
    }

    @Test
    void columnsComeInAnyOrderAndCaseAndUnknownOnesAreCounted() {
        RecordDecoder<Transaction> decoder = RecordDecoder.transactionRows(
                "\uFEFFtx_amount,\"TERMINAL_ID\",Note,TX_DATETIME,CUSTOMER_ID,TRANSACTION_ID\r",
                "t.csv",
                MAX_BYTES,
                Contacts.KEPT);
        Decoded<Transaction> decoded =
                decoder.decode(bytes("\"57.16\",3156,\"said \"\"no, thanks\"\"\",2018-04-01 00:00:31,596,7\r"), ORIGIN);

        assertThat(decoded.has(Note.UNKNOWN_FIELD)).isTrue();
        assertThat(decoded.has(Note.TEXT_NUMBER)).isFalse();
        assertReadBack(
                decoded,
                new Transaction(
                        7,
                        1_522_540_831L,
                        596,
                        3156,
                        5716,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        ORIGIN,
                        NOTHING));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "EMPTY         | ``",
                "BAD_JSON      | 7,2018-04-01 00:00:31,596,3156,1,0,0,0",
                "BAD_JSON      | 7,2018-04-01 00:00:31,596,3156,1,0,0,0,0,",
                "BAD_JSON      | \"7,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "BAD_JSON      | \"7\"7,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "BAD_JSON      | 7\"7\",2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "MISSING       | ,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "MISSING       | 7,\"\",596,3156,1,0,0,0,0",
                "TYPE          | seven,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "ID_INVALID    | 7.5,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "TYPE          | \" 7\",2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "TYPE          | 7.,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "TYPE          | +,2018-04-01 00:00:31,596,3156,1,0,0,0,0",
                "BAD_DATETIME  | 7,2018,596,3156,1,0,0,0,0",
                "BAD_DATETIME  | 7,01.04.2018 00:00:31,596,3156,1,0,0,0,0",
                "AMOUNT_NOT_FINITE | 7,2018-04-01 00:00:31,596,3156,nan,0,0,0,0",
            })
    void aBadRowIsADeadLetter(DeadLetterReason reason, String row) {
        RecordDecoder<Transaction> decoder =
                RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT);
        assertThat(decoder.decode(bytes(row), ORIGIN).deadLetter.reason).isEqualTo(reason);
    }

    /** As pandas, spreadsheets and people write it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "7.0,2018-04-01 00:00:31,596.0,3156.0,57.16,-1.0,0.0,1.0,3.0",
                " 7 , 2018-04-01 00:00:31 ,\t596,3156 , 57.16,-1, 0 , 1 ,3",
                "+7,2018-04-01 00:00:31,596,3156,+57.16,-1,0,1,3",
                "7,1522540831,596,3156,57.16,-1,0,True,3",
                "7,1522540831000,596,3156,57.160,-1,.0,TRUE,3",
                "7, \"2018-04-01 00:00:31\" ,596,3156,\"57.16\",-1,0,true,3\r",
            })
    void aRowIsReadAsItWasMeant(String row) {
        RecordDecoder<Transaction> decoder =
                RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT);
        assertReadBack(
                decoder.decode(bytes(row), ORIGIN),
                new Transaction(7, 1_522_540_831L, 596, 3156, 5716, -1, 0, 1, 3, ORIGIN, NOTHING));
    }

    @ParameterizedTest
    @CsvSource({"2,0", "yes,0", "1.5,0", "1e0,0", "-1,0"})
    void aLabelThatCannotBeReadCostsNoPayment(String fraud, String scenario) {
        RecordDecoder<Transaction> decoder =
                RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT);
        Decoded<Transaction> decoded =
                decoder.decode(bytes("7,2018-04-01 00:00:31,596,3156,.5,0,0," + fraud + "," + scenario), ORIGIN);

        assertThat(decoded.value.amountCents).isEqualTo(50);
        assertThat(decoded.value.fraud).isEqualTo(Transaction.ABSENT);
        assertThat(decoded.has(Note.LEFT_OUT)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TRANSACTION_ID;TX_DATETIME;CUSTOMER_ID | the cells of t.csv are separated by semicolons",
                "TRANSACTION_ID\tTX_DATETIME\tCUSTOMER_ID | the cells of t.csv are separated by tabs",
                "0,2018-04-01 00:00:31,596,3156,57.16 | t.csv has no header: its first line holds data",
                "0,1,TRANSACTION_ID | t.csv has no column TX_DATETIME",
            })
    void aTableThatIsNoneOfOursIsRefusedAsWhatItIs(String header, String cause) {
        assertThatThrownBy(() -> RecordDecoder.transactionRows(header, "t.csv", MAX_BYTES, Contacts.KEPT))
                .isInstanceOf(BadInputException.class)
                .hasMessage(cause);
    }

    @Test
    void aHeaderThatLacksAColumnIsRefusedByName() {
        assertThatThrownBy(() -> RecordDecoder.transactionRows(
                        RecordCsv.TRANSACTION_HEADER.replace("TERMINAL_ID", "SHOP"), "t.csv", MAX_BYTES, Contacts.KEPT))
                .isInstanceOf(BadInputException.class)
                .hasMessage("t.csv has no column TERMINAL_ID");
        assertThatThrownBy(() -> RecordDecoder.labelRows("", "l.csv", MAX_BYTES, Contacts.KEPT))
                .isInstanceOf(BadInputException.class)
                .hasMessage("l.csv has no column TRANSACTION_ID");
        assertThatThrownBy(() -> RecordDecoder.transactionRows(
                        RecordCsv.TRANSACTION_HEADER + ",TX_AMOUNT", "t.csv", MAX_BYTES, Contacts.KEPT))
                .isInstanceOf(BadInputException.class)
                .hasMessage("t.csv has the column TX_AMOUNT twice");
    }

    @Test
    void aDecoderWorksTheSameAfterItTravelledToATask() throws Exception {
        RecordDecoder<Transaction> csv =
                RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT);
        assertReadBack(InstantiationUtil.clone(csv).decode(bytes(RecordCsv.row(LABELLED)), ORIGIN), LABELLED);
        RecordDecoder<Transaction> json = RecordDecoder.transactionLines(MAX_BYTES, Contacts.KEPT);
        assertReadBack(InstantiationUtil.clone(json).decode(RecordJson.encode(LABELLED), ORIGIN), LABELLED);
    }

    @Test
    void customersSurviveTheirFileWithQuotesCommasAndLineEnds() throws IOException {
        List<Customer> customers = List.of(
                new Customer(1, "Clerk, \"senior\"", "a@example.org", "Zoë \uD83D\uDE00", "+1", "line 1\nline 2", "NY"),
                new Customer(Long.MAX_VALUE, null, null, null, null, null, null),
                new Customer(2, " x ", "b", "\"", ",", "'", "\n"));
        StringBuilder file = new StringBuilder(RecordCsv.CUSTOMER_HEADER).append('\n');
        customers.forEach(customer -> file.append(RecordCsv.row(customer)).append('\n'));

        assertThat(readCustomers(file.toString())).isEqualTo(customers);
        assertThat(readCustomers(file.toString().toLowerCase(Locale.ROOT)))
                .extracting(customer -> customer.customerId)
                .containsExactly(1L, Long.MAX_VALUE, 2L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x,,,,,,", "3,a", "3,a,b,c,d,e,\"f", "-3,,,,,,", ",,,,,,"})
    void aBadCustomerIsRefusedWithItsLine(String row) {
        String file = RecordCsv.CUSTOMER_HEADER + "\n1,\"two\nlines\",,,,,\n\n" + row + "\n";
        assertThatThrownBy(() -> readCustomers(file))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("c.csv, line 5: ");
    }

    @Test
    void customersThatAreNotUtf8OrHaveNoHeaderAreRefused() {
        byte[] latin1 = (RecordCsv.CUSTOMER_HEADER + "\n1,,,Zoë,,,\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> CustomerCsv.read(new ByteArrayInputStream(latin1), "c.csv", customer -> {}))
                .isInstanceOf(BadInputException.class)
                .hasMessage("c.csv is not UTF-8");
        assertThatThrownBy(() -> readCustomers(""))
                .isInstanceOf(BadInputException.class)
                .hasMessage("c.csv has no column CUSTOMER_ID");
    }

    private static List<Customer> readCustomers(String file) throws IOException {
        List<Customer> customers = new ArrayList<>();
        CustomerCsv.read(new ByteArrayInputStream(bytes(file)), "c.csv", customers::add);
        return customers;
    }

    private static void assertReadBack(Decoded<?> decoded, Object written) {
        assertThat(decoded.accepted()).isTrue();
        assertThat(decoded.value)
                .usingRecursiveComparison()
                .ignoringFields("raw")
                .isEqualTo(written);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
