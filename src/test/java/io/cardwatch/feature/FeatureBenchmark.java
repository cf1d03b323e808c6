package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * CPU time of a transaction in its customer's and its terminal's window, and the bytes these are stored in, for keys of
 * 10, 60, 1 000 and 100 000 transactions in 30 days, when all come in order of time, and when 1 % and 10 % of them come up
 * to an hour late; one in a hundred is reported as a fraud seven days later. The number of events held is the same in each
 * case, so that only their distribution over keys differs. Prints the median of seven rounds of 900 000 transactions after
 * three for warming up, on one thread.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.feature.FeatureBenchmark
 * </pre>
 */
public final class FeatureBenchmark {
    private static final int MONTH = 30 * WindowTimes.DAY;
    private static final int MONTHS = 5;
    /** After two months keys are full and forget as much as comes. */
    private static final int MONTHS_UNTIMED = 2;

    private static final int WARM_UPS = 3;
    private static final int MOST_LATE_SECONDS = 3_600;
    private static final int FRAUD_EVERY = 100;
    private static final Duration DELAY = Duration.ofDays(7);
    private static final WindowTimes TIMES = new WindowTimes(DELAY, Duration.ofDays(3));
    private static final RecordOrigin ORIGIN = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    /** Transactions of all keys in a month. */
    private final int perMonth;

    private final int keys;
    private final double late;
    private final Transaction[] transactions;
    /** The same as they arrive. */
    private final Transaction[] arrivals;

    private final double[] features = new double[FeatureSet.REFERENCE.size()];
    private CustomerWindow[] customers;
    private TerminalWindow[] terminals;
    private double checksum;

    private FeatureBenchmark(int perMonth, int perKey, double late) {
        this.perMonth = perMonth;
        this.keys = perMonth / perKey;
        this.late = late;
        this.transactions = transactions();
        this.arrivals = arrivals();
    }

    public static void main(String[] arguments) throws IOException {
        run(300_000, 7, System.out);
    }

    /**
     * Prints a line for each number of transactions of a key, up to those of all, and each share that is late.
     *
     * @param perMonth transactions of all keys in 30 days
     */
    public static void run(int perMonth, int rounds, PrintStream out) throws IOException {
        for (int perKey : new int[] {10, 60, 1_000, 100_000}) {
            for (double late : new double[] {0, 0.01, 0.1}) {
                if (perKey <= perMonth) {
                    new FeatureBenchmark(perMonth, perKey, late).measure(perKey, rounds, out);
                }
            }
        }
    }

    private void measure(int perKey, int rounds, PrintStream out) throws IOException {
        double[] customerNanos = new double[rounds];
        double[] terminalNanos = new double[rounds];
        int from = MONTHS_UNTIMED * perMonth;
        for (int round = -WARM_UPS; round < rounds; round++) {
            customers = windows(CustomerWindow::new, CustomerWindow[]::new);
            terminals = windows(TerminalWindow::new, TerminalWindow[]::new);
            byCustomer(0, from);
            byTerminal(0, from);
            long start = CLOCK.getCurrentThreadCpuTime();
            byCustomer(from, transactions.length);
            long middle = CLOCK.getCurrentThreadCpuTime();
            byTerminal(from, transactions.length);
            if (round >= 0) {
                customerNanos[round] = (middle - start) / (double) (transactions.length - from);
                terminalNanos[round] =
                        (CLOCK.getCurrentThreadCpuTime() - middle) / (double) (transactions.length - from);
            }
        }
        out.printf(
                Locale.ROOT,
                "%,7d transactions per key, %2.0f %% late: customer %s, terminal %s; state %,d and %,d bytes (checksum %.0f)%n",
                perKey,
                100 * late,
                nanos(customerNanos),
                nanos(terminalNanos),
                medianBytes(customers, CustomerWindow.Serializer.INSTANCE),
                medianBytes(terminals, TerminalWindow.Serializer.INSTANCE),
                checksum);
    }

    private void byCustomer(int from, int to) {
        for (int i = from; i < to; i++) {
            Transaction transaction = arrivals[i];
            customers[(int) transaction.customerId].arrive(transaction, watermark(i), TIMES, features);
            PaymentFeatures.describe(transaction, features);
            checksum += features[Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW.index()];
        }
    }

    private void byTerminal(int from, int to) {
        int delay = (int) (DELAY.toSeconds() * perMonth / MONTH);
        for (int i = from; i < to; i++) {
            Transaction transaction = arrivals[i];
            long watermark = watermark(i);
            if (i >= delay && i % FRAUD_EVERY == 0) {
                FraudLabel label = label(transactions[i - delay], transactions[i].epochSecond);
                terminals[(int) label.terminalId].label(label, watermark, TIMES);
            }
            terminals[(int) transaction.terminalId].arrive(transaction, watermark, TIMES, features);
            checksum += features[Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()];
        }
    }

    /** UTC epoch milliseconds, when the transaction at this place arrives. */
    private long watermark(int place) {
        return (transactions[place].epochSecond - (late > 0 ? MOST_LATE_SECONDS : 0)) * 1000;
    }

    private static FraudLabel label(Transaction transaction, long epochSecond) {
        return new FraudLabel(
                transaction.transactionId,
                transaction.epochSecond,
                transaction.customerId,
                transaction.terminalId,
                true,
                epochSecond,
                "",
                ORIGIN,
                transaction.raw);
    }

    private Transaction[] transactions() {
        Random random = new Random(3);
        Transaction[] all = new Transaction[MONTHS * perMonth];
        byte[] raw = {};
        for (int i = 0; i < all.length; i++) {
            all[i] = new Transaction(
                    i,
                    1_522_540_800L + (long) i * MONTH / perMonth,
                    random.nextInt(keys),
                    random.nextInt(keys),
                    random.nextInt(20_000),
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    ORIGIN,
                    raw);
        }
        return all;
    }

    private Transaction[] arrivals() {
        Random random = new Random(4);
        Map<Transaction, Long> seconds = new HashMap<>();
        for (Transaction transaction : transactions) {
            long delay = random.nextDouble() < late ? random.nextInt(MOST_LATE_SECONDS) : 0;
            seconds.put(transaction, transaction.epochSecond + delay);
        }
        Transaction[] sorted = transactions.clone();
        Arrays.sort(sorted, Comparator.comparing(seconds::get));
        return sorted;
    }

    private <T> T[] windows(Supplier<T> window, IntFunction<T[]> array) {
        return Stream.generate(window).limit(keys).toArray(array);
    }

    private static <T> int medianBytes(T[] windows, WireSerializer<T> serializer) throws IOException {
        int[] bytes = new int[windows.length];
        DataOutputSerializer out = new DataOutputSerializer(1024);
        for (int i = 0; i < bytes.length; i++) {
            out.clear();
            serializer.serialize(windows[i], out);
            bytes[i] = out.length();
        }
        Arrays.sort(bytes);
        return bytes[bytes.length / 2];
    }

    private static String nanos(double[] rounds) {
        Arrays.sort(rounds);
        return String.format(
                Locale.ROOT, "%.0f ns (%.0f to %.0f)", rounds[rounds.length / 2], rounds[0], rounds[rounds.length - 1]);
    }
}
