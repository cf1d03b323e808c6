package io.cardwatch.bench;

import com.sun.management.OperatingSystemMXBean;
import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.LabelDecoder;
import io.cardwatch.codec.LabelJson;
import io.cardwatch.codec.TransactionDecoder;
import io.cardwatch.codec.TransactionJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.platform.Settings;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Records per second, and CPU time of the whole process per record, of the streaming topology from JSON bytes in memory
 * to a sink that discards them: on a local Flink at parallelism 2 without checkpoints, up to the features and with the
 * shipped model, with state on the heap and in RocksDB, there with and without windows kept decoded. The records are a simulated half-year: a million transactions of 2 850
 * customers at 5 700 terminals, and the labels of the frauds among them after seven days.
 *
 * <p>Each of two source subtasks reads one half of the customers in order of time. Prints the medians of three jobs of
 * each kind, alternating, after one of each for warming up. The CPU time includes starting and stopping Flink, the
 * rate does not.
 *
 * <pre>
 * mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/test-classes:target/classes:$(cat target/classpath) io.cardwatch.bench.TopologyBenchmark
 * </pre>
 */
public final class TopologyBenchmark {
    private static final int PARALLELISM = 2;
    private static final String HEAP = "hashmap";
    private static final String ROCKSDB = "rocksdb";
    private static final int MAX_BYTES = 65_536;
    private static final String ROWS = "rows";
    private static final String DEAD_LETTERS = "dead letters";
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** What the sources read, where they are: in this process. Each subtask is given one half of the positions. */
    private static Input[] inputs;

    private TopologyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(Profile.reference().customers(2_850).terminals(5_700).build(), 3, System.out);
    }

    /** Prints one line without and one with scoring. */
    public static void run(Profile profile, int runs, PrintStream out) throws Exception {
        inputs = inputs(profile);
        List<Measurement> measurements = List.of(
                new Measurement("features, heap", HEAP, 0, false, runs),
                new Measurement("scores, heap", HEAP, 0, true, runs),
                new Measurement("features, RocksDB, cache", ROCKSDB, 0.3, false, runs),
                new Measurement("features, RocksDB, no cache", ROCKSDB, 0, false, runs));
        for (int run = -1; run < runs; run++) {
            for (Measurement measurement : measurements) {
                measurement.take(run);
            }
        }
        measurements.forEach(measurement -> measurement.print(out));
    }

    private static Input[] inputs(Profile profile) {
        List<List<Input>> halves = List.of(new ArrayList<>(), new ArrayList<>());
        Simulation.of(profile).events().forEachRemaining(event -> {
            Input input = new Input(event);
            halves.get((int) (input.customerId % PARALLELISM)).add(input);
        });
        int half = Math.min(halves.get(0).size(), halves.get(1).size());
        List<Input> both = new ArrayList<>(halves.get(0).subList(0, half));
        both.addAll(halves.get(1).subList(0, half));
        return both.toArray(Input[]::new);
    }

    private static JobExecutionResult execute(String backend, double cacheShare, boolean scoring) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(StateBackendOptions.STATE_BACKEND, backend);
        configuration.set(RestOptions.BIND_PORT, "0");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, configuration);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        SingleOutputStreamOperator<Decoded<Transaction>> transactions = env.fromSource(
                        new NumberSequenceSource(0, inputs.length - 1),
                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                .withTimestampAssigner((position, none) -> inputs[position.intValue()].millis),
                        "Memory")
                .process(new Decode(), WireTypes.DECODED_TRANSACTION);
        ScoringTopology topology =
                ScoringTopology.streaming(Settings.fromArguments(List.of("--features.cache-share=" + cacheShare)));
        ScoringTopology.Features features = topology.features(transactions, transactions.getSideOutput(LABELS));
        if (scoring) {
            discard(topology.score(features.featured, FraudModel.loadShipped(FeatureSet.REFERENCE)), ROWS);
        } else {
            discard(features.featured, ROWS);
        }
        discard(features.deadLetters, DEAD_LETTERS);
        return env.execute();
    }

    private static <T> void discard(DataStream<T> stream, String name) {
        stream.filter(new Count<>(name)).sinkTo(new DiscardingSink<>());
    }

    /** One record of either stream. */
    private static final class Input {
        final boolean label;
        final long customerId;
        final long millis;
        final byte[] bytes;

        Input(SimulatedEvent event) {
            label = event.isLabel();
            customerId = label ? event.label.customerId : event.transaction.customerId;
            millis = event.epochSecond() * 1000;
            bytes = label ? LabelJson.encode(event.label) : TransactionJson.encode(event.observed());
        }

        /** As long as what Kinesis gives. */
        RecordOrigin origin() {
            return new RecordOrigin(
                    "cust-payment-txn-stream",
                    "596",
                    "shardId-000000000003",
                    "49590338271490256608559692538361571095921575989136588898",
                    millis);
        }
    }

    /** Position to envelope, labels to the side. */
    private static final class Decode extends ProcessFunction<Long, Decoded<Transaction>> {
        private final TransactionDecoder transactions = new TransactionDecoder(MAX_BYTES, true);
        private final LabelDecoder labels = new LabelDecoder(MAX_BYTES, true);

        @Override
        public void processElement(Long position, Context context, Collector<Decoded<Transaction>> out) {
            Input input = inputs[position.intValue()];
            if (input.label) {
                context.output(LABELS, labels.decode(input.bytes, input.origin()));
            } else {
                out.collect(transactions.decode(input.bytes, input.origin()));
            }
        }
    }

    /** Lets everything through and counts it. */
    private static final class Count<T> extends RichFilterFunction<T> {
        private final String name;
        private final LongCounter counter = new LongCounter();

        Count(String name) {
            this.name = name;
        }

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator(name, counter);
        }

        @Override
        public boolean filter(T value) {
            counter.add(1);
            return true;
        }
    }

    /** The runs of one kind of job. */
    private static final class Measurement {
        private final String name;
        private final String backend;
        private final double cacheShare;
        private final boolean scoring;
        private final double[] perSecond;
        private final double[] cpuMicros;

        Measurement(String name, String backend, double cacheShare, boolean scoring, int runs) {
            this.name = name;
            this.backend = backend;
            this.cacheShare = cacheShare;
            this.scoring = scoring;
            perSecond = new double[runs];
            cpuMicros = new double[runs];
        }

        /** Runs a job; the results of a negative {@code run} are dropped. */
        void take(int run) throws Exception {
            long start = PROCESS.getProcessCpuTime();
            JobExecutionResult result = execute(backend, cacheShare, scoring);
            double micros = (PROCESS.getProcessCpuTime() - start) / 1e3;
            long rows = Arrays.stream(inputs).filter(input -> !input.label).count();
            if (result.<Long>getAccumulatorResult(ROWS) != rows
                    || result.<Long>getAccumulatorResult(DEAD_LETTERS) != 0) {
                throw new IllegalStateException(
                        "of " + rows + " transactions came " + result.getAllAccumulatorResults());
            }
            if (run >= 0) {
                perSecond[run] = inputs.length / (result.getNetRuntime(TimeUnit.MILLISECONDS) / 1e3);
                cpuMicros[run] = micros / inputs.length;
            }
        }

        void print(PrintStream out) {
            Arrays.sort(perSecond);
            Arrays.sort(cpuMicros);
            int last = perSecond.length - 1;
            out.printf(
                    Locale.ROOT,
                    "%-28s %,8.0f records/s (%,.0f to %,.0f), %.2f µs CPU per record (%.2f to %.2f); %,d records%n",
                    name,
                    perSecond[perSecond.length / 2],
                    perSecond[0],
                    perSecond[last],
                    cpuMicros[cpuMicros.length / 2],
                    cpuMicros[0],
                    cpuMicros[last],
                    inputs.length);
        }
    }
}
