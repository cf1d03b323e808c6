package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.Transaction;

/** The features of the payment itself. */
final class PaymentFeatures {
    private static final int HOUR = 3_600;
    /** 1970-01-01 was a Thursday, the day 3 of a week that begins on Monday. */
    private static final int EPOCH_WEEKDAY = 3;

    private static final int SATURDAY = 5;
    private static final int LAST_NIGHT_HOUR = 6;

    private PaymentFeatures() {}

    /** Fills in the amount and the two flags of the UTC time. */
    static void describe(Transaction transaction, double[] features) {
        long day = Math.floorDiv(transaction.epochSecond, (long) WindowTimes.DAY);
        long weekday = Math.floorMod(day + EPOCH_WEEKDAY, 7L);
        long hour = Math.floorMod(transaction.epochSecond, (long) WindowTimes.DAY) / HOUR;
        features[Feature.TX_AMOUNT.index()] = transaction.amountCents / 100.0;
        features[Feature.TX_DURING_WEEKEND.index()] = weekday >= SATURDAY ? 1 : 0;
        features[Feature.TX_DURING_NIGHT.index()] = hour <= LAST_NIGHT_HOUR ? 1 : 0;
    }
}
