package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;

/**
 * How good a set of alerts is, whoever raised them: a model at its threshold, a rule, or both together. Every figure has
 * its interval by card.
 */
@JsonPropertyOrder({
    "payments",
    "frauds",
    "days",
    "alerts",
    "caught",
    "alertsPerDay",
    "cardsPerDay",
    "precision",
    "recall",
    "fraudAmount",
    "caughtAmount",
    "saved"
})
public final class AlertQuality {
    /** The sums over rows that all figures are functions of, by place. */
    private static final int ALERTS = 0;

    private static final int CAUGHT = 1;
    private static final int FRAUDS = 2;
    private static final int CARD_DAYS = 3;
    private static final int FRAUD_CENTS = 4;
    private static final int CAUGHT_CENTS = 5;
    private static final int SUMS = 6;

    /** All payments, alerted or not. */
    @JsonProperty
    public final int payments;

    /** All frauds among them. */
    @JsonProperty
    public final int frauds;

    /** UTC days with a payment. */
    @JsonProperty
    public final int days;

    @JsonProperty
    public final int alerts;

    /** Alerts that were fraud. */
    @JsonProperty
    public final int caught;

    @JsonProperty
    public final Figure alertsPerDay;

    /** Different cards with an alert on a UTC day, as the mean over the days. */
    @JsonProperty
    public final Figure cardsPerDay;

    /** The share of the alerts that were fraud; says nothing without alerts. */
    @JsonProperty
    public final Figure precision;

    /** The share of the frauds that were alerted; says nothing without frauds. */
    @JsonProperty
    public final Figure recall;

    /** The amount of all frauds, in currency units. */
    @JsonProperty
    public final double fraudAmount;

    /** The amount of the frauds that were alerted, in currency units. */
    @JsonProperty
    public final double caughtAmount;

    /** What the alerts save in the whole period, in currency units; empty without prices. */
    public final Optional<Figure> saved;

    /**
     * Measures alerts.
     *
     * @param rows all payments; there must be one
     * @param alerted by number of row
     * @param costs what alerts cost and save, if that is to be measured
     */
    public AlertQuality(Outcomes rows, IntPredicate alerted, Optional<CostModel> costs) {
        payments = rows.rows();
        frauds = rows.frauds();
        days = rows.days();
        double[][] sums = sums(rows, alerted);
        List<ToDoubleFunction<double[]>> functions = new ArrayList<>(List.of(
                sum -> sum[ALERTS] / days,
                sum -> sum[CARD_DAYS] / days,
                sum -> sum[CAUGHT] / sum[ALERTS],
                sum -> sum[CAUGHT] / sum[FRAUDS],
                sum -> costs.map(prices -> prices.saved(sum[ALERTS], sum[CAUGHT], sum[CAUGHT_CENTS] / 100))
                        .orElse(Double.NaN)));
        double[] all = new double[SUMS];
        for (double[] card : sums) {
            Arrays.setAll(all, i -> all[i] + card[i]);
        }
        double[][] draws = CardBootstrap.values(sums, functions);
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < draws.length; i++) {
            figures.add(new Figure(functions.get(i).applyAsDouble(all), draws[i]));
        }
        alerts = (int) all[ALERTS];
        caught = (int) all[CAUGHT];
        alertsPerDay = figures.get(0);
        cardsPerDay = figures.get(1);
        precision = figures.get(2);
        recall = figures.get(3);
        saved = costs.map(prices -> figures.get(4));
        fraudAmount = all[FRAUD_CENTS] / 100;
        caughtAmount = all[CAUGHT_CENTS] / 100;
    }

    private static double[][] sums(Outcomes rows, IntPredicate alerted) {
        long[] ids = rows.cards();
        int[] cardByRow = rows.cardByRow(ids);
        double[][] sums = new double[ids.length][SUMS];
        long[] cardDays = new long[rows.rows()];
        int alerts = 0;
        for (int row = 0; row < rows.rows(); row++) {
            double[] card = sums[cardByRow[row]];
            boolean fraud = rows.fraud(row);
            card[FRAUDS] += fraud ? 1 : 0;
            card[FRAUD_CENTS] += fraud ? rows.amountCents(row) : 0;
            if (alerted.test(row)) {
                card[ALERTS]++;
                card[CAUGHT] += fraud ? 1 : 0;
                card[CAUGHT_CENTS] += fraud ? rows.amountCents(row) : 0;
                cardDays[alerts++] = rows.day(row) << 32 | cardByRow[row];
            }
        }
        Arrays.stream(cardDays, 0, alerts).distinct().forEach(cardDay -> sums[(int) cardDay][CARD_DAYS]++);
        return sums;
    }

    @JsonProperty("saved")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    Figure jsonSaved() {
        return saved.orElse(null);
    }
}
