package io.cardwatch.domain;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;

/**
 * Says in English what a vector holds; each {@link Feature} names its sentence beside its definition. A sentence is a
 * fact of the row, with the card's or the terminal's own past as its measure. A number in it is a value of the row,
 * computed from such values, the terminal delay, or a window's length in the feature's name.
 */
final class Sentences {
    /** How far a share times a count may be from a whole number. */
    private static final double ROUNDING = 1e-6;
    /** Less would be shown as 0.00. */
    private static final double LEAST_MONEY = 0.005;

    private static final int MONTH = 30;
    private static final int FOUR_WEEKS = 28;
    private static final int HOURS_OF_A_DAY = 24;
    private static final int MINUTES_OF_AN_HOUR = 60;

    /** The value to tell of; not NaN. */
    private final double own;

    private final double[] row;
    private final Duration terminalDelay;

    /** @param row by {@link Feature#index()}, NaN where missing; it may end after {@code feature} */
    Sentences(Feature feature, double[] row, Duration terminalDelay) {
        this.own = row[feature.index()];
        this.row = row;
        this.terminalDelay = terminalDelay;
    }

    String amount() {
        double count = value(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW);
        if (count == 1) {
            return money(own) + " is this card's only payment in " + last(MONTH);
        }
        double others = (value(Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW) * count - own) / (count - 1);
        return count > 1 && others >= LEAST_MONEY
                ? money(own) + times(own / others) + " what this card usually spends"
                : "this payment is of " + money(own);
    }

    String weekend() {
        return "this payment is " + not() + "on a weekend (UTC)";
    }

    String night() {
        return "this payment is " + not() + "at night (UTC)";
    }

    String cardPayments(int days) {
        if (own == 1) {
            return "this is the card's only payment in " + last(days);
        }
        double ofAll = value(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW);
        return days < MONTH && own <= ofAll
                ? whole(own) + " of this card's " + counted(ofAll, "payment") + " in " + last(MONTH) + " were made in "
                        + last(days)
                : "this card made " + counted(own, "payment") + " in " + last(days);
    }

    String cardMean(Feature count, int days) {
        if (value(count) == 1) {
            return "this payment of " + money(own) + " is the card's only one in " + last(days);
        }
        String spent = "this card spent " + money(own) + " a payment in " + last(days);
        double usual = value(Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW);
        return days < MONTH && usual >= 0 ? spent + ", " + money(usual) + " in " + last(MONTH) : spent;
    }

    String terminalPayments(int days) {
        String taken = "this terminal took " + counted(own, "payment") + " in " + delayed(days);
        double ofAll = value(Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW);
        return days < MONTH && ofAll >= own ? taken + ", " + whole(ofAll) + " in the " + MONTH + " days" : taken;
    }

    String terminalRisk(Feature count, int days) {
        double payments = value(count);
        return payments == 0
                ? "this terminal took no payment in " + delayed(days)
                : shareOf("payment", payments * own, payments, own, delayed(days));
    }

    String amountRatio() {
        double amount = value(Feature.TX_AMOUNT);
        double usual = amount / own;
        return usual >= LEAST_MONEY
                ? money(amount) + times(own) + " the usual amount of this card, " + money(usual)
                : "this payment" + times(own) + " the usual amount of this card";
    }

    String highPayments(int days) {
        return counted(own, "earlier payment") + " of this card in " + last(days) + (own > 1 ? " were" : " was")
                + " high for it";
    }

    String highestRatio(int days) {
        return own > 0
                ? "an earlier payment of this card in " + last(days) + " was " + ratio(own) + " times its usual amount"
                : "no earlier payment of this card in " + last(days) + " was high for it";
    }

    String knownFrauds(String whose, int days) {
        return counted(own, "payment") + whose + " in " + last(days) + isOrAre(own) + " known as fraud";
    }

    String currentFrauds(int days) {
        double payments = value(Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW);
        return own > 0 && own <= payments
                ? whole(own) + " of " + counted(payments, "payment") + " at this terminal in " + last(days)
                        + isOrAre(own) + " known as fraud"
                : knownFrauds(" at this terminal", days);
    }

    String currentPayments(int days) {
        if (own == 1) {
            return "this is the terminal's only payment in " + last(days);
        }
        String taken = "this terminal took " + counted(own, "payment") + " in " + last(days);
        double before = value(Feature.TERMINAL_ID_NB_TX_7DAY_WINDOW);
        return before >= 0 ? taken + ", " + whole(before) + " in " + delayed(days) : taken;
    }

    String confirmedShare() {
        double frauds = value(Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW);
        return own > 0
                ? shareOf("confirmed payment", frauds, frauds / own, own, last(FOUR_WEEKS))
                : "no payment at this terminal in " + last(FOUR_WEEKS) + " is known as fraud";
    }

    String unexplainedDays() {
        return own < 0
                ? noneUnexplained()
                : "the first known fraud at this terminal of an amount not high for its card was " + ago(own);
    }

    String shareSince() {
        return own < 0
                ? noneUnexplained()
                : percent(own) + " of the confirmed payments at this terminal were fraud since the first of an amount"
                        + " not high for its card";
    }

    String unconfirmedSince() {
        return own < 0
                ? noneUnexplained()
                : counted(own, "payment") + " at this terminal since its first fraud of an amount not high for the"
                        + " card" + isOrAre(own) + " not confirmed yet";
    }

    String runLength() {
        if (own == 0) {
            return "no fraud is known at this terminal since its latest genuine payment";
        }
        return own == 1
                ? "the latest confirmed payment at this terminal was fraud"
                : "the latest " + whole(own) + " confirmed payments at this terminal were all fraud";
    }

    String runDays() {
        return own < 0
                ? "no fraud of an amount not high for its card is known at this terminal since its latest genuine payment"
                : "the first fraud of an amount not high for its card since this terminal's latest genuine payment was "
                        + ago(own);
    }

    private double value(Feature feature) {
        return feature.index() < row.length ? row[feature.index()] : Double.NaN;
    }

    private String not() {
        return own == 0 ? "not " : "";
    }

    private static String noneUnexplained() {
        return "no known fraud at this terminal in " + last(FOUR_WEEKS) + " was of an amount not high for its card";
    }

    private static String shareOf(String noun, double part, double all, double share, String when) {
        double frauds = Math.rint(part);
        double payments = Math.rint(all);
        String where = " at this terminal in " + when;
        if (!(Math.abs(part - frauds) + Math.abs(all - payments) < ROUNDING && frauds <= payments)) {
            return percent(share) + " of the " + noun + "s" + where + " were fraud";
        }
        if (payments == 1) {
            return "the only " + noun + where + (frauds == 1 ? " was fraud" : " was not fraud");
        }
        return (frauds == 0 ? "none" : whole(frauds)) + " of " + counted(payments, noun) + where
                + (frauds > 1 ? " were" : " was") + " fraud";
    }

    private static String isOrAre(double count) {
        return count > 1 ? " are" : " is";
    }

    private static String counted(double count, String noun) {
        return (count == 0 ? "no" : whole(count)) + " " + noun + (count > 1 ? "s" : "");
    }

    private static String whole(double value) {
        return String.valueOf((long) value);
    }

    private static String money(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String times(double ratio) {
        String text = ratio(ratio);
        return text.equals("1.0") ? " is about" : " is " + text + " times";
    }

    /** One decimal; below 1 two digits that count. */
    private static String ratio(double value) {
        return value >= 1
                ? String.format(Locale.ROOT, "%.1f", value)
                : new BigDecimal(value).round(new MathContext(2)).toPlainString();
    }

    private static String percent(double share) {
        BigDecimal percent = new BigDecimal(100 * share).round(new MathContext(3));
        return percent.stripTrailingZeros().toPlainString() + "%";
    }

    private static String last(int days) {
        return "the last " + (days == 1 ? "day" : days + " days");
    }

    private static String ago(double days) {
        double hours = days * HOURS_OF_A_DAY;
        if (hours < 1) {
            return amountOf(Math.round(hours * MINUTES_OF_AN_HOUR), "minute") + " ago";
        }
        return String.format(Locale.ROOT, days < 1 ? "%.1f hours ago" : "%.1f days ago", days < 1 ? hours : days);
    }

    /** A window that ends before the payment by the terminal delay. */
    private String delayed(int days) {
        return "the " + (days == 1 ? "day" : days + " days") + " until "
                + (terminalDelay.isZero() ? "now" : delay() + " ago");
    }

    /** In the greatest unit in which it is whole. */
    private String delay() {
        if (terminalDelay.toSecondsPart() > 0) {
            return amountOf(terminalDelay.toSeconds(), "second");
        }
        if (terminalDelay.toMinutesPart() > 0) {
            return amountOf(terminalDelay.toMinutes(), "minute");
        }
        return terminalDelay.toHoursPart() > 0
                ? amountOf(terminalDelay.toHours(), "hour")
                : amountOf(terminalDelay.toDays(), "day");
    }

    private static String amountOf(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }
}
