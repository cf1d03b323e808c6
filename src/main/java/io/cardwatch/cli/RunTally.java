package io.cardwatch.cli;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.job.DeadLetterCount;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Counts the rows and dead letters of a bounded run. */
final class RunTally {
    private RunTally() {}

    /** Passes rows on and counts those that each filter accepts, under the filter's name. */
    static final class Rows<T> extends RichMapFunction<T, T> {
        private final Map<String, FilterFunction<T>> kinds;
        private final Map<String, LongCounter> counters = new HashMap<>();

        Rows(Map<String, FilterFunction<T>> kinds) {
            this.kinds = kinds;
        }

        @Override
        public void open(OpenContext context) {
            for (String name : kinds.keySet()) {
                counters.put(name, getRuntimeContext().getLongCounter(name));
            }
        }

        @Override
        public T map(T row) throws Exception {
            for (var kind : kinds.entrySet()) {
                if (kind.getValue().filter(row)) {
                    counters.get(kind.getKey()).add(1L);
                }
            }
            return row;
        }
    }

    static long count(JobExecutionResult result, String name) {
        Long count = result.getAccumulatorResult(name);
        return count == null ? 0 : count;
    }

    /** {@code 3 records could not be used: 2 BAD_JSON, 1 MISSING}; empty where all could be. */
    static String refused(JobExecutionResult result) {
        long all = 0;
        StringJoiner reasons = new StringJoiner(", ");
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            long count = DeadLetterCount.of(result, reason);
            if (count > 0) {
                reasons.add(count + " " + reason);
                all += count;
            }
        }
        return all == 0 ? "" : all + (all == 1 ? " record" : " records") + " could not be used: " + reasons;
    }
}
