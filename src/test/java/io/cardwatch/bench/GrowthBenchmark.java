package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * How the topology, from JSON to the score by 100 trees, grows: with the number of keys, each of which has three payments in
 * 30 days; with days of history, of keys that have twenty; and with parallelism; and what that says of a million payments a
 * second.
 *
 * <p>Payments are made up where they are read, since so many would not fit into memory: customers and terminals at random,
 * times at a steady rate, a hundredth labelled a week later. What it costs to write them as JSON is measured in a plain loop
 * and taken off the CPU time of the process. The second half of each run is measured, from when half of the rows have come
 * out until all have: by then, where a history has 90 days or more, windows forget as much as comes; the shorter ones still
 * grow. A checkpoint every five seconds; the state is the largest one's. A third of the keys are customers. A point is the
 * median of the runs, of which one more goes before to warm up; of more than ten million payments there is one run, without.
 *
 * <p>The line is fitted by least squares to the logarithm of the CPU time with RocksDB over that of the keys of one
 * subtask, which is what grows in a cluster with as many subtasks as cores, and is not followed beyond the keys that were
 * measured.
 *
 * <pre>mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.GrowthBenchmark</pre>
 */
public final class GrowthBenchmark {
    private static final double CACHE_SHARE = 0.3;
    private static final int DAY_SECONDS = 86_400;
    private static final int MONTH = 30;
    /** Payments in a month for each key, while keys grow: nine of a customer, and half as many at a terminal. */
    private static final int PER_KEY = 3;
    /** Months after which windows forget as much as comes, and half of which has filled them. */
    private static final int STEADY_MONTHS = 3;
    /** More payments are told once. */
    private static final long MOST_REPEATED = 10_000_000;

    private static final int PLAIN_PAYMENTS = 200_000;
    private static final long START = 1_767_225_600;
    /** For how long customers keep a payment, and terminals: a month, the lateness, and the delay. */
    private static final int KEPT_DAYS = 30 + 3 + 30 + 7 + 3;

    private static final double MILLION = 1e6;
    private static final double CLUSTER_KEYS = 1e8;
    private static final double KPU_DISK_BYTES = 50e9;
    private static final String LINE = "%-9s %12s %6s %12s %12s %26s %26s %14s%n";

    private static final Stretch STRETCH = new Stretch();

    private final int runs;
    private final int checkpointMillis;
    private final PrintStream out;
    private final FraudModel model = HundredTrees.model();

    private GrowthBenchmark(int runs, int checkpointMillis, PrintStream out) throws Exception {
        this.runs = runs;
        this.checkpointMillis = checkpointMillis;
        this.out = out;
    }

    /** Prints a line for each point, the fitted line, and what a million payments a second would take. */
    public static void main(String[] arguments) throws Exception {
        run(
                3,
                5_000,
                3_000_000,
                new int[] {10_000, 100_000, 1_000_000, 10_000_000},
                new int[] {30, 90, 180, 360},
                System.out);
    }

    /**
     * Prints a line for each point, the fitted line, and what a million payments a second would take.
     *
     * @param payments for each number of keys, in as many days as three a month for each key take; more where that would
     *     be less than 90 days, or, with the most keys, 30
     * @param keys numbers of keys, in ascending order
     * @param days lengths of histories, of {@code payments / 300} payments a day by {@code payments / 200} keys, in
     *     ascending order
     */
    static void run(int runs, int checkpointMillis, int payments, int[] keys, int[] days, PrintStream out)
            throws Exception {
        GrowthBenchmark benchmark = new GrowthBenchmark(runs, checkpointMillis, out);
        out.printf(
                Locale.ROOT,
                LINE,
                "backend",
                "keys",
                "days",
                "payments",
                "parallelism",
                "records/s",
                "CPU, µs a record",
                "state, B a key");
        Point[] byKeys = new Point[keys.length];
        List<Point> onHeap = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            Payments steady = steady(keys[i], payments);
            byKeys[i] = benchmark.measure(Backend.ROCKSDB, steady, BenchmarkInput.PARALLELISM);
            if (keys[i] < payments) {
                // More windows than that do not fit into the heap.
                onHeap.add(benchmark.measure(Backend.HEAP, steady, BenchmarkInput.PARALLELISM));
            }
        }
        Payments longest = null;
        for (int length : days) {
            longest = new Payments(payments / 200, (long) payments / 300 * length, length);
            benchmark.measure(Backend.ROCKSDB, longest, BenchmarkInput.PARALLELISM);
        }
        onHeap.add(benchmark.measure(Backend.HEAP, longest, BenchmarkInput.PARALLELISM));
        benchmark.measure(Backend.ROCKSDB, steady(keys[1], payments), 1);
        benchmark.extrapolate(byKeys);
        benchmark.printState(onHeap.get(0), onHeap.get(onHeap.size() - 1));
    }

    private static Payments steady(int keys, int payments) {
        long aMonth = (long) PER_KEY * keys;
        long count = Math.max(payments, STEADY_MONTHS * aMonth <= MOST_REPEATED ? STEADY_MONTHS * aMonth : aMonth);
        return new Payments(keys, count, (int) (MONTH * count / aMonth));
    }

    private Point measure(Backend backend, Payments payments, int parallelism) throws Exception {
        boolean once = payments.count > MOST_REPEATED;
        int measured = once ? 1 : runs;
        Samples perSecond = new Samples(measured);
        Samples micros = new Samples(measured);
        double making = microsOfMaking(payments);
        long state = 0;
        for (int run = once ? 0 : -1; run < measured; run++) {
            STRETCH.begin(payments.count);
            BenchmarkRun job = BenchmarkRun.of(backend, parallelism, checkpointMillis, env -> score(env, payments));
            STRETCH.requireAll();
            if (run >= 0) {
                perSecond.set(run, STRETCH.perSecond());
                micros.set(run, STRETCH.cpuMicros() - making);
                state = Math.max(state, job.stateBytes);
            }
        }
        out.printf(
                Locale.ROOT,
                LINE,
                backend,
                String.format(Locale.ROOT, "%,d", payments.keys()),
                payments.days,
                String.format(Locale.ROOT, "%,d", payments.count),
                parallelism,
                perSecond.text("%,.0f"),
                micros.text("%.2f"),
                state == 0 ? "" : String.format(Locale.ROOT, "%,d", state / payments.keys()));
        return new Point(payments, micros.median(), (double) state / payments.keys());
    }

    /** CPU time to make up a payment and its label, with what collects their garbage. */
    private static double microsOfMaking(Payments payments) {
        long last = Math.min(payments.count, PLAIN_PAYMENTS);
        makeUp(payments, last);
        long cpu = BenchmarkRun.processCpuNanos();
        makeUp(payments, last);
        return (BenchmarkRun.processCpuNanos() - cpu) / 1e3 / last;
    }

    /** The last ones, which have labels. */
    private static void makeUp(Payments payments, long last) {
        long bytes = 0;
        for (long number = payments.count - last; number < payments.count; number++) {
            byte[] label = payments.label(number);
            bytes += payments.json(number).length + (label == null ? 0 : label.length);
        }
        if (bytes == 0) {
            throw new IllegalStateException("nothing was made up");
        }
    }

    /** The keys of one subtask decide what a record costs, and what it costs how many subtasks there are. */
    private void extrapolate(Point[] byKeys) {
        double meanX = 0;
        double meanY = 0;
        for (Point point : byKeys) {
            meanX += point.logKeys() / byKeys.length;
            meanY += point.logMicros() / byKeys.length;
        }
        double covariance = 0;
        double variance = 0;
        for (Point point : byKeys) {
            double x = point.logKeys() - meanX;
            covariance += x * (point.logMicros() - meanY);
            variance += x * x;
        }
        double slope = covariance / variance;
        double factor = Math.pow(10, meanY - slope * meanX);
        double worst = 1;
        for (Point point : byKeys) {
            double off = point.micros / (factor * Math.pow(point.keysOfSubtask(), slope));
            worst = Math.max(worst, Math.max(off, 1 / off));
        }
        double fewest = byKeys[0].keysOfSubtask();
        double most = byKeys[byKeys.length - 1].keysOfSubtask();
        out.printf(
                Locale.ROOT,
                "fitted: %.2f · keys of a subtask to the power of %.2f µs a record, from %,.0f to %,.0f keys; wrong by a"
                        + " factor of %.2f at the most%n",
                factor,
                slope,
                fewest,
                most,
                worst);
        double cores = 1;
        for (int i = 0; i < 50; i++) {
            double keys = Math.max(fewest, Math.min(most, CLUSTER_KEYS / cores));
            // At a million a second, a core for each microsecond of a record.
            cores = Math.max(1, factor * Math.pow(keys, slope));
        }
        double subtasks = Math.max(cores, CLUSTER_KEYS / most);
        out.printf(
                Locale.ROOT,
                "%,.0f payments/s of %,.0f keys: %.1f cores by CPU, %.0f KPUs for no more keys a subtask than were measured;"
                        + " without source and writers, and as if each key had %d payments in %d days%n",
                MILLION,
                CLUSTER_KEYS,
                cores,
                Math.ceil(subtasks),
                PER_KEY,
                MONTH);
    }

    /**
     * Two points that differ in the payments of a key tell what a payment takes and what a key does; on the heap, since
     * RocksDB's files hold what was written before, too, until it is compacted.
     */
    private void printState(Point few, Point many) {
        double ofPayment = (many.bytesOfKey - few.bytesOfKey) / (many.keptOfKey() - few.keptOfKey());
        double ofKey = few.bytesOfKey - ofPayment * few.keptOfKey();
        double kept = MILLION * DAY_SECONDS * KEPT_DAYS;
        double bytes = kept * ofPayment + CLUSTER_KEYS * ofKey;
        out.printf(
                Locale.ROOT,
                "state: %.1f B a payment and %.0f B a key; %,.0f payments/s of %,.0f keys, %,.0f of each in %d days, kept %d"
                        + " days by customers and terminals together: %.2f TB; %,.0f KPUs by their disks of 50 GB, without"
                        + " what RocksDB has not compacted yet%n",
                ofPayment,
                ofKey,
                MILLION,
                CLUSTER_KEYS,
                MILLION * DAY_SECONDS * MONTH / CLUSTER_KEYS,
                MONTH,
                KEPT_DAYS,
                bytes / 1e12,
                Math.ceil(bytes / KPU_DISK_BYTES));
    }

    private void score(StreamExecutionEnvironment env, Payments payments) {
        SingleOutputStreamOperator<Decoded<Transaction>> decoded = numbers(env, payments)
                .process(new Decode(payments), WireTypes.DECODED_TRANSACTION)
                .uid("decode");
        ScoringTopology topology =
                ScoringTopology.streaming(Settings.fromArguments(List.of("--features.cache-share=" + CACHE_SHARE)));
        ScoringTopology.Features features = topology.features(decoded, decoded.getSideOutput(OurTopology.LABELS));
        features.deadLetters.sinkTo(new DiscardingSink<>());
        topology.score(features.featured, model, ControlSource.NONE)
                .filter(row -> STRETCH.count())
                .sinkTo(new DiscardingSink<>());
    }

    /**
     * Numbers of payments in order of time, of which each source takes the next: were each to have its own, one would be
     * days of event time ahead of the other after a moment.
     */
    private static SingleOutputStreamOperator<Long> numbers(StreamExecutionEnvironment env, Payments payments) {
        return env.fromSource(
                        new NumberSequenceSource(0, payments.count - 1), WatermarkStrategy.noWatermarks(), "Made up")
                .map(position -> STRETCH.next())
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Long>forGenerator(context -> new EventTimeSteps())
                        .withTimestampAssigner((number, none) -> payments.epochSecond(number) * 1000));
    }

    /** A watermark every six hours of event time: by the clock there would be weeks between two. */
    private static final class EventTimeSteps implements WatermarkGenerator<Long> {
        private static final long STEP_MILLIS = 6 * 3_600_000;

        private long last = Long.MIN_VALUE;

        @Override
        public void onEvent(Long number, long millis, WatermarkOutput output) {
            if (millis >= last + STEP_MILLIS) {
                last = millis;
                output.emitWatermark(new Watermark(millis - 1));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    /** The second half of the job that runs: how long it takes, and what CPU time of the process. */
    private static final class Stretch {
        private final AtomicLong told = new AtomicLong();
        private final AtomicLong rows = new AtomicLong();
        private long count;
        private volatile long startNanos;
        private volatile long startCpu;
        private volatile long endNanos;
        private volatile long endCpu;

        void begin(long payments) {
            count = payments;
            told.set(0);
            rows.set(0);
        }

        long next() {
            return told.getAndIncrement();
        }

        /** Of a row that came out; always true. */
        boolean count() {
            long row = rows.incrementAndGet();
            if (row == count / 2) {
                startCpu = BenchmarkRun.processCpuNanos();
                startNanos = System.nanoTime();
            } else if (row == count) {
                endCpu = BenchmarkRun.processCpuNanos();
                endNanos = System.nanoTime();
            }
            return true;
        }

        void requireAll() {
            if (rows.get() != count) {
                throw new IllegalStateException("of " + count + " payments came " + rows.get());
            }
        }

        double perSecond() {
            return (count - count / 2) * 1e9 / (endNanos - startNanos);
        }

        double cpuMicros() {
            return (endCpu - startCpu) / 1e3 / (count - count / 2);
        }
    }

    /** What was measured at parallelism 2. */
    private static final class Point {
        final double micros;
        final double bytesOfKey;
        private final Payments payments;

        Point(Payments payments, double micros, double bytesOfKey) {
            this.payments = payments;
            this.micros = micros;
            this.bytesOfKey = bytesOfKey;
        }

        double keysOfSubtask() {
            return (double) payments.keys() / BenchmarkInput.PARALLELISM;
        }

        double logKeys() {
            return Math.log10(keysOfSubtask());
        }

        double logMicros() {
            return Math.log10(micros);
        }

        /** Payments that a key keeps, of customers and terminals together. */
        double keptOfKey() {
            return (double) payments.count / payments.days * KEPT_DAYS / payments.keys();
        }
    }

    /** Payments by number, in order of time. */
    private static final class Payments implements Serializable {
        private static final long serialVersionUID = 1;
        private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
        private static final int MOST_CENTS = 20_000;
        private static final int HUNDREDTH = 100;

        private static final RecordOrigin NOWHERE = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);

        private final int customers;
        private final int terminals;
        private final long count;
        private final int days;

        Payments(int keys, long count, int days) {
            this.customers = keys / 3;
            this.terminals = keys - customers;
            this.count = count;
            this.days = days;
        }

        int keys() {
            return customers + terminals;
        }

        long epochSecond(long number) {
            return START + number * days * DAY_SECONDS / count;
        }

        private Transaction at(long number) {
            long random = mixed(number);
            return new Transaction(
                    number,
                    epochSecond(number),
                    Long.remainderUnsigned(random, customers),
                    Long.remainderUnsigned(mixed(random), terminals),
                    Long.remainderUnsigned(random >>> 7, MOST_CENTS),
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    NOWHERE,
                    new byte[0]);
        }

        byte[] json(long number) {
            return RecordJson.encode(at(number));
        }

        /** The label that comes with payment {@code number}, for one of a week before; null where none does. */
        byte[] label(long number) {
            long weekAgo = number - 7 * count / days;
            if (number % HUNDREDTH != 0 || weekAgo < 0) {
                return null;
            }
            Transaction fraud = at(weekAgo);
            return RecordJson.encode(new FraudLabel(
                    fraud.transactionId,
                    fraud.epochSecond,
                    fraud.customerId,
                    fraud.terminalId,
                    true,
                    epochSecond(number),
                    "",
                    NOWHERE,
                    new byte[0]));
        }

        /** SplitMix64 (Steele et al. 2014). */
        private static long mixed(long value) {
            long z = value * GOLDEN_RATIO;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return z ^ (z >>> 31);
        }
    }

    /** Number to envelope, labels to the side. */
    private static final class Decode extends ProcessFunction<Long, Decoded<Transaction>> {
        private static final long serialVersionUID = 1;

        private final RecordDecoder<Transaction> transactions =
                RecordDecoder.transactions(OurTopology.MAX_BYTES, Contacts.KEPT);
        private final RecordDecoder<FraudLabel> labels = RecordDecoder.labels(OurTopology.MAX_BYTES, Contacts.KEPT);
        private final Payments payments;

        Decode(Payments payments) {
            this.payments = payments;
        }

        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out) {
            byte[] label = payments.label(number);
            RecordOrigin origin = BenchmarkInput.origin(payments.epochSecond(number) * 1000);
            if (label != null) {
                context.output(OurTopology.LABELS, labels.decode(label, origin));
            }
            out.collect(transactions.decode(payments.json(number), origin));
        }
    }
}
