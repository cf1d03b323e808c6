package io.cardwatch.domain;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

/**
 * The features of a transaction, in the order of every feature vector, table and file. A vector holds the value of a
 * feature at its {@link #index()}; its {@link FeatureSet} tells how many features it has.
 *
 * <p>For a transaction at second t of customer c at terminal m; a day is 86 400 s.
 */
@SuppressWarnings("ImmutableEnumChecker") // the sentences hold nothing
public enum Feature {
    /** The amount, in currency units. */
    TX_AMOUNT(false, "the amount", Sentences::amount),
    /** 1 on Saturday and Sunday of the UTC time, else 0. */
    TX_DURING_WEEKEND(true, "whether it is a weekend", Sentences::weekend),
    /** 1 for the hours 0 to 6 inclusive of the UTC time, else 0. */
    TX_DURING_NIGHT(true, "whether it is night", Sentences::night),
    /** Number of c's transactions in (t − 1 d, t], this one included. */
    CUSTOMER_ID_NB_TX_1DAY_WINDOW(
            true, "the number of this card's payments in the last day", row -> row.cardPayments(1)),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW(
            false,
            "this card's mean amount in the last day",
            row -> row.cardMean(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, 1)),
    /** Number of c's transactions in (t − 7 d, t], this one included. */
    CUSTOMER_ID_NB_TX_7DAY_WINDOW(
            true, "the number of this card's payments in the last 7 days", row -> row.cardPayments(7)),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW(
            false,
            "this card's mean amount in the last 7 days",
            row -> row.cardMean(Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW, 7)),
    /** Number of c's transactions in (t − 30 d, t], this one included. */
    CUSTOMER_ID_NB_TX_30DAY_WINDOW(
            true, "the number of this card's payments in the last 30 days", row -> row.cardPayments(30)),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW(
            false,
            "this card's mean amount in the last 30 days",
            row -> row.cardMean(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, 30)),
    /** Number of m's transactions in (t − delay − 1 d, t − delay]. */
    TERMINAL_ID_NB_TX_1DAY_WINDOW(
            true, "the number of this terminal's payments in the day", row -> row.terminalPayments(1)),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_1DAY_WINDOW(
            false,
            "this terminal's share of fraud in the day",
            row -> row.terminalRisk(Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW, 1)),
    /** Number of m's transactions in (t − delay − 7 d, t − delay]. */
    TERMINAL_ID_NB_TX_7DAY_WINDOW(
            true, "the number of this terminal's payments in the 7 days", row -> row.terminalPayments(7)),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_7DAY_WINDOW(
            false,
            "this terminal's share of fraud in the 7 days",
            row -> row.terminalRisk(Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW, 7)),
    /** Number of m's transactions in (t − delay − 30 d, t − delay]. */
    TERMINAL_ID_NB_TX_30DAY_WINDOW(
            true, "the number of this terminal's payments in the 30 days", row -> row.terminalPayments(30)),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_30DAY_WINDOW(
            false,
            "this terminal's share of fraud in the 30 days",
            row -> row.terminalRisk(Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW, 30)),

    /** The amount ÷ c's usual amount before it, as {@code ExtendedCustomerWindow} defines that. */
    CUSTOMER_ID_AMOUNT_RATIO(false, "the amount in proportion to this card's usual one", Sentences::amountRatio),
    /** Number of c's earlier high transactions in (t − 14 d, t]: those whose own ratio was above 2.5. */
    CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW(true, "the number of this card's high payments", row -> row.highPayments(14)),
    /** The greatest ratio of those; 0 where there are none. */
    CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW(
            false, "the highest of this card's high payments", row -> row.highestRatio(14)),
    /** Number of c's known frauds in (t − 28 d, t]. */
    CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW(
            true, "the number of this card's frauds", row -> row.knownFrauds(" of this card", 28)),
    /** Number of m's transactions in (t − 7 d, t], this one included. */
    TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW(
            true, "the number of this terminal's payments up to now", row -> row.currentPayments(7)),
    /** Number of m's known frauds in (t − 7 d, t]. */
    TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW(
            true, "the number of this terminal's frauds in the last 7 days", row -> row.currentFrauds(7)),
    /** Number of m's known frauds in (t − 28 d, t]. */
    TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW(
            true,
            "the number of this terminal's frauds in the last 28 days",
            row -> row.knownFrauds(" at this terminal", 28)),
    /** Known frauds ÷ confirmed transactions of m in that window; 0 where there are none. */
    TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW(
            false, "the share of fraud in this terminal's confirmed payments", Sentences::confirmedShare),
    /**
     * Days from m's first unexplained known fraud in (t − 28 d, t] to t; −1 where there is none. Unexplained means not
     * high for its card, which points to the terminal.
     */
    TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS(
            false,
            "the time since this terminal's first fraud of an amount not high for its card",
            Sentences::unexplainedDays),
    /** Known frauds ÷ confirmed transactions of m since that fraud, itself included; −1 where there is none. */
    TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE(
            false, "the share of fraud in this terminal's latest confirmed payments", Sentences::shareSince),
    /** Number of m's unconfirmed transactions since that fraud, this one included; −1 where there is none. */
    TERMINAL_ID_NB_UNCONFIRMED_SINCE(
            true, "the number of this terminal's unconfirmed payments", Sentences::unconfirmedSince),
    /** Number of m's known frauds after its latest transaction that is confirmed genuine, and after t − delay − 30 d. */
    TERMINAL_ID_FRAUD_RUN_LENGTH(true, "the number of this terminal's latest frauds in a row", Sentences::runLength),
    /** Days from the first unexplained one of those to t; −1 where there is none. */
    TERMINAL_ID_FRAUD_RUN_DAYS(
            false, "the time since this terminal's latest frauds in a row began", Sentences::runDays);

    private final boolean whole;
    /** What is not known where the value is missing. */
    private final String subject;

    private final Function<Sentences, String> sentence;
    private final String column = name().toLowerCase(Locale.ROOT);

    Feature(boolean whole, String subject, Function<Sentences, String> sentence) {
        this.whole = whole;
        this.subject = subject;
        this.sentence = sentence;
    }

    /** Whether its values are whole numbers. */
    public boolean isWhole() {
        return whole;
    }

    /** Its position in every feature vector, counted from 0. */
    @SuppressWarnings("EnumOrdinal") // the order of the constants is the contract's order of the vector
    public int index() {
        return ordinal();
    }

    /** The name of its warehouse column. */
    public String column() {
        return column;
    }

    /**
     * What its value says about the payment, in English, with the card's or terminal's own past as the measure. It begins
     * with a small letter and has no full stop.
     *
     * @param features a vector, NaN where missing
     * @param terminalDelay how long before the payment the terminal's windows end, in whole seconds
     */
    public String sentence(double[] features, Duration terminalDelay) {
        return Double.isNaN(features[index()])
                ? subject + " is not known"
                : sentence.apply(new Sentences(this, features, terminalDelay));
    }
}
