package io.cardwatch.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
    private static final long DAY = 86_400;

    @Test
    void equalProfilesGiveEqualEvents_otherSeedsOthers() {
        Simulation simulation = Simulation.of(small(7).build());

        List<String> events = spelled(simulation);

        assertThat(spelled(simulation)).isEqualTo(events);
        assertThat(spelled(Simulation.of(small(7).build()))).isEqualTo(events);
        assertThat(spelled(Simulation.of(small(8).build()))).isNotEqualTo(events);
    }

    @Test
    void otherLabelDelaysLeaveThePaymentsAsTheyAre() {
        Profile other = small(7).labelDelay(LabelDelay.parse("lognormal:3d,1.0"))
                .genuineLabelShare(0.5)
                .build();

        assertThat(payments(events(other)).stream().map(SimulationTest::spell))
                .isEqualTo(payments(events(small(7).build())).stream()
                        .map(SimulationTest::spell)
                        .collect(Collectors.toList()));
    }

    @Test
    void eventsComeInOrderOfTime_labelsBeforePaymentsOfTheSameSecond_idsAreTheRank() {
        List<SimulatedEvent> events = events(small(1).genuineLabelShare(0.5).build());

        int ties = 0;
        for (int i = 1; i < events.size(); i++) {
            SimulatedEvent before = events.get(i - 1);
            SimulatedEvent after = events.get(i);
            assertThat(after.epochSecond()).isGreaterThanOrEqualTo(before.epochSecond());
            if (before.isLabel() != after.isLabel() && before.epochSecond() == after.epochSecond()) {
                assertThat(before.isLabel()).isTrue();
                ties++;
            }
        }
        assertThat(ties).as("seconds with both, or this test shows nothing").isPositive();
        List<Transaction> payments = payments(events);
        for (int i = 0; i < payments.size(); i++) {
            assertThat(payments.get(i).transactionId).isEqualTo(i);
        }
    }

    @Test
    void timeColumnsCountFromTheFirstDay() {
        Profile profile = small(3).daysEndingOn(10, LocalDate.of(2026, 3, 4)).build();
        long start = LocalDate.of(2026, 2, 23).toEpochDay() * DAY;

        assertThat(payments(events(profile))).allSatisfy(payment -> {
            assertThat(payment.epochSecond).isEqualTo(start + payment.timeSeconds);
            assertThat(payment.timeDays).isEqualTo(payment.timeSeconds / DAY).isBetween(0L, 9L);
        });
    }

    /** Golden counts of the published data set; tolerances are four standard deviations between seeds. */
    @Test
    void theReferenceWorldHasThePublishedNumbersOfPaymentsAndFrauds_withinSamplingError() {
        SimulatedEvents events = Simulation.of(Profile.reference().build()).events();
        while (events.hasNext()) {
            events.next();
        }

        long total = events.payments(0) + events.payments(1) + events.payments(2) + events.payments(3);
        assertThat(total / 1_754_155.0).isCloseTo(1, within(0.04));
        assertThat(events.payments(1) / 973.0).isCloseTo(1, within(0.25));
        assertThat(events.payments(2) / 9_077.0).isCloseTo(1, within(0.15));
        assertThat(events.payments(3) / 4_631.0).isCloseTo(1, within(0.15));
    }

    @Test
    void customersPayAsOftenAndAsMuchAsTheirHabitsSay() {
        Profile profile = Profile.reference().customers(1_000).days(60).build();
        World world = new World(profile);
        double expected = 0;
        for (int customer = 0; customer < 1_000; customer++) {
            // 0.967 18 of a normal time around noon, deviation 20 000 s, fall into the day.
            expected += 60 * world.paymentsPerDay(customer) * 0.96718;
        }

        List<Transaction> payments = payments(events(profile));
        double cents = 0;
        double meanCents = 0;
        for (Transaction payment : payments) {
            if (payment.fraudScenario != 3) {
                cents += payment.amountCents;
                meanCents += 100 * world.meanAmount((int) payment.customerId);
            }
        }

        double early = payments.stream()
                .filter(payment -> payment.timeSeconds % DAY < 23_200)
                .count();

        assertThat((double) payments.size()).isCloseTo(expected, within(4 * Math.sqrt(expected)));
        // One standard deviation before noon: (0.158 66 - 0.017 43) / 0.967 18 of them.
        assertThat(early / payments.size()).isCloseTo(0.14601, within(4 * 0.354 / Math.sqrt(payments.size())));
        // E[X; X >= 0] + P(X < 0) E[U(0, 2 m)] = 1.027 m for X ~ N(m, m / 2); relative deviation of a sum of n: 0.6 /
        // √n.
        assertThat(cents / meanCents).isCloseTo(1.0270, within(4 * 0.6 / Math.sqrt(payments.size())));
    }

    @Test
    void customersPayOnlyWithinTheRadiusOfTheirHomes() {
        Profile profile = Profile.reference().radius(3).days(1).build();
        World world = new World(profile);

        double terminals = 0;
        for (int customer = 0; customer < profile.customers; customer++) {
            terminals += world.reachableTerminals(customer).length;
        }
        // Density of terminals times the disc, less what lies beyond the edges: 1 - 8 r / (3 π s) + r² / (2 π s²).
        double inside = 1 - 8 * 3 / (3 * Math.PI * 100) + 9 / (2 * Math.PI * 10_000);
        assertThat(terminals / profile.customers).isCloseTo(Math.PI * 9 * inside, within(0.5));
        assertThat(payments(events(profile)))
                .allSatisfy(payment -> assertThat(Arrays.stream(world.reachableTerminals((int) payment.customerId)))
                        .contains((int) payment.terminalId));
    }

    @Test
    void everyAmountAbove220AndEveryPaymentAtACompromisedTerminalIsAFraud() {
        Profile profile = small(5).days(60).build();
        List<Transaction> payments = payments(events(profile));

        Set<Long> compromised = new HashSet<>();
        Fraudsters fraudsters = new Fraudsters(profile);
        for (int day = 0; day < 60; day++) {
            int[] terminals = fraudsters.terminalsCompromisedOn(day);
            assertThat(terminals).hasSize(2).doesNotHaveDuplicates();
            for (int terminal : terminals) {
                for (long later = day; later < day + 28; later++) {
                    compromised.add(terminal * 1_000L + later);
                }
            }
        }
        for (Transaction payment : payments) {
            boolean atCompromised = compromised.contains(payment.terminalId * 1_000 + payment.timeDays);
            assertThat(payment.fraud == 1)
                    .isEqualTo(payment.amountCents > 22_000 || atCompromised || payment.fraudScenario == 3);
            if (payment.fraudScenario != 3) {
                assertThat(payment.fraudScenario).isEqualTo(atCompromised ? 2 : payment.amountCents > 22_000 ? 1 : 0);
            }
        }
    }

    /** The reference marks one scenario after another over the whole table; so does this, and the rows are the same. */
    @Test
    void markingDayByDayEqualsMarkingTheWholeTable() {
        Profile profile = small(11).days(40).build();
        World world = new World(profile);
        Shoppers shoppers = new Shoppers(profile, world);
        List<Payment> table = new ArrayList<>();
        List<Integer> days = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            for (Payment payment : shoppers.nextDay()) {
                table.add(payment);
                days.add(day);
            }
        }
        Fraudsters fraudsters = new Fraudsters(profile);
        table.stream().filter(payment -> payment.cents > 22_000).forEach(payment -> payment.scenario = 1);
        for (int day = 0; day < 40; day++) {
            for (int terminal : fraudsters.terminalsCompromisedOn(day)) {
                for (int row = 0; row < table.size(); row++) {
                    boolean exposed = days.get(row) >= day && days.get(row) < day + 28;
                    if (exposed && table.get(row).terminal == terminal) {
                        table.get(row).scenario = 2;
                    }
                }
            }
        }
        for (int day = 0; day < 40; day++) {
            Draws draws = profile.draws(Draws.Purpose.COMPROMISED_CARDS, day);
            Set<Integer> cards =
                    Arrays.stream(draws.sample(profile.customers, 3)).boxed().collect(Collectors.toSet());
            List<Payment> exposed = new ArrayList<>();
            for (int row = 0; row < table.size(); row++) {
                boolean inFortnight = days.get(row) >= day && days.get(row) < day + 14;
                if (inFortnight && cards.contains(table.get(row).customer)) {
                    exposed.add(table.get(row));
                }
            }
            for (int index : draws.sample(exposed.size(), exposed.size() / 3)) {
                exposed.get(index).scenario = 3;
                exposed.get(index).cents *= 5;
            }
        }

        assertThat(payments(events(profile)).stream()
                        .map(payment -> payment.customerId + " " + payment.terminalId + " " + payment.amountCents + " "
                                + payment.fraudScenario + " " + payment.timeDays))
                .containsExactlyElementsOf(rows(table, days));
    }

    private static List<String> rows(List<Payment> table, List<Integer> days) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < table.size(); row++) {
            Payment payment = table.get(row);
            rows.add(payment.customer + " " + payment.terminal + " " + payment.cents + " " + payment.scenario + " "
                    + days.get(row));
        }
        return rows;
    }

    @Test
    void everyFraudGetsOneLabel_genuinePaymentsAsOftenAsAsked() {
        List<SimulatedEvent> fraudsOnly = events(small(2).build());
        List<SimulatedEvent> half = events(small(2).genuineLabelShare(0.5).build());

        Set<Long> frauds = payments(fraudsOnly).stream()
                .filter(payment -> payment.fraud == 1)
                .map(payment -> payment.transactionId)
                .collect(Collectors.toSet());
        assertThat(labels(fraudsOnly)).allMatch(label -> label.fraud);
        assertThat(labels(fraudsOnly).stream().map(label -> label.transactionId))
                .containsExactlyInAnyOrderElementsOf(frauds);
        assertThat(labels(half).stream().filter(label -> label.fraud).map(label -> label.transactionId))
                .containsExactlyInAnyOrderElementsOf(frauds);
        double genuine = payments(half).size() - frauds.size();
        double labelled = labels(half).size() - frauds.size();
        assertThat(labelled / genuine).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(genuine)));
    }

    @Test
    void labelsBelongToTheirPaymentsAndNameTheirSource() {
        List<SimulatedEvent> events = events(small(2).genuineLabelShare(0.1).build());
        List<Transaction> payments = payments(events);

        assertThat(labels(events)).allSatisfy(label -> {
            Transaction payment = payments.get((int) label.transactionId);
            assertThat(label.txEpochSecond).isEqualTo(payment.epochSecond);
            assertThat(label.customerId).isEqualTo(payment.customerId);
            assertThat(label.terminalId).isEqualTo(payment.terminalId);
            assertThat(label.fraud).isEqualTo(payment.fraud == 1);
            assertThat(label.labelSource).isIn("chargeback", "analyst");
            assertThat(label.fraud || label.labelSource.equals("analyst")).isTrue();
        });
    }

    @Test
    void labelDelaysHaveTheDistributionAskedFor() {
        assertThat(delays("fixed:7d")).containsOnly(7 * DAY);
        assertThat(delays("uniform:0d,7d"))
                .allMatch(delay -> delay >= 0 && delay <= 7 * DAY)
                .satisfies(delays -> assertThat(quantile(delays, 0.25) / DAY).isCloseTo(1.75, within(0.1)))
                .satisfies(delays -> assertThat(quantile(delays, 0.75) / DAY).isCloseTo(5.25, within(0.1)));
        assertThat(delays("lognormal:3d,1.0"))
                .allMatch(delay -> delay >= 0)
                .satisfies(delays -> assertThat(quantile(delays, 0.5) / DAY).isCloseTo(3, within(0.1)))
                .satisfies(
                        delays -> assertThat(quantile(delays, 0.841345) / DAY).isCloseTo(3 * Math.E, within(0.3)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7d",
                "fixed",
                "fixed:",
                "fixed:7",
                "fixed: 7 ",
                "fixed:7 parsecs",
                "fixed:-1d",
                "lognormal:3d",
                "lognormal:3,1.0",
                "lognormal:3d,x",
                "lognormal:3d,-1",
                "lognormal:3d,NaN",
                "uniform:7d,0d",
                "uniform:0d",
                "uniform:0,7d",
                "gamma:1d,2"
            })
    void aLabelDelaySpelledWrongIsRefusedWithTheRightSpelling(String text) {
        assertThatThrownBy(() -> LabelDelay.parse(text))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"" + text + "\"")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("fixed:7d"));
    }

    @Test
    void aWorldThatCannotBeIsRefused() {
        assertThatThrownBy(() -> Profile.reference().customers(0).build()).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> Profile.reference().genuineLabelShare(1.5).build())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("1.5");
        assertThatThrownBy(() ->
                        Profile.reference().firstDay(LocalDate.of(2099, 12, 1)).build())
                .isInstanceOf(BadInputException.class);
    }

    @Test
    void contactsAreComplete_differ_andReachNobody() {
        List<Customer> customers = Simulation.of(small(4).build()).customers();

        assertThat(customers)
                .extracting(customer -> customer.customerId)
                .startsWith(0L, 1L)
                .doesNotHaveDuplicates();
        assertThat(customers).extracting(customer -> customer.emailAddress).doesNotHaveDuplicates();
        assertThat(customers).allSatisfy(customer -> {
            assertThat(customer.emailAddress).matches("[a-z]+\\.[a-z]+\\.\\d+@example\\.(com|net|org)");
            assertThat(customer.phoneNumber).matches("\\+1-\\d{3}-555-01\\d\\d");
            assertThat(customer.fullName).matches("[A-Z][a-z]+ [A-Z][a-z]+");
            assertThat(customer.jobTitle).isNotBlank();
            assertThat(customer.city).isNotBlank();
            assertThat(customer.state).matches("[A-Z]{2}");
        });
        assertThat(Simulation.of(small(4).build()).customers()).isEqualTo(customers);
    }

    private static Profile.Builder small(long seed) {
        return Profile.reference().seed(seed).customers(500).terminals(1_000).days(20);
    }

    private static List<SimulatedEvent> events(Profile profile) {
        List<SimulatedEvent> events = new ArrayList<>();
        Simulation.of(profile).events().forEachRemaining(events::add);
        return events;
    }

    private static List<Transaction> payments(List<SimulatedEvent> events) {
        return events.stream()
                .filter(event -> !event.isLabel())
                .map(event -> event.transaction)
                .toList();
    }

    private static List<FraudLabel> labels(List<SimulatedEvent> events) {
        return events.stream()
                .filter(SimulatedEvent::isLabel)
                .map(event -> event.label)
                .toList();
    }

    private static List<Long> delays(String distribution) {
        Profile profile = small(6).genuineLabelShare(1)
                .labelDelay(LabelDelay.parse(distribution))
                .build();
        return labels(events(profile)).stream()
                .map(label -> label.labelEpochSecond - label.txEpochSecond)
                .sorted()
                .toList();
    }

    private static double quantile(List<? extends Long> sorted, double q) {
        return sorted.get((int) (q * sorted.size()));
    }

    private static List<String> spelled(Simulation simulation) {
        List<String> spelled = new ArrayList<>();
        simulation
                .events()
                .forEachRemaining(event -> spelled.add(
                        event.isLabel()
                                ? event.label.transactionId + " known " + event.label.labelEpochSecond + " "
                                        + event.label.labelSource
                                : spell(event.transaction)));
        return spelled;
    }

    private static String spell(Transaction payment) {
        return String.join(
                " ",
                "" + payment.transactionId,
                "" + payment.epochSecond,
                "" + payment.customerId,
                "" + payment.terminalId,
                "" + payment.amountCents,
                "" + payment.fraudScenario);
    }
}
