package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Sixty days of payments whose frauds are large, or at a terminal that had many: something can be learned. */
public final class SyntheticHistory {
    public static final long FIRST_SECOND = LocalDateTime.of(2018, 7, 1, 0, 0).toEpochSecond(ZoneOffset.UTC);
    private static final int STEP_SECONDS = 600;
    private static final int ROWS = 60 * 86_400 / STEP_SECONDS;

    private SyntheticHistory() {}

    public static String header() {
        return "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,"
                + "TX_FRAUD,TX_FRAUD_SCENARIO,"
                + String.join(",", FeatureSet.REFERENCE.names().subList(1, FeatureSet.REFERENCE.size()));
    }

    /** All of it as the text of a CSV file. */
    public static String csv() {
        return header() + "\n" + String.join("\n", lines()) + "\n";
    }

    /** Lines of CSV under {@link #header}, in order of time. */
    public static List<String> lines() {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double amount = Math.round(random.nextDouble() * 25_000) / 100.0;
            double risk = random.nextInt(10) == 0 ? random.nextInt(100) / 99.0 : 0;
            boolean fraud = amount > 220 || (risk > 0.6 && random.nextInt(5) > 0);
            long second = FIRST_SECOND + (long) i * STEP_SECONDS;
            lines.add(i + "," + dateTime(second) + "," + i % 50 + "," + i % 70 + "," + amount + ","
                    + (long) i * STEP_SECONDS
                    + "," + (long) i * STEP_SECONDS / 86_400 + "," + (fraud ? 1 : 0) + ",0,"
                    + String.format(
                            Locale.ROOT,
                            "%d,0,1,%.2f,%d,%.2f,30,50.25,3,%f,20,%f,80,%f",
                            i % 2,
                            amount,
                            i % 7,
                            50 + random.nextGaussian(),
                            risk,
                            risk / 2,
                            risk / 4));
        }
        return lines;
    }

    private static String dateTime(long second) {
        return LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC)
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT));
    }
}
