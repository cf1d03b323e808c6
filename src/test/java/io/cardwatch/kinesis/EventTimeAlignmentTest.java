package io.cardwatch.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.EventTimeProgress;
import io.cardwatch.domain.RecordOrigin;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class EventTimeAlignmentTest {
    private static final long HOUR = 3_600;
    /** 2024-03-01 12:00:00 UTC. */
    private static final long NOON = 1_709_294_400L;

    private static final RecordOrigin FILE = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);

    private final EventTimeAlignment alignment = new EventTimeAlignment(Duration.ofHours(1));

    @Test
    void aShardCountsBeforeItsFirstRecord_andNotAtItsTip() {
        EventTimeAlignment.Shard early = add();
        EventTimeAlignment.Shard late = add();
        assertThat(alignment.slowestHere()).isEqualTo(EventTimeAlignment.UNKNOWN);

        alignment.slowestAnywhere(EventTimeAlignment.NONE);
        reach(late, NOON + HOUR);
        assertThat(alignment.slowestHere()).isEqualTo(EventTimeAlignment.UNKNOWN);
        reach(early, NOON);
        assertThat(alignment.slowestHere()).isEqualTo(NOON * 1000);

        alignment.atTip(early);
        assertThat(alignment.slowestHere()).isEqualTo((NOON + HOUR) * 1000);
        alignment.remove(late);
        assertThat(alignment.slowestHere()).isEqualTo(EventTimeAlignment.NONE);
    }

    @Test
    void aShardAtItsTipCountsAgainWithItsNextRecord() {
        EventTimeAlignment.Shard shard = add();
        alignment.slowestAnywhere(EventTimeAlignment.NONE);
        reach(shard, NOON);
        alignment.atTip(shard);
        reach(shard, NOON + 1);

        assertThat(alignment.slowestHere()).isEqualTo((NOON + 1) * 1000);
    }

    @Test
    void recordsGoOnUntilTheirShardsEventTimeIsKnown_andThenWaitForTheSlowest() throws Exception {
        EventTimeAlignment.Shard shard = add();
        assertThat(alignment.await(shard)).isTrue();

        progress(shard, NOON);
        CompletableFuture<Boolean> record = CompletableFuture.supplyAsync(() -> alignment.await(shard));
        awaitWaiting();
        alignment.slowestAnywhere((NOON - HOUR) * 1000 - 1);
        assertThat(record).isNotDone();
        alignment.slowestAnywhere((NOON - HOUR) * 1000);

        assertThat(record.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(alignment.isWaiting()).isFalse();
    }

    @Test
    void aRecordThatWaitsIsWhereItsShardIs_soThatAllDoNotWaitForEachOther() throws Exception {
        EventTimeAlignment.Shard shard = add();
        progress(shard, NOON);
        CompletableFuture<Boolean> record = CompletableFuture.supplyAsync(() -> alignment.await(shard));
        awaitWaiting();

        assertThat(alignment.slowestHere()).isEqualTo(NOON * 1000);
        alignment.slowestAnywhere(alignment.slowestHere());
        assertThat(record.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nothingGoesOnAfterTheStop_notEvenWhatWaits() throws Exception {
        EventTimeAlignment.Shard shard = add();
        progress(shard, NOON);
        CompletableFuture<Boolean> record = CompletableFuture.supplyAsync(() -> alignment.await(shard));
        awaitWaiting();
        alignment.stop();

        assertThat(record.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(alignment.await(add())).isFalse();
    }

    @Test
    void theSlowestAnywhereIsUnknownUntilEverySubtaskOfEverySourceHasReported() {
        SlowestShard payments0 = new SlowestShard(2, "payments", 0, 2);
        SlowestShard payments1 = new SlowestShard(2, "payments", 1, 2);
        SlowestShard labels = new SlowestShard(2, "labels", 0, 1);
        var reports = payments0.createAccumulator();

        assertThat(payments0.getResult(payments0.add(50L, reports))).isEqualTo(EventTimeAlignment.UNKNOWN);
        assertThat(payments1.getResult(payments1.add(70L, reports))).isEqualTo(EventTimeAlignment.UNKNOWN);
        assertThat(labels.getResult(labels.add(60L, reports))).isEqualTo(50);
        assertThat(payments0.getResult(payments0.add(EventTimeAlignment.NONE, reports)))
                .isEqualTo(60);
    }

    @Test
    void subtasksOfAnotherParallelismAreForgotten() {
        SlowestShard before = new SlowestShard(1, "payments", 1, 2);
        SlowestShard after = new SlowestShard(1, "payments", 0, 1);
        var reports = before.createAccumulator();
        before.add(50L, reports);

        assertThat(after.getResult(after.add(70L, reports))).isEqualTo(70);
    }

    private EventTimeAlignment.Shard add() {
        return alignment.add(new EventTimeProgress(Duration.ofDays(1)));
    }

    private void reach(EventTimeAlignment.Shard shard, long epochSecond) {
        progress(shard, epochSecond);
        assertThat(alignment.await(shard)).isTrue();
    }

    /** The first record alone does not count, so another one confirms it. */
    private static void progress(EventTimeAlignment.Shard shard, long epochSecond) {
        shard.progress.observe(epochSecond, FILE);
        if (shard.progress.reachedMillis() == EventTimeAlignment.UNKNOWN) {
            shard.progress.observe(epochSecond + 1, FILE);
        }
    }

    private void awaitWaiting() throws InterruptedException {
        while (!alignment.isWaiting()) {
            Thread.sleep(1);
        }
    }
}
