package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.LabelDecoder;
import io.cardwatch.codec.LabelJson;
import io.cardwatch.codec.TransactionDecoder;
import io.cardwatch.codec.TransactionJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.platform.Settings;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * How the topology, from JSON to the score by 100 trees, grows: with the number of keys, with days of history, and with
 * parallelism; and what that says of a million payments a second.
 *
 * <p>Payments are made up where they are read, since so many would not fit into memory: customers and terminals at random,
 * times at a steady rate, a hundredth labelled a week later. What making them up costs is measured alone and taken off
 * the CPU time. A checkpoint every five seconds; the state is the largest one's. A third of the keys are customers. A point
 * is the median of the runs, of which one more goes before to warm up.
 *
 * <p>The line is fitted by least squares to the CPU time with RocksDB over the logarithm of the keys of one subtask, which
 * is what grows in a cluster with as many subtasks as cores.
 *
 * <pre>mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.GrowthBenchmark</pre>
 */
public final class GrowthBenchmark {
    private static final int CHECKPOINT_MILLIS = 5_000;
    private static final double CACHE_SHARE = 0.3;
    private static final int DAY_SECONDS = 86_400;
    private static final long START = 1_767_225_600;
    private static final double MILLION = 1e6;
    private static final double CLUSTER_KEYS = 1e8;
    private static final String LINE = "%-9s %12s %6s %12s %26s %26s %14s%n";

    private final int runs;
    private final PrintStream out;
    private final FraudModel model = HundredTrees.model();

    private GrowthBenchmark(int runs, PrintStream out) throws Exception {
        this.runs = runs;
        this.out = out;
    }

    /** Prints a line for each point and the fitted line. */
    public static void main(String[] arguments) throws Exception {
        run(3, 3_000_000, new int[] {10_000, 100_000, 1_000_000, 10_000_000}, new int[] {30, 90, 180, 360}, System.out);
    }

    /**
     * Prints a line for each point and the fitted line.
     *
     * @param payments of 30 days for each number of keys; as many as keys, where these are more
     * @param keys numbers of keys
     * @param days lengths of histories, of {@code payments / 300} payments a day by {@code payments / 200} keys
     */
    static void run(int runs, int payments, int[] keys, int[] days, PrintStream out) throws Exception {
        GrowthBenchmark benchmark = new GrowthBenchmark(runs, out);
        out.printf(
                Locale.ROOT,
                LINE,
                "backend",
                "keys",
                "days",
                "parallelism",
                "records/s",
                "CPU, µs a record",
                "state, B a key");
        double[] micros = new double[keys.length];
        for (int i = 0; i < keys.length; i++) {
            // So that even of the most keys each is seen.
            Payments steady = new Payments(keys[i], Math.max(payments, keys[i]), 30);
            micros[i] = benchmark.measure(Candidate.ROCKSDB, steady, BenchmarkInput.PARALLELISM);
            if (keys[i] < payments) {
                // More windows than that do not fit into the heap.
                benchmark.measure(Candidate.HEAP, steady, BenchmarkInput.PARALLELISM);
            }
        }
        for (int length : days) {
            benchmark.measure(
                    Candidate.ROCKSDB,
                    new Payments(payments / 200, payments / 300 * length, length),
                    BenchmarkInput.PARALLELISM);
        }
        benchmark.measure(Candidate.ROCKSDB, new Payments(keys[1], payments, 30), 1);
        benchmark.extrapolate(keys, micros);
    }

    private double measure(String backend, Payments payments, int parallelism) throws Exception {
        Samples perSecond = new Samples(runs);
        Samples micros = new Samples(runs);
        long state = 0;
        for (int run = -1; run < runs; run++) {
            double making = BenchmarkRun.of(backend, parallelism, 0, env -> make(env, payments)).cpuNanos;
            BenchmarkRun job = BenchmarkRun.of(backend, parallelism, CHECKPOINT_MILLIS, env -> score(env, payments));
            if (run >= 0) {
                perSecond.set(run, payments.count / (job.millis / 1e3));
                micros.set(run, (job.cpuNanos - making) / 1e3 / payments.count);
                state = Math.max(state, job.stateBytes);
            }
        }
        out.printf(
                Locale.ROOT,
                LINE,
                backend.equals(Candidate.HEAP) ? "heap" : "RocksDB",
                String.format(Locale.ROOT, "%,d", payments.keys()),
                payments.days,
                parallelism,
                perSecond.text("%,.0f"),
                micros.text("%.2f"),
                state == 0 ? "" : String.format(Locale.ROOT, "%,d", state / payments.keys()));
        return micros.median();
    }

    /** The keys of one subtask decide what a record costs, and what it costs how many subtasks there are. */
    private void extrapolate(int[] keys, double[] micros) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < keys.length; i++) {
            meanX += logOfSubtask(keys[i]) / keys.length;
            meanY += micros[i] / keys.length;
        }
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < keys.length; i++) {
            double x = logOfSubtask(keys[i]) - meanX;
            covariance += x * (micros[i] - meanY);
            variance += x * x;
        }
        double slope = covariance / variance;
        double intercept = meanY - slope * meanX;
        double cores = 1;
        for (int i = 0; i < 50; i++) {
            cores = Math.max(1, intercept + slope * Math.log10(CLUSTER_KEYS / cores));
        }
        out.printf(
                Locale.ROOT,
                "fitted: %.2f + %.2f · log10(keys of a subtask) µs a record; %,.0f payments/s of %,.0f keys: %.1f cores%n",
                intercept,
                slope,
                MILLION,
                CLUSTER_KEYS,
                cores);
    }

    private static double logOfSubtask(int keys) {
        return Math.log10((double) keys / BenchmarkInput.PARALLELISM);
    }

    /** The payments are made up, and nothing is done with them. */
    private static void make(StreamExecutionEnvironment env, Payments payments) {
        positions(env, payments)
                .filter(position -> payments.json(position).length == 0)
                .sinkTo(new DiscardingSink<>());
    }

    private void score(StreamExecutionEnvironment env, Payments payments) {
        SingleOutputStreamOperator<Decoded<Transaction>> decoded = positions(env, payments)
                .process(new Decode(payments), WireTypes.DECODED_TRANSACTION)
                .uid("decode");
        ScoringTopology topology =
                ScoringTopology.streaming(Settings.fromArguments(List.of("--features.cache-share=" + CACHE_SHARE)));
        ScoringTopology.Features features = topology.features(decoded, decoded.getSideOutput(OurTopology.LABELS));
        features.deadLetters.sinkTo(new DiscardingSink<>());
        topology.score(features.featured, model).sinkTo(new DiscardingSink<>());
    }

    private static SingleOutputStreamOperator<Long> positions(StreamExecutionEnvironment env, Payments payments) {
        return env.fromSource(
                new NumberSequenceSource(0, payments.count - 1L),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((position, none) -> payments.epochSecond(position) * 1000),
                "Made up");
    }

    /** Payments by position. Each half of the positions goes through all of the time with half of the customers. */
    private static final class Payments implements Serializable {
        private static final long serialVersionUID = 1;
        private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
        private static final int MOST_CENTS = 20_000;
        private static final int HUNDREDTH = 100;

        private static final RecordOrigin NOWHERE = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);

        private final int customers;
        private final int terminals;
        private final int count;
        private final int days;

        Payments(int keys, int count, int days) {
            this.customers = keys / 3;
            this.terminals = keys - customers;
            this.count = count / 2 * 2;
            this.days = days;
        }

        int keys() {
            return customers + terminals;
        }

        long epochSecond(long position) {
            int half = count / 2;
            return START + (position % half) * days * DAY_SECONDS / half;
        }

        private Transaction at(long position) {
            long random = mixed(position);
            long customer = Long.remainderUnsigned(random, customers / 2) * 2 + (position < count / 2 ? 0 : 1);
            return new Transaction(
                    position,
                    epochSecond(position),
                    customer,
                    Long.remainderUnsigned(mixed(random), terminals),
                    Long.remainderUnsigned(random >>> 7, MOST_CENTS),
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    NOWHERE,
                    new byte[0]);
        }

        byte[] json(long position) {
            return TransactionJson.encode(at(position));
        }

        /** The label that comes with the payment at {@code position}, for one of a week before; null where none does. */
        byte[] label(long position) {
            long weekAgo = position - 7L * (count / 2) / days;
            if (position % HUNDREDTH != 0 || weekAgo < 0 || weekAgo < count / 2 != position < count / 2) {
                return null;
            }
            Transaction fraud = at(weekAgo);
            return LabelJson.encode(new FraudLabel(
                    fraud.transactionId,
                    fraud.epochSecond,
                    fraud.customerId,
                    fraud.terminalId,
                    true,
                    epochSecond(position),
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

    /** Position to envelope, labels to the side. */
    private static final class Decode extends ProcessFunction<Long, Decoded<Transaction>> {
        private static final long serialVersionUID = 1;

        private final TransactionDecoder transactions = new TransactionDecoder(OurTopology.MAX_BYTES, true);
        private final LabelDecoder labels = new LabelDecoder(OurTopology.MAX_BYTES, true);
        private final Payments payments;

        Decode(Payments payments) {
            this.payments = payments;
        }

        @Override
        public void processElement(Long position, Context context, Collector<Decoded<Transaction>> out) {
            byte[] label = payments.label(position);
            RecordOrigin origin = BenchmarkInput.origin(payments.epochSecond(position) * 1000);
            if (label != null) {
                context.output(OurTopology.LABELS, labels.decode(label, origin));
            }
            out.collect(transactions.decode(payments.json(position), origin));
        }
    }
}
