package io.cardwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertBudgetTest {
    private static final int DAY = 86_400;
    private static final int WARM_UP = 20;
    private static final int DAYS = 20;
    /** 2024-03-01. */
    private static final long START = 19_783L * DAY;

    @ParameterizedTest
    @ValueSource(ints = {20, 50, 100})
    void cardsADay_areThoseThatHindsightWouldHaveTaken_butForAFew(int cards) throws IOException {
        List<Payment> payments = world(new Random(Seed.of("AlertBudgetTest")));
        AlertBudget budget = new AlertBudget(cards);
        Map<Long, Set<Long>> sent = new TreeMap<>();
        for (int i = 0; i < payments.size(); i++) {
            Payment payment = payments.get(i);
            if (i % 1_000 == 0) {
                budget = restored(budget, cards);
            }
            if (budget.sends(payment.card, payment.second, payment.score)) {
                assertThat(sent.computeIfAbsent(payment.day(), day -> new HashSet<>())
                                .add(payment.card))
                        .as("a card is sent once a day")
                        .isTrue();
            }
        }

        int all = 0;
        int frauds = 0;
        int hindsight = 0;
        for (long day = START / DAY + WARM_UP; day < START / DAY + WARM_UP + DAYS; day++) {
            Map<Long, Payment> best = best(payments, day);
            Set<Long> chosen = sent.get(day);
            assertThat(chosen.size()).isLessThanOrEqualTo((int) (1.15 * cards));
            all += chosen.size();
            frauds += (int) chosen.stream().filter(card -> card % 2 == 1).count();
            hindsight += (int) best.values().stream()
                    .sorted(Comparator.comparingDouble((Payment payment) -> -payment.score))
                    .limit(chosen.size())
                    .filter(payment -> payment.card % 2 == 1)
                    .count();
        }
        assertThat((double) all / DAYS).isBetween(0.95 * cards, 1.05 * cards);
        assertThat((double) frauds / all).isGreaterThan((double) hindsight / all - 0.03);
        assertThat((double) hindsight / all).as("there is something to choose").isBetween(0.3, 0.99);
    }

    @Test
    void cardThatPeopleLookAtAnyway_isNotSentAgainThatDay() {
        AlertBudget budget = new AlertBudget(1_000);
        budget.alreadySent(7, START + DAY - 100);

        assertThat(budget.sends(7, START + DAY - 10, 0.9)).isFalse();
        assertThat(budget.sends(8, START + DAY - 10, 0.9)).isTrue();
        assertThat(budget.sends(8, START + DAY - 5, 0.99)).isFalse();
    }

    @Test
    void paymentWithATimeInTheFarFuture_leavesTodaysBudgetAsItWas() {
        AlertBudget budget = new AlertBudget(10);
        budget.sends(1, START + 100_000L * DAY, 0.9);
        long sent = 0;
        for (int card = 0; card < 100; card++) {
            sent += budget.sends(card, START + DAY - 1, 0.9) ? 1 : 0;
        }
        assertThat(sent).isEqualTo(10);
    }

    private static AlertBudget restored(AlertBudget budget, int cards) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        budget.write(new DataOutputStream(bytes));
        return AlertBudget.read(cards, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private static Map<Long, Payment> best(List<Payment> payments, long day) {
        Map<Long, Payment> best = new HashMap<>();
        payments.stream()
                .filter(payment -> payment.day() == day)
                .forEach(payment ->
                        best.merge(payment.card, payment, (left, right) -> left.score >= right.score ? left : right));
        return best;
    }

    /** Busier at noon, on some days busier than on others; odd cards are frauds, whose scores are higher on average. */
    private static List<Payment> world(Random random) {
        List<Payment> payments = new ArrayList<>();
        for (int day = 0; day < WARM_UP + DAYS; day++) {
            int count = 300 + random.nextInt(100);
            for (int i = 0; i < count; i++) {
                boolean fraud = random.nextInt(5) == 0;
                double score = 1 / (1 + Math.exp(-(random.nextGaussian() * 1.5 + (fraud ? 3 : -1))));
                long second = Math.floorMod((long) (DAY / 2 + random.nextGaussian() * DAY / 5), (long) DAY);
                long card = 2L * random.nextInt(2_000) + (fraud ? 1 : 0);
                payments.add(new Payment(card, START + (long) day * DAY + second, score));
            }
        }
        payments.sort(Comparator.comparingLong(payment -> payment.second));
        return payments;
    }

    private static final class Payment {
        final long card;
        final long second;
        final double score;

        Payment(long card, long second, double score) {
            this.card = card;
            this.second = second;
            this.score = score;
        }

        long day() {
            return second / DAY;
        }
    }
}
