package io.cardwatch.bench;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeaturedTransaction;
import java.util.stream.IntStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** One way to compute the windows with Flink: ours, or what a user would write instead. */
abstract class Candidate {

    final String name;
    final Backend backend;

    Candidate(String name, Backend backend) {
        this.name = name;
        this.backend = backend;
    }

    /**
     * Builds the job over {@link BenchmarkInput}.
     *
     * @param positions of the records, with their times as watermarks
     * @return a row for each payment, its features filled in as far as they are computed; behind them the score, where the
     *     row is one to compare and has one
     */
    abstract DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions);

    /** Places in a row that must hold what the loop's does; the others mean something else, or are not computed. */
    abstract int[] comparable();

    /** Whether there is a row for each payment. */
    boolean answersEachPayment() {
        return true;
    }

    static int[] customerWindows() {
        return range(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW);
    }

    static int[] allWindows() {
        return range(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW, Feature.TERMINAL_ID_RISK_30DAY_WINDOW);
    }

    private static int[] range(Feature first, Feature last) {
        return IntStream.rangeClosed(first.index(), last.index()).toArray();
    }
}
