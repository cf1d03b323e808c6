package io.cardwatch.oracle;

import static io.cardwatch.oracle.Events.DAY;
import static io.cardwatch.oracle.Events.at;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * Days 0 to 59 of the data published with "Reproducible Machine Learning for Credit Card Fraud Detection – Practical
 * Handbook" (Le Borgne, Siblini, Lebichot, Bontempi): transactions, their labels after seven days, and the features
 * the authors computed.
 *
 * <p>The data lies beside the project, not in it: in {@code ../shared/data/handbook}, or where the system property
 * {@code cardwatch.shared} says {@code ../shared} is.
 */
public final class HandbookFeatures {
    /** The published terminal windows end, and frauds become known, this long after a transaction. */
    public static final long DELAY = 7 * DAY;

    private static final double TOLERANCE = 1e-6;
    private static final long END = at("2018-04-01 00:00:00") + 60 * DAY;
    private static final RecordOrigin ORIGIN =
            new RecordOrigin("transactions.csv.gz", "", "", "", RecordOrigin.NO_ARRIVAL);

    /** In file order, which is that of time; an element's position is its transaction id. */
    public final List<Transaction> transactions = new ArrayList<>();

    /** One for each transaction, in the same order. */
    public final List<FraudLabel> labels = new ArrayList<>();

    /** Values by {@link FeatureSet#REFERENCE}, by transaction id. */
    public final List<double[]> published = new ArrayList<>();

    private HandbookFeatures() {}

    /** Whether there is a directory beside the project that should hold the data. */
    public static boolean isShared() {
        return Files.isDirectory(sharedDirectory());
    }

    private static Path directory() {
        return sharedDirectory().resolve("data").resolve("handbook");
    }

    private static Path sharedDirectory() {
        return Path.of(System.getProperty("cardwatch.shared", "../shared"));
    }

    /** The lines of the published transactions of all 183 days, header first. */
    public static BufferedReader transactionLines() throws IOException {
        return open(directory().resolve("transactions.csv.gz"));
    }

    /** Reads both files. */
    public static HandbookFeatures load() throws IOException {
        HandbookFeatures data = new HandbookFeatures();
        try (BufferedReader lines = transactionLines()) {
            lines.readLine();
            for (String line = lines.readLine(); line != null && data.add(line.split(",")); ) {
                line = lines.readLine();
            }
        }
        try (BufferedReader lines = open(directory().resolve("features-days-000-059.csv.gz"))) {
            lines.readLine();
            lines.lines().forEach(line -> data.addPublished(line.split(",")));
        }
        return data;
    }

    /**
     * The ids of transactions that share their customer, or their terminal, and their second with another: their
     * published order is arbitrary.
     */
    public NavigableSet<Long> tiedTransactionIds() {
        Map<String, List<Long>> together = new HashMap<>();
        for (Transaction tx : transactions) {
            together.computeIfAbsent("customer " + tx.customerId + " at " + tx.epochSecond, key -> new ArrayList<>())
                    .add(tx.transactionId);
            together.computeIfAbsent("terminal " + tx.terminalId + " at " + tx.epochSecond, key -> new ArrayList<>())
                    .add(tx.transactionId);
        }
        NavigableSet<Long> tied = new TreeSet<>();
        together.values().stream().filter(ids -> ids.size() > 1).forEach(tied::addAll);
        return tied;
    }

    /**
     * The ids of transactions whose {@code rows} are not the published ones: counts and flags exactly, means and risks
     * to 1e-6.
     *
     * @param rows values by {@link FeatureSet#REFERENCE}, by transaction id
     */
    public List<Long> differing(List<double[]> rows) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double[] row = rows.get(i);
            double[] expected = published.get(i);
            if (FeatureSet.REFERENCE.features().stream().anyMatch(feature -> differs(feature, row, expected))) {
                ids.add((long) i);
            }
        }
        return ids;
    }

    /** Whether {@code feature} of a row is not the published one. */
    public static boolean differs(Feature feature, double[] row, double[] published) {
        boolean inexact = feature.name().contains("_AVG_") || feature.name().contains("_RISK_");
        int i = feature.index();
        return !(Math.abs(row[i] - published[i]) <= (inexact ? TOLERANCE : 0));
    }

    private boolean add(String[] fields) {
        long second = at(fields[1]);
        if (second >= END) {
            return false;
        }
        Transaction tx = new Transaction(
                Long.parseLong(fields[0]),
                second,
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                new BigDecimal(fields[4]).movePointRight(2).longValueExact(),
                Long.parseLong(fields[5]),
                Long.parseLong(fields[6]),
                Transaction.ABSENT,
                Transaction.ABSENT,
                ORIGIN,
                new byte[0]);
        boolean fraud = fields[7].equals("1");
        transactions.add(tx);
        labels.add(new FraudLabel(
                tx.transactionId,
                second,
                tx.customerId,
                tx.terminalId,
                fraud,
                second + DELAY,
                "",
                ORIGIN,
                new byte[0]));
        return true;
    }

    private void addPublished(String[] fields) {
        // The published columns are ours in our order, with the id in the place of the amount.
        double[] values = Arrays.stream(fields).mapToDouble(Double::parseDouble).toArray();
        values[0] = transactions.get(published.size()).amountCents / 100.0;
        published.add(values);
    }

    private static BufferedReader open(Path gzip) throws IOException {
        return new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(gzip)), UTF_8));
    }
}
