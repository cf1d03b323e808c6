package io.cardwatch.domain;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The features of a transaction, in the order of every feature vector, table and file. A vector holds the value of a
 * feature at its {@link #index()}.
 *
 * <p>For a transaction at second t of customer c at terminal m; a day is 86 400 s.
 */
public enum Feature {
    /** The amount, in currency units. */
    TX_AMOUNT,
    /** 1 on Saturday and Sunday of the UTC time, else 0. */
    TX_DURING_WEEKEND,
    /** 1 for the hours 0 to 6 inclusive of the UTC time, else 0. */
    TX_DURING_NIGHT,
    /** Number of c's transactions in (t − 1 d, t], this one included. */
    CUSTOMER_ID_NB_TX_1DAY_WINDOW,
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW,
    /** Number of c's transactions in (t − 7 d, t], this one included. */
    CUSTOMER_ID_NB_TX_7DAY_WINDOW,
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW,
    /** Number of c's transactions in (t − 30 d, t], this one included. */
    CUSTOMER_ID_NB_TX_30DAY_WINDOW,
    /** Their mean amount, in currency units. */
    CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW,
    /** Number of m's transactions in (t − delay − 1 d, t − delay]. */
    TERMINAL_ID_NB_TX_1DAY_WINDOW,
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_1DAY_WINDOW,
    /** Number of m's transactions in (t − delay − 7 d, t − delay]. */
    TERMINAL_ID_NB_TX_7DAY_WINDOW,
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_7DAY_WINDOW,
    /** Number of m's transactions in (t − delay − 30 d, t − delay]. */
    TERMINAL_ID_NB_TX_30DAY_WINDOW,
    /** Share of known frauds among them; 0 where there are none. */
    TERMINAL_ID_RISK_30DAY_WINDOW;

    /** The features, in vector order. */
    public static final List<Feature> ALL = List.of(values());

    /** Their names, in vector order, as files and models write them. */
    public static final List<String> NAMES =
            Stream.of(values()).map(Feature::name).collect(Collectors.toUnmodifiableList());

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
