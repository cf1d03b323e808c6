package io.cardwatch.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SentencesTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.(\\d+))?");
    private static final Pattern WINDOW = Pattern.compile("(\\d+)DAY");

    /** A feature, changes of {@link #payment()}, the sentence. */
    private static final String TABLE =
            """
            TX_AMOUNT | | 309.15 is 4.8 times what this card usually spends
            TX_AMOUNT | TX_AMOUNT=64.40, CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW=64.40 | 64.40 is about what this card usually spends
            TX_AMOUNT | TX_AMOUNT=3, CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW=60 | 3.00 is 0.046 times what this card usually spends
            TX_AMOUNT | CUSTOMER_ID_NB_TX_30DAY_WINDOW=1 | 309.15 is this card's only payment in the last 30 days
            TX_AMOUNT | CUSTOMER_ID_NB_TX_30DAY_WINDOW=NaN | this payment is of 309.15
            TX_AMOUNT | CUSTOMER_ID_NB_TX_30DAY_WINDOW=0 | this payment is of 309.15
            TX_DURING_WEEKEND | TX_DURING_WEEKEND=1 | this payment is on a weekend (UTC)
            TX_DURING_WEEKEND | TX_DURING_WEEKEND=0 | this payment is not on a weekend (UTC)
            TX_DURING_NIGHT | TX_DURING_NIGHT=1 | this payment is at night (UTC)
            TX_DURING_NIGHT | TX_DURING_NIGHT=0 | this payment is not at night (UTC)
            CUSTOMER_ID_NB_TX_1DAY_WINDOW | | 3 of this card's 13 payments in the last 30 days were made in the last day
            CUSTOMER_ID_NB_TX_1DAY_WINDOW | CUSTOMER_ID_NB_TX_1DAY_WINDOW=1 | this is the card's only payment in the last day
            CUSTOMER_ID_NB_TX_1DAY_WINDOW | CUSTOMER_ID_NB_TX_30DAY_WINDOW=NaN | this card made 3 payments in the last day
            CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW | | this card spent 142.10 a payment in the last day, 83.24 in the last 30 days
            CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW | CUSTOMER_ID_NB_TX_1DAY_WINDOW=1 | this payment of 142.10 is the card's only one in the last day
            CUSTOMER_ID_NB_TX_7DAY_WINDOW | | 5 of this card's 13 payments in the last 30 days were made in the last 7 days
            CUSTOMER_ID_NB_TX_7DAY_WINDOW | CUSTOMER_ID_NB_TX_7DAY_WINDOW=1 | this is the card's only payment in the last 7 days
            CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW | | this card spent 111.05 a payment in the last 7 days, 83.24 in the last 30 days
            CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW | CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW=NaN | this card spent 111.05 a payment in the last 7 days
            CUSTOMER_ID_NB_TX_30DAY_WINDOW | | this card made 13 payments in the last 30 days
            CUSTOMER_ID_NB_TX_30DAY_WINDOW | CUSTOMER_ID_NB_TX_30DAY_WINDOW=1 | this is the card's only payment in the last 30 days
            CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW | | this card spent 83.24 a payment in the last 30 days
            CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW | CUSTOMER_ID_NB_TX_30DAY_WINDOW=1 | this payment of 83.24 is the card's only one in the last 30 days
            TERMINAL_ID_NB_TX_1DAY_WINDOW | | this terminal took 1 payment in the day until 7 days ago, 20 in the 30 days
            TERMINAL_ID_NB_TX_1DAY_WINDOW | TERMINAL_ID_NB_TX_1DAY_WINDOW=0 | this terminal took no payment in the day until 7 days ago, 20 in the 30 days
            TERMINAL_ID_RISK_1DAY_WINDOW | | the only payment at this terminal in the day until 7 days ago was fraud
            TERMINAL_ID_RISK_1DAY_WINDOW | TERMINAL_ID_RISK_1DAY_WINDOW=0 | the only payment at this terminal in the day until 7 days ago was not fraud
            TERMINAL_ID_RISK_1DAY_WINDOW | TERMINAL_ID_NB_TX_1DAY_WINDOW=0, TERMINAL_ID_RISK_1DAY_WINDOW=0 | this terminal took no payment in the day until 7 days ago
            TERMINAL_ID_NB_TX_7DAY_WINDOW | | this terminal took 5 payments in the 7 days until 7 days ago, 20 in the 30 days
            TERMINAL_ID_NB_TX_7DAY_WINDOW | TERMINAL_ID_NB_TX_7DAY_WINDOW=0, TERMINAL_ID_NB_TX_30DAY_WINDOW=NaN | this terminal took no payment in the 7 days until 7 days ago
            TERMINAL_ID_RISK_7DAY_WINDOW | | 3 of 5 payments at this terminal in the 7 days until 7 days ago were fraud
            TERMINAL_ID_RISK_7DAY_WINDOW | TERMINAL_ID_RISK_7DAY_WINDOW=0.2 | 1 of 5 payments at this terminal in the 7 days until 7 days ago was fraud
            TERMINAL_ID_RISK_7DAY_WINDOW | TERMINAL_ID_RISK_7DAY_WINDOW=0 | none of 5 payments at this terminal in the 7 days until 7 days ago was fraud
            TERMINAL_ID_RISK_7DAY_WINDOW | TERMINAL_ID_NB_TX_7DAY_WINDOW=NaN | 60% of the payments at this terminal in the 7 days until 7 days ago were fraud
            TERMINAL_ID_NB_TX_30DAY_WINDOW | | this terminal took 20 payments in the 30 days until 7 days ago
            TERMINAL_ID_NB_TX_30DAY_WINDOW | TERMINAL_ID_NB_TX_30DAY_WINDOW=1 | this terminal took 1 payment in the 30 days until 7 days ago
            TERMINAL_ID_RISK_30DAY_WINDOW | | 4 of 20 payments at this terminal in the 30 days until 7 days ago were fraud
            TERMINAL_ID_RISK_30DAY_WINDOW | TERMINAL_ID_RISK_30DAY_WINDOW=1 | 20 of 20 payments at this terminal in the 30 days until 7 days ago were fraud
            CUSTOMER_ID_AMOUNT_RATIO | | 309.15 is 4.5 times the usual amount of this card, 68.70
            CUSTOMER_ID_AMOUNT_RATIO | CUSTOMER_ID_AMOUNT_RATIO=1.01 | 309.15 is about the usual amount of this card, 306.09
            CUSTOMER_ID_AMOUNT_RATIO | TX_AMOUNT=0, CUSTOMER_ID_AMOUNT_RATIO=0 | this payment is 0 times the usual amount of this card
            CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW | | 2 earlier payments of this card in the last 14 days were high for it
            CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW | CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW=1 | 1 earlier payment of this card in the last 14 days was high for it
            CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW | CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW=0 | no earlier payment of this card in the last 14 days was high for it
            CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW | | an earlier payment of this card in the last 14 days was 6.2 times its usual amount
            CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW | CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW=0 | no earlier payment of this card in the last 14 days was high for it
            CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW | | 1 payment of this card in the last 28 days is known as fraud
            CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW | CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW=4 | 4 payments of this card in the last 28 days are known as fraud
            CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW | CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW=0 | no payment of this card in the last 28 days is known as fraud
            TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW | | this terminal took 9 payments in the last 7 days, 5 in the 7 days until 7 days ago
            TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW | TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW=1 | this is the terminal's only payment in the last 7 days
            TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW | | 2 of 9 payments at this terminal in the last 7 days are known as fraud
            TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW | TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW=0 | no payment at this terminal in the last 7 days is known as fraud
            TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW | | 6 payments at this terminal in the last 28 days are known as fraud
            TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW | TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW=0 | no payment at this terminal in the last 28 days is known as fraud
            TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW | | 6 of 15 confirmed payments at this terminal in the last 28 days were fraud
            TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW | TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW=1, TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW=1 | the only confirmed payment at this terminal in the last 28 days was fraud
            TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW | TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW=0 | no payment at this terminal in the last 28 days is known as fraud
            TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW | TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW=NaN | 40% of the confirmed payments at this terminal in the last 28 days were fraud
            TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS | | the first known fraud at this terminal of an amount not high for its card was 11.2 days ago
            TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS | TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS=0.25 | the first known fraud at this terminal of an amount not high for its card was 6.0 hours ago
            TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS | TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS=0.000695 | the first known fraud at this terminal of an amount not high for its card was 1 minute ago
            TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS | TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS=-1 | no known fraud at this terminal in the last 28 days was of an amount not high for its card
            TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE | | 66.7% of the confirmed payments at this terminal were fraud since the first of an amount not high for its card
            TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE | TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE=-1 | no known fraud at this terminal in the last 28 days was of an amount not high for its card
            TERMINAL_ID_NB_UNCONFIRMED_SINCE | | 3 payments at this terminal since its first fraud of an amount not high for the card are not confirmed yet
            TERMINAL_ID_NB_UNCONFIRMED_SINCE | TERMINAL_ID_NB_UNCONFIRMED_SINCE=1 | 1 payment at this terminal since its first fraud of an amount not high for the card is not confirmed yet
            TERMINAL_ID_NB_UNCONFIRMED_SINCE | TERMINAL_ID_NB_UNCONFIRMED_SINCE=-1 | no known fraud at this terminal in the last 28 days was of an amount not high for its card
            TERMINAL_ID_FRAUD_RUN_LENGTH | | the latest 4 confirmed payments at this terminal were all fraud
            TERMINAL_ID_FRAUD_RUN_LENGTH | TERMINAL_ID_FRAUD_RUN_LENGTH=1 | the latest confirmed payment at this terminal was fraud
            TERMINAL_ID_FRAUD_RUN_LENGTH | TERMINAL_ID_FRAUD_RUN_LENGTH=0 | no fraud is known at this terminal since its latest genuine payment
            TERMINAL_ID_FRAUD_RUN_DAYS | | the first fraud of an amount not high for its card since this terminal's latest genuine payment was 2.5 days ago
            TERMINAL_ID_FRAUD_RUN_DAYS | TERMINAL_ID_FRAUD_RUN_DAYS=-1 | no fraud of an amount not high for its card is known at this terminal since its latest genuine payment
            """;

    @Test
    void sayTheFactWithTheCardsOrTerminalsOwnPast() {
        assertThat(TABLE.lines()).allSatisfy(line -> {
            String[] cells = line.split("\\|", -1);
            assertThat(Feature.valueOf(cells[0].strip()).sentence(changed(cells[1]), WEEK))
                    .isEqualTo(cells[2].strip());
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyFeatureStandsInTheTableWithBothItsEnds_andSaysWhenItIsMissing(Feature feature) {
        List<Double> values = TABLE.lines()
                .filter(line -> line.startsWith(feature.name() + " "))
                .map(line -> changed(line.split("\\|", -1)[1])[feature.index()])
                .toList();
        assertThat(values).hasSizeGreaterThanOrEqualTo(2);
        double[] row = payment();
        row[feature.index()] = Double.NaN;

        assertThat(feature.sentence(row, WEEK)).endsWith(" is not known");
        assertThat(sentences(row)).noneMatch(sentence -> sentence.contains("NaN") || sentence.contains("null"));
    }

    @ParameterizedTest
    @CsvSource({"P0D, now", "P1D, 1 day ago", "PT36H, 36 hours ago", "PT90M, 90 minutes ago", "PT61S, 61 seconds ago"})
    void nameTheTerminalDelay(Duration delay, String text) {
        assertThat(Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW.sentence(payment(), delay))
                .isEqualTo("this terminal took 20 payments in the 30 days until " + text);
    }

    @Test
    void aShorterVectorIsEnoughForItsOwnFeatures() {
        double[] row = Arrays.copyOf(payment(), FeatureSet.REFERENCE.size());

        for (Feature feature : FeatureSet.REFERENCE.features()) {
            assertThat(feature.sentence(row, WEEK)).isEqualTo(feature.sentence(payment(), WEEK));
        }
    }

    @Test
    void noNumberIsInASentenceThatIsNotInTheRowOrComputedFromIt() {
        Random random = new Random(3);
        Duration delay = Duration.ofDays(5);
        for (int i = 0; i < 1_000; i++) {
            double[] row = randomRow(random);
            for (Feature feature : Feature.values()) {
                String sentence = feature.sentence(row, delay);
                for (Matcher number = NUMBER.matcher(sentence); number.find(); ) {
                    assertThat(derivable(feature, row, delay))
                            .as("%s of %s in '%s'", number.group(), feature, sentence)
                            .anyMatch(value -> isShownAs(value, number.group(), number.group(1)));
                }
            }
        }
    }

    private static boolean isShownAs(double value, String text, String decimals) {
        double unit = Math.pow(10, decimals == null ? 0 : -decimals.length());
        return Math.abs(value - Double.parseDouble(text)) <= unit / 2 * (1 + 1e-6) + 1e-9;
    }

    /** The numbers that a feature's sentence may show: the delay, windows of features, values, and what they give together. */
    private static List<Double> derivable(Feature feature, double[] row, Duration delay) {
        Function<Feature, Double> value = other -> row[other.index()];
        double own = value.apply(feature);
        double count = value.apply(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW);
        double amount = value.apply(Feature.TX_AMOUNT);
        List<Double> all = new ArrayList<>(List.of((double) delay.toDays(), own));
        for (Feature other : Feature.values()) {
            String name = other.name();
            boolean sameOwner = name.startsWith(feature.name().substring(0, 8)) || feature == Feature.TX_AMOUNT;
            Matcher window = WINDOW.matcher(name);
            if (sameOwner && window.find()) {
                all.add(Double.parseDouble(window.group(1)));
            }
            if (sameOwner && (name.contains("_NB_") || name.contains("_AVG_"))) {
                all.add(row[other.index()]);
            }
        }
        switch (feature) {
            case TX_AMOUNT -> {
                double mean = value.apply(Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW);
                all.add(amount / ((mean * count - amount) / (count - 1)));
            }
            case CUSTOMER_ID_AMOUNT_RATIO -> all.addAll(List.of(amount, amount / own));
            case TERMINAL_ID_RISK_1DAY_WINDOW -> all.add(own * value.apply(Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW));
            case TERMINAL_ID_RISK_7DAY_WINDOW -> all.add(own * value.apply(Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW));
            case TERMINAL_ID_RISK_30DAY_WINDOW -> all.add(own * value.apply(Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW));
            case TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW -> all.add(
                    value.apply(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW) / own);
            case TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE -> all.add(100 * own);
            case TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS, TERMINAL_ID_FRAUD_RUN_DAYS -> all.addAll(
                    List.of(24 * own, 24 * 60 * own));
            default -> {}
        }
        return all;
    }

    private static List<String> sentences(double[] row) {
        return Arrays.stream(Feature.values())
                .map(feature -> feature.sentence(row, WEEK))
                .toList();
    }

    /** Of a card that usually spends 64.41, at a terminal where frauds have begun. */
    private static double[] payment() {
        return row(Map.ofEntries(
                Map.entry(Feature.TX_AMOUNT, 309.15),
                Map.entry(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, 3d),
                Map.entry(Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW, 142.10),
                Map.entry(Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW, 5d),
                Map.entry(Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW, 111.05),
                Map.entry(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, 13d),
                Map.entry(Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW, (12 * 64.41 + 309.15) / 13),
                Map.entry(Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW, 1d),
                Map.entry(Feature.TERMINAL_ID_RISK_1DAY_WINDOW, 1d),
                Map.entry(Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW, 5d),
                Map.entry(Feature.TERMINAL_ID_RISK_7DAY_WINDOW, 0.6),
                Map.entry(Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW, 20d),
                Map.entry(Feature.TERMINAL_ID_RISK_30DAY_WINDOW, 0.2),
                Map.entry(Feature.CUSTOMER_ID_AMOUNT_RATIO, 4.5),
                Map.entry(Feature.CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW, 2d),
                Map.entry(Feature.CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW, 6.2),
                Map.entry(Feature.CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW, 1d),
                Map.entry(Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW, 9d),
                Map.entry(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW, 2d),
                Map.entry(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW, 6d),
                Map.entry(Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW, 0.4),
                Map.entry(Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS, 11.2),
                Map.entry(Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE, 2 / 3d),
                Map.entry(Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE, 3d),
                Map.entry(Feature.TERMINAL_ID_FRAUD_RUN_LENGTH, 4d),
                Map.entry(Feature.TERMINAL_ID_FRAUD_RUN_DAYS, 2.5)));
    }

    private static double[] row(Map<Feature, Double> values) {
        double[] row = new double[FeatureSet.EXTENDED.size()];
        values.forEach((feature, value) -> row[feature.index()] = value);
        return row;
    }

    private static double[] changed(String changes) {
        double[] row = payment();
        for (String change : changes.isBlank() ? new String[0] : changes.split(",")) {
            String[] pair = change.strip().split("=", -1);
            row[Feature.valueOf(pair[0]).index()] = Double.parseDouble(pair[1]);
        }
        return row;
    }

    /** Counts, shares of counts, times and amounts as they come. */
    private static double[] randomRow(Random random) {
        double[] row = new double[FeatureSet.EXTENDED.size()];
        for (Feature feature : Feature.values()) {
            String name = feature.name();
            row[feature.index()] = name.contains("_RISK_")
                    ? random.nextInt((int) row[feature.index() - 1] + 1) / Math.max(1, row[feature.index() - 1])
                    : name.contains("DURING")
                            ? random.nextInt(2)
                            : feature.isWhole()
                                    ? random.nextInt(name.startsWith("CUSTOMER_ID_NB_TX") ? 1 : 0, 200)
                                    : Math.rint(random.nextDouble() * 1e5) / 100;
        }
        double frauds = row[Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW.index()];
        row[Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW.index()] = frauds / (frauds + 1 + random.nextInt(50));
        row[Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE.index()] = random.nextDouble();
        row[Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS.index()] = random.nextDouble() * random.nextInt(28);
        row[Feature.TERMINAL_ID_FRAUD_RUN_DAYS.index()] = random.nextDouble() / (1 + random.nextInt(500));
        return row;
    }
}
