package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.HandbookFeatures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The published data set of the handbook; its golden counts and its file's hash are what the authors' data has. */
class HandbookProfileTest {
    private static final long DAY = 86_400;
    /** Of the published table as CSV, uncompressed, header included: {@code zcat transactions.csv.gz | sha256sum}. */
    private static final String PUBLISHED_SHA_256 = "4f04feb3195e896df50f5047020dfbc54592345ed3bf4f064f2e9d6ca2e6153e";

    @Test
    void theTransactionsFileIsThePublishedOne() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update((RecordCsv.TRANSACTION_HEADER + "\n").getBytes(UTF_8));
        List<String> firstRow = new ArrayList<>();

        SimulatedEvents events = Simulation.of(Profile.handbook().build()).events();
        forEachPayment(events, payment -> {
            String row = RecordCsv.row(payment);
            digest.update((row + "\n").getBytes(UTF_8));
            if (firstRow.isEmpty()) {
                firstRow.add(row);
            }
        });

        assertThat(firstRow).containsExactly("0,2018-04-01 00:00:31,596,3156,57.16,31,0,0,0");
        assertThat(events.payments(0)).isEqualTo(1_754_155 - 14_681);
        assertThat(events.payments(1)).isEqualTo(973);
        assertThat(events.payments(2)).isEqualTo(9_077);
        assertThat(events.payments(3)).isEqualTo(4_631);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(PUBLISHED_SHA_256);
    }

    @Test
    @EnabledIf(
            value = "io.cardwatch.oracle.HandbookFeatures#isShared",
            disabledReason = "there is no ../shared beside the project, where the handbook's data would lie")
    void everyRowEqualsThePublishedOne() throws IOException {
        try (BufferedReader published = HandbookFeatures.transactionLines()) {
            assertThat(published.readLine()).isEqualTo(RecordCsv.TRANSACTION_HEADER);
            forEachPayment(Simulation.of(Profile.handbook().build()).events(), payment -> {
                String row = RecordCsv.row(payment);
                // Not an assertion for each of the 1 754 155 rows: that would take longer than drawing them.
                String expected = readLine(published);
                if (!row.equals(expected)) {
                    assertThat(row).isEqualTo(expected);
                }
            });
            assertThat(published.readLine()).isNull();
        }
    }

    @Test
    void eachScenarioMarksAsManyNewFraudsAsPublished() {
        Profile profile = Profile.handbook().build();
        HandbookTable table = new HandbookTable(profile, new World(profile));
        Fraudsters fraudsters = new Fraudsters(profile);
        int[] marked = new int[3];
        List<List<Payment>> days = new ArrayList<>();
        for (int day = 0; day < profile.days; day++) {
            List<Payment> payments = table.nextDay();
            marked[0] += count(payments, payment -> payment.cents > 22_000);
            fraudsters.strikeDay(day, payments);
            marked[1] += count(payments, payment -> payment.scenario == 2 && payment.cents <= 22_000);
            days.add(payments);
        }
        for (int day = 0; day < profile.days; day++) {
            fraudsters.strikeCards(day, days.subList(day, Math.min(day + Fraudsters.CARD_DAYS, profile.days)));
        }
        int frauds = days.stream()
                .mapToInt(payments -> count(payments, payment -> payment.scenario > 0))
                .sum();
        marked[2] = frauds - marked[0] - marked[1];

        assertThat(marked).containsExactly(978, 9_099, 4_604);
    }

    /** Labels are drawn by themselves: when they arrive changes no payment. */
    @Test
    void fewerDaysAreTheFirstOnesOfTheTable_anotherLastDayMovesThem_fraudsGetTheirVerdicts()
            throws NoSuchAlgorithmException {
        Profile profile = Profile.handbook()
                .daysEndingOn(40, LocalDate.of(2026, 3, 31))
                .labelDelay(LabelDelay.parse("lognormal:3d,1.0"))
                .build();
        long shift = (LocalDate.of(2026, 2, 20).toEpochDay()
                        - LocalDate.of(2018, 4, 1).toEpochDay())
                * DAY;
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update((RecordCsv.TRANSACTION_HEADER + "\n").getBytes(UTF_8));
        Map<Long, Long> frauds = new HashMap<>();
        List<FraudLabel> labels = new ArrayList<>();

        Simulation.of(profile).events().forEachRemaining(event -> {
            if (event.isLabel()) {
                labels.add(event.label);
            } else {
                if (event.transaction.fraud == 1) {
                    frauds.put(event.transaction.transactionId, event.epochSecond());
                }
                digest.update((RecordCsv.row(moved(event.transaction, -shift)) + "\n").getBytes(UTF_8));
            }
        });

        // zcat transactions.csv.gz | head -384042 | sha256sum, of which 2591 rows are frauds
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo("e2b8217f4561316f243276dcc416679d453fa9e377f083aaeb37db075707d3f4");
        assertThat(frauds).hasSize(2591);
        assertThat(labels)
                .hasSize(2591)
                .allMatch(label -> label.fraud && frauds.get(label.transactionId) == label.txEpochSecond);
        List<Long> delays = labels.stream()
                .map(label -> label.labelEpochSecond - label.txEpochSecond)
                .sorted()
                .toList();
        assertThat(delays.get(0)).isNotNegative();
        assertThat(delays.get(2591 / 2) / (double) DAY).isBetween(2.7, 3.3);
    }

    @Test
    void anotherSeedGivesOtherRowsOfTheSameWorld() {
        List<String> firstRows = new ArrayList<>();
        SimulatedEvents events =
                Simulation.of(Profile.handbook().seed(1).build()).events();
        forEachPayment(events, payment -> {
            if (payment.transactionId == 0) {
                firstRows.add(RecordCsv.row(payment));
            }
        });

        assertThat(firstRows).hasSize(1).doesNotContain("0,2018-04-01 00:00:31,596,3156,57.16,31,0,0,0");
        // As many as published, with the tolerances of the reference world.
        assertThat(events.payments(0) / 1_739_474.0).isCloseTo(1, within(0.04));
        assertThat(events.payments(1) / 973.0).isCloseTo(1, within(0.25));
        assertThat(events.payments(2) / 9_077.0).isCloseTo(1, within(0.15));
        assertThat(events.payments(3) / 4_631.0).isCloseTo(1, within(0.15));
    }

    @Test
    void whatTheProfileFixesCannotBeChanged() {
        assertRefused(Profile.handbook().customers(4_999), "not of 4999, 10000, 5.0 and 183");
        assertRefused(Profile.handbook().terminals(1), "1, 5.0 and 183");
        assertRefused(Profile.handbook().radius(4.5), "4.5 and 183");
        assertRefused(Profile.handbook().days(184), "5.0 and 184");
        assertRefused(Profile.handbook().seed(-1), "no seed -1");
        assertRefused(Profile.handbook().seed(HandbookDraws.LAST_WORLD + 1L), "no seed");
    }

    private static void assertRefused(Profile.Builder builder, String cause) {
        assertThatThrownBy(builder::build).isInstanceOf(BadInputException.class).hasMessageContaining(cause);
    }

    private static int count(List<Payment> payments, Predicate<Payment> which) {
        return (int) payments.stream().filter(which).count();
    }

    private static String readLine(BufferedReader lines) {
        try {
            return lines.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forEachPayment(SimulatedEvents events, Consumer<Transaction> action) {
        events.forEachRemaining(event -> {
            if (!event.isLabel()) {
                action.accept(event.transaction);
            }
        });
    }

    private static Transaction moved(Transaction payment, long seconds) {
        return new Transaction(
                payment.transactionId,
                payment.epochSecond + seconds,
                payment.customerId,
                payment.terminalId,
                payment.amountCents,
                payment.timeSeconds,
                payment.timeDays,
                payment.fraud,
                payment.fraudScenario,
                payment.origin,
                payment.raw);
    }
}
