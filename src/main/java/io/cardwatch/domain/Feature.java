package io.cardwatch.domain;

import java.util.Locale;

/**
 * The features of a transaction, in the order of every feature vector, table and file. A vector holds the value of a
 * feature at its {@link #index()}; its {@link FeatureSet} tells how many features it has.
 *
 * <p>For a transaction at second t of customer c at terminal m; a day is 86 400 s.
 */
public enum Feature {
    /** The amount, in currency units. */
    TX_AMOUNT(false),
    /** 1 on Saturday and Sunday of the UTC time, else 0. */
    TX_DURING_WEEKEND(true),
    /** 1 for the hours 0 to 6 inclusive of the UTC time, else 0. */
    TX_DURING_NIGHT(true),
    /** Number of c's transactions in (t − 1 d, t], this one included. */
    CUSTOMER_ID_NB_TX_1DAY_WINDOW(true),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW(false),
    /** Number of c's transactions in (t − 7 d, t], this one included. */
    CUSTOMER_ID_NB_TX_7DAY_WINDOW(true),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW(false),
    /** Number of c's transactions in (t − 30 d, t], this one included. */
    CUSTOMER_ID_NB_TX_30DAY_WINDOW(true),
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW(false),
    /** Number of m's transactions in (t − delay − 1 d, t − delay]. */
    TERMINAL_ID_NB_TX_1DAY_WINDOW(true),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_1DAY_WINDOW(false),
    /** Number of m's transactions in (t − delay − 7 d, t − delay]. */
    TERMINAL_ID_NB_TX_7DAY_WINDOW(true),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_7DAY_WINDOW(false),
    /** Number of m's transactions in (t − delay − 30 d, t − delay]. */
    TERMINAL_ID_NB_TX_30DAY_WINDOW(true),
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_30DAY_WINDOW(false),

    /** The amount ÷ c's usual amount before it, as {@code ExtendedCustomerWindow} defines that. */
    CUSTOMER_ID_AMOUNT_RATIO(false),
    /** Number of c's earlier high transactions in (t − 14 d, t]: those whose own ratio was above 2.5. */
    CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW(true),
    /** The greatest ratio of those; 0 where there are none. */
    CUSTOMER_ID_MAX_HIGH_RATIO_14DAY_WINDOW(false),
    /** Number of c's known frauds in (t − 28 d, t]. */
    CUSTOMER_ID_NB_KNOWN_FRAUD_28DAY_WINDOW(true),
    /** Number of m's transactions in (t − 7 d, t], this one included. */
    TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW(true),
    /** Number of m's known frauds in (t − 7 d, t]. */
    TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW(true),
    /** Number of m's known frauds in (t − 28 d, t]. */
    TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW(true),
    /** Known frauds ÷ confirmed transactions of m in that window; 0 where there are none. */
    TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW(false),
    /**
     * Days from m's first unexplained known fraud in (t − 28 d, t] to t; −1 where there is none. Unexplained means not
     * high for its card, which points to the terminal.
     */
    TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS(false),
    /** Known frauds ÷ confirmed transactions of m since that fraud, itself included; −1 where there is none. */
    TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE(false),
    /** Number of m's unconfirmed transactions since that fraud, this one included; −1 where there is none. */
    TERMINAL_ID_NB_UNCONFIRMED_SINCE(true),
    /** Number of m's known frauds after its latest transaction that is confirmed genuine, and after t − delay − 30 d. */
    TERMINAL_ID_FRAUD_RUN_LENGTH(true),
    /** Days from the first unexplained one of those to t; −1 where there is none. */
    TERMINAL_ID_FRAUD_RUN_DAYS(false);

    private final boolean whole;

    Feature(boolean whole) {
        this.whole = whole;
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
        return name().toLowerCase(Locale.ROOT);
    }
}
