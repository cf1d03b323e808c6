package io.cardwatch.kinesis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;

/**
 * Computes the position of the slowest shard of all subtasks and sources from the position that each subtask reports for
 * its own shards. The JobManager keeps the reports and receives this function with each of them.
 *
 * <p>The position is unknown until every subtask of every source has reported, also after a restart: see {@link #name}.
 */
final class SlowestShard implements AggregateFunction<Long, Map<String, long[]>, Long> {
    private static final long serialVersionUID = 1;

    private static final String NAME = "cardwatch-slowest-shard-";

    private final int sources;
    private final String source;
    private final int subtask;
    private final int parallelism;

    /**
     * @param sources number of sources
     * @param source the source that reports
     * @param subtask the subtask that reports
     * @param parallelism number of the source's subtasks
     */
    SlowestShard(int sources, String source, int subtask, int parallelism) {
        this.sources = sources;
        this.source = source;
        this.subtask = subtask;
        this.parallelism = parallelism;
    }

    /**
     * The name under which the JobManager keeps the reports. It differs after a restart, which the JobManager's reports
     * survive: positions from before it would let a subtask run ahead of one that has not started yet.
     *
     * @param attempt number of the attempt; all tasks share it, since exchanges by key connect them all
     */
    static String name(int attempt) {
        return NAME + attempt;
    }

    @Override
    public Map<String, long[]> createAccumulator() {
        return new HashMap<>();
    }

    @Override
    public Map<String, long[]> add(Long position, Map<String, long[]> bySource) {
        long[] positions = bySource.get(source);
        if (positions == null || positions.length != parallelism) {
            positions = new long[parallelism];
            Arrays.fill(positions, EventTimeAlignment.UNKNOWN);
            bySource.put(source, positions);
        }
        positions[subtask] = position;
        return bySource;
    }

    @Override
    public Long getResult(Map<String, long[]> bySource) {
        if (bySource.size() < sources) {
            return EventTimeAlignment.UNKNOWN;
        }
        return bySource.values().stream().flatMapToLong(Arrays::stream).min().orElse(EventTimeAlignment.NONE);
    }

    @Override
    public Map<String, long[]> merge(Map<String, long[]> left, Map<String, long[]> right) {
        throw new UnsupportedOperationException("the JobManager keeps one accumulator");
    }
}
