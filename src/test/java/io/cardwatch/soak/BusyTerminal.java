package io.cardwatch.soak;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.TestProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.checkpoint.SubtaskStateStats;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The job, from memory into a warehouse, in a process of its own with little heap: sixty days of payments, three of ten at
 * one terminal, a hundredth of which turn out to be frauds. Prints twice a second how often it was restarted, and what the
 * two terminals' subtasks hold in the latest checkpoint, in bytes.
 */
final class BusyTerminal {
    static final int DAYS = 60;
    /** Of ten payments. */
    static final int AT_THE_TERMINAL = 3;

    private static final int OF = 10;
    private static final int CUSTOMERS = 40_000;
    private static final int TERMINALS = 5_000;
    private static final int LABELLED_ONE_IN = 100;
    private static final int LABELLED_AFTER_DAYS = 3;
    private static final long START = Events.at("2024-02-20 00:00:00");
    private static final int SLOTS = 2;
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);
    private static final int POLL_MILLIS = 500;
    private static final String ANY_PORT = "0";
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    private BusyTerminal() {}

    /** Runs until it is killed. The arguments: a directory for checkpoints, how many payments, then the job's settings. */
    public static void main(String[] arguments) throws Exception {
        TestProcess.endWithParentOrMain();
        int payments = Integer.parseInt(arguments[1]);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(
                Restarts.always(Path.of(arguments[0]), CHECKPOINT_INTERVAL));
        env.setParallelism(SLOTS);
        SingleOutputStreamOperator<Decoded<Transaction>> told = env.fromSource(
                        new NumberSequenceSource(0, payments - 1),
                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                .withTimestampAssigner((number, none) -> second(number, payments) * 1_000),
                        "Numbers")
                .setParallelism(1)
                .process(new Tell(payments), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1);
        List<String> settings = Arrays.asList(arguments).subList(2, arguments.length);
        new CardwatchJob(Settings.fromArguments(settings)).build(env, told, told.getSideOutput(LABELS));
        JobGraph graph = env.getStreamGraph().getJobGraph();
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .setConfiguration(new Configuration().set(RestOptions.BIND_PORT, ANY_PORT))
                .build());
        cluster.start();
        cluster.submitJob(graph).get();
        while (true) {
            print(cluster.getExecutionGraph(graph.getJobID()).get());
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static void print(AccessExecutionGraph graph) {
        CompletedCheckpointStats checkpoint =
                graph.getCheckpointStatsSnapshot().getHistory().getLatestCompletedCheckpoint();
        if (checkpoint == null) {
            return;
        }
        for (AccessExecutionJobVertex vertex : graph.getVerticesTopologically()) {
            if (vertex.getName().startsWith("Terminal windows")) {
                SubtaskStateStats[] subtasks =
                        checkpoint.getTaskStateStats(vertex.getJobVertexId()).getSubtaskStats();
                System.out.println(ObservedJob.restarts(graph) + " " + subtasks[0].getStateSize() + " "
                        + subtasks[1].getStateSize());
            }
        }
    }

    private static long second(long number, int payments) {
        return START + number * DAYS * Events.DAY / payments;
    }

    private static Transaction payment(long number, int payments) {
        // Any two of the three say nothing of the third.
        long spread = (number + 1) * 0x9E3779B97F4A7C15L;
        int terminal = Long.remainderUnsigned(spread >>> 11, OF) < AT_THE_TERMINAL
                ? 0
                : 1 + (int) Long.remainderUnsigned(spread >>> 17, TERMINALS);
        return Events.transaction(
                (int) number,
                number,
                second(number, payments),
                Long.remainderUnsigned(spread >>> 23, CUSTOMERS),
                terminal,
                number % 20_000);
    }

    /** A number becomes the payment of that number, one in a hundred the verdict on one of some days before, too. */
    private static final class Tell extends ProcessFunction<Long, Decoded<Transaction>> {
        private final int payments;

        Tell(int payments) {
            this.payments = payments;
        }

        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out) {
            long labelled = number - (long) payments / DAYS * LABELLED_AFTER_DAYS;
            if (labelled >= 0 && labelled % LABELLED_ONE_IN == 0) {
                Transaction payment = payment(labelled, payments);
                context.output(
                        LABELS, Decoded.of(Events.label((int) labelled, payment, true, second(number, payments))));
            }
            out.collect(Decoded.of(payment(number, payments)));
        }
    }
}
