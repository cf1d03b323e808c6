package io.cardwatch.kinesis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;

/**
 * The position of the slowest shard anywhere, from what each subtask of each source reports of its own. Kept by the
 * JobManager, which is sent this function with every report.
 *
 * <p>It is unknown until every subtask of every source has reported, after a restart, too: see {@link #name}.
 */
final class SlowestShard implements AggregateFunction<Long, Map<String, long[]>, Long> {
    private static final long serialVersionUID = 1;

    private static final String NAME = "cardwatch-slowest-shard-";

    private final int sources;
    private final String source;
    private final int subtask;
    private final int parallelism;

    /**
     * @param sources how many sources there are
     * @param source the one that reports
     * @param subtask its subtask that reports
     * @param parallelism how many subtasks it has
     */
    SlowestShard(int sources, String source, int subtask, int parallelism) {
        this.sources = sources;
        this.source = source;
        this.subtask = subtask;
        this.parallelism = parallelism;
    }

    /**
     * What the JobManager is to keep it under. It keeps it also when the job's tasks are restarted: positions from before
     * would let a subtask run ahead of one that has not started yet.
     *
     * @param attempt number of the restart, the same for all tasks, since exchanges by key connect them all
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
