package io.cardwatch.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventTimeProgressTest {
    private static final long MINUTE = 60;
    private static final long HOUR = 3_600;
    private static final long DAY = 86_400;
    private static final long YEAR = 365 * DAY;
    /** 2024-03-01 12:00:00 UTC. */
    private static final long NOON = 1_709_294_400L;

    private final EventTimeProgress progress = new EventTimeProgress(Duration.ofDays(1));

    @Test
    void isUnknownUntilASecondRecordConfirmsTheFirst_andThenTheEarlierOfBoth() {
        assertThat(progress.reachedMillis()).isEqualTo(Long.MIN_VALUE);
        replayed(NOON);
        assertThat(progress.reachedMillis()).isEqualTo(Long.MIN_VALUE);
        replayed(NOON - HOUR);
        assertReached(NOON - HOUR);
    }

    @Test
    void aFirstRecordWithAWrongClockIsForgotten() {
        replayed(NOON + 10 * YEAR);
        replayed(NOON);
        assertThat(progress.reachedMillis()).isEqualTo(Long.MIN_VALUE);
        replayed(NOON + 1);
        assertReached(NOON);
    }

    @Test
    void followsTheNewestRecord_neverBackwards() {
        replayed(NOON, NOON + 1, NOON + HOUR, NOON + MINUTE);
        assertReached(NOON + HOUR);
    }

    @Test
    void oneRecordAdvancesItByTheGreatestJumpAtMost() {
        replayed(NOON, NOON + 1, NOON + DAY);
        assertReached(NOON + DAY);
        replayed(NOON + 2 * DAY + 1);
        assertReached(NOON + DAY);
    }

    @Test
    void aFartherJumpCountsWhenTheNextRecordConfirmsIt() {
        replayed(NOON, NOON + 1, NOON + 40 * DAY, NOON + 40 * DAY + HOUR);
        assertReached(NOON + 40 * DAY);
        replayed(NOON + 40 * DAY + HOUR);
        assertReached(NOON + 40 * DAY + HOUR);
    }

    @Test
    void aFarRecordElsewhereConfirmsNothing() {
        replayed(NOON, NOON + 1, NOON + 40 * DAY, NOON + 42 * DAY);
        assertReached(NOON);
    }

    @Test
    void aWrongClockDeliveredTwiceDoesNotConfirmItself() {
        replayed(NOON, NOON + 1, NOON + 10 * YEAR, NOON + 10 * YEAR);
        assertReached(NOON);
    }

    @Test
    void wrongClocksAmongGoodOnesConfirmNothing_howeverMany() {
        replayed(NOON, NOON + 1);
        for (int i = 1; i <= 100; i++) {
            replayed(NOON + 10 * YEAR + i, NOON + i);
        }
        assertReached(NOON + 100);
    }

    @Test
    void inAReplayOneEventTenYearsAheadAndOneTwentyFiveYearsBackChangeNothing() {
        replayed(NOON, NOON + 1, NOON + 10 * YEAR);
        assertReached(NOON);
        replayed(NOON + 1, NOON - 25 * YEAR);
        assertReached(NOON + 1);
        replayed(NOON + HOUR);
        assertReached(NOON + HOUR);
    }

    @Test
    void whereRecordsArrive_aTimeCountsUpToFiveMinutesAfterItsArrival() {
        arrived(NOON, NOON);
        arrived(NOON + 1, NOON + 1);
        arrived(NOON + 6 * MINUTE, NOON + 1);
        assertReached(NOON);
        arrived(NOON + 5 * MINUTE + 1, NOON + 1);
        assertReached(NOON + 5 * MINUTE + 1);
    }

    @Test
    void clocksAheadOfTheirArrivalConfirmNeitherEachOtherNorAFirstRecord() {
        arrived(NOON + 10 * YEAR, NOON);
        arrived(NOON + 10 * YEAR, NOON);
        assertThat(progress.reachedMillis()).isEqualTo(Long.MIN_VALUE);
        arrived(NOON, NOON);
        arrived(NOON + 10 * YEAR, NOON);
        arrived(NOON + 1, NOON + 1);
        assertReached(NOON);
    }

    @Test
    void historyThatArrivesNowMovesItAsAnyReplayDoes() {
        arrived(NOON - 6 * YEAR, NOON);
        arrived(NOON - 6 * YEAR + 1, NOON);
        arrived(NOON, NOON);
        assertReached(NOON - 6 * YEAR);
        arrived(NOON - 6 * YEAR + HOUR, NOON);
        assertReached(NOON - 6 * YEAR + HOUR);
    }

    private void assertReached(long epochSecond) {
        assertThat(progress.reachedMillis()).isEqualTo(epochSecond * 1000);
    }

    /** Records whose source knows no arrival time. */
    private void replayed(long... epochSeconds) {
        for (long epochSecond : epochSeconds) {
            progress.observe(epochSecond, new RecordOrigin("history.csv", "", "", "1", RecordOrigin.NO_ARRIVAL));
        }
    }

    private void arrived(long epochSecond, long arrivalEpochSecond) {
        progress.observe(
                epochSecond, new RecordOrigin("payments", "7", "shardId-0", "495900", arrivalEpochSecond * 1000));
    }
}
