package io.cardwatch.cli;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.job.DeadLetterCount;
import java.io.Serializable;
import java.util.StringJoiner;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Counts what a bounded run did, and says it in a line or two. */
final class RunTally {
    private RunTally() {}

    /** Passes rows on and counts them, and those of them that are hits, under {@code name} and {@code name.hits}. */
    static final class Rows<T> extends RichMapFunction<T, T> {
        /** Which rows count as hits. */
        interface Hit<T> extends Serializable {
            boolean is(T row);
        }

        private final String name;
        private final Hit<T> hit;
        private final LongCounter rows = new LongCounter();
        private final LongCounter hits = new LongCounter();

        Rows(String name, Hit<T> hit) {
            this.name = name;
            this.hit = hit;
        }

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator(name, rows);
            getRuntimeContext().addAccumulator(name + ".hits", hits);
        }

        @Override
        public T map(T row) {
            rows.add(1L);
            if (hit.is(row)) {
                hits.add(1L);
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
