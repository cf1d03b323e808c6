package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.job.DeadLetterAlarm.Change;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLetterAlarmTest {
    private static final long MINUTE = 60_000;
    private static final long START = 1_000 * MINUTE;

    private final DeadLetterAlarm alarm = new DeadLetterAlarm(0.1);

    @Test
    void aShareAboveTheLimitIsToldOnce_andOnceWhenItIsOver() {
        assertThat(alarm.observe(1_000, 100, START)).isEqualTo(Change.NONE);
        assertThat(alarm.observe(0, 1, START)).isEqualTo(Change.RAISED);
        assertThat(alarm.observe(100, 50, START + MINUTE)).isEqualTo(Change.NONE);
        assertThat(alarm.share(START + MINUTE)).isEqualTo(151 / 1_100.0);
        assertThat(alarm.observe(100, 0, START + 7 * MINUTE)).isEqualTo(Change.OVER);
        assertThat(alarm.share(START + 7 * MINUTE)).isZero();
    }

    @Test
    void aShareThatSwaysAboutTheLimitIsToldOnce() {
        List<Change> told = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            told.add(alarm.observe(10, i % 2 == 0 ? 2 : 0, START + 100L * i));
        }
        assertThat(told.stream().filter(change -> change != Change.NONE)).containsExactly(Change.RAISED);
        assertThat(alarm.share(START + 9_999_900)).isCloseTo(0.1, within(0.001));
    }

    @Test
    void oneBadRecordOfAFewIsNoAlarm() {
        assertThat(alarm.observe(98, 50, START)).isEqualTo(Change.NONE);
        assertThat(alarm.observe(2, 0, START)).isEqualTo(Change.RAISED);
    }

    @Test
    void whatIsOlderThanFiveMinutesIsForgotten_alsoInAndAfterALongSilence() {
        alarm.observe(1_000, 90, START);
        alarm.observe(1_000, 0, START + 4 * MINUTE);
        assertThat(alarm.share(START + 4 * MINUTE)).isEqualTo(0.045);
        assertThat(alarm.share(START + 5 * MINUTE)).isZero();
        alarm.observe(1_000, 10, START + 500_000 * MINUTE);
        assertThat(alarm.share(START + 500_000 * MINUTE)).isEqualTo(0.01);
        assertThat(alarm.share(START + 500_005 * MINUTE)).isZero();
    }
}
