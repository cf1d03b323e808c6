package io.cardwatch.training.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Describes features for readers who do not know the columns. */
final class FeatureWords {
    private static final Map<String, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put("TX_AMOUNT", "amount");
        WORDS.put("TX_DURING_WEEKEND", "on a weekend");
        WORDS.put("TX_DURING_NIGHT", "at night");
        WORDS.put("CUSTOMER_ID_NB_TX_(\\d+)DAY_WINDOW", "customer’s payments, $1 d");
        WORDS.put("CUSTOMER_ID_AVG_AMOUNT_(\\d+)DAY_WINDOW", "customer’s mean amount, $1 d");
        WORDS.put("TERMINAL_ID_NB_TX_(\\d+)DAY_WINDOW", "terminal’s payments, $1 d");
        WORDS.put("TERMINAL_ID_RISK_(\\d+)DAY_WINDOW", "terminal’s share of known frauds, $1 d");
        WORDS.put("CUSTOMER_ID_AMOUNT_RATIO", "amount ÷ customer’s usual amount");
        WORDS.put("CUSTOMER_ID_NB_HIGH_TX_(\\d+)DAY_WINDOW", "customer’s unusually high payments, $1 d");
        WORDS.put("CUSTOMER_ID_MAX_HIGH_RATIO_(\\d+)DAY_WINDOW", "customer’s highest amount ÷ usual amount, $1 d");
        WORDS.put("CUSTOMER_ID_NB_KNOWN_FRAUD_(\\d+)DAY_WINDOW", "customer’s known frauds, $1 d");
        WORDS.put("TERMINAL_ID_NB_CURRENT_TX_(\\d+)DAY_WINDOW", "terminal’s payments up to now, $1 d");
        WORDS.put("TERMINAL_ID_NB_KNOWN_FRAUD_(\\d+)DAY_WINDOW", "terminal’s known frauds up to now, $1 d");
        WORDS.put(
                "TERMINAL_ID_KNOWN_FRAUD_SHARE_(\\d+)DAY_WINDOW",
                "terminal’s share of frauds among confirmed payments, $1 d");
        WORDS.put("TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS", "days since the terminal’s first unexplained fraud");
        WORDS.put("TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE", "terminal’s share of frauds since its first unexplained one");
        WORDS.put(
                "TERMINAL_ID_NB_UNCONFIRMED_SINCE",
                "terminal’s unconfirmed payments since its first unexplained fraud");
        WORDS.put("TERMINAL_ID_FRAUD_RUN_LENGTH", "length of the terminal’s run of known frauds");
        WORDS.put("TERMINAL_ID_FRAUD_RUN_DAYS", "days since the first unexplained fraud of the terminal’s run");
    }

    private FeatureWords() {}

    /** A few words; for a feature without any, its own name in lower case. */
    static String of(String name) {
        for (Map.Entry<String, String> entry : WORDS.entrySet()) {
            if (name.matches(entry.getKey())) {
                return name.replaceFirst(entry.getKey(), entry.getValue());
            }
        }
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
