package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.Seed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log beside a list that is searched from its beginning. */
class EventLogTest {
    private static final long START = 1_700_000_000L;
    private static final long SEED = Seed.of("EventLogTest");

    private record Event(long second, long first, long second2) {}

    private final List<Event> wanted = new ArrayList<>();
    private EventLog log = new EventLog(2);

    @RepeatedTest(50)
    void isTheListOfItsEvents_whateverTheirNumbers(RepetitionInfo repetition) throws IOException {
        Random random = new Random(SEED * 1_000 + repetition.getCurrentRepetition());
        for (int step = 0; step < 400; step++) {
            switch (random.nextInt(20)) {
                case 0 -> evictThrough(START + random.nextInt(step * 3 + 1));
                case 1 -> log = log.copy();
                case 2 -> log = stored();
                case 3 -> removeAny(random);
                case 4 -> retainOddBefore(random.nextInt(wanted.size() + 1));
                default -> insert(START + step * 3L - random.nextInt(100), number(random), number(random));
            }
            assertThat(events()).isEqualTo(wanted);
        }
    }

    @Test
    void aNumberTakesFourBytesWhileAllOfItsColumnFit() {
        insert(START, 1, Integer.MIN_VALUE);
        long narrow = log.heapBytes();
        insert(START, Integer.MAX_VALUE, 1);
        assertThat(log.heapBytes()).isEqualTo(narrow);
        insert(START, Integer.MAX_VALUE + 1L, 1);
        assertThat(log.heapBytes()).isEqualTo(narrow + 4 * Integer.BYTES);
        assertThat(events()).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10, 39, 64, 66, 1_000, 110_000})
    void aWindowThatSlidesTakesHalfAsMuchRoomAgain_howeverItCameToItsSize(int size) {
        long grown = slide(new EventLog(3), size);
        EventLog shrunk = new EventLog(3);
        for (int i = 0; i < 10 * size; i++) {
            shrunk.insert(START + i);
        }
        long most = new EventLog(3).heapBytes() + (Long.BYTES + Long.BYTES) * (size + size / 2 + 5L);
        assertThat(grown).isLessThanOrEqualTo(most);
        assertThat(slide(shrunk, size)).isLessThanOrEqualTo(most);
        assertThat(slide(shrunk.copy(), size)).isLessThanOrEqualTo(most);
    }

    /** The largest that {@code log} is once it has slid on by all that it held, and by as much as it is to hold. */
    private static long slide(EventLog log, int size) {
        long second = log.isEmpty() ? START : log.second(log.end() - 1);
        long most = 0;
        for (int i = 0; i < 20 * size; i++) {
            second++;
            log.insert(second);
            log.evictThrough(second - size);
            most = i < 12 * size ? most : Math.max(most, log.heapBytes());
        }
        return most;
    }

    private static long number(Random random) {
        return random.nextInt(100) == 0 ? random.nextLong() : random.nextInt();
    }

    private void insert(long second, long first, long other) {
        int index = wanted.size();
        while (index > 0 && wanted.get(index - 1).second > second) {
            index--;
        }
        wanted.add(index, new Event(second, first, other));
        int position = log.insert(second);
        log.set(0, position, first);
        log.set(1, position, other);
        assertThat(position - log.first()).isEqualTo(index);
    }

    private void evictThrough(long horizon) {
        wanted.removeIf(event -> event.second <= horizon);
        log.evictThrough(horizon);
    }

    private void removeAny(Random random) {
        if (!wanted.isEmpty()) {
            int index = random.nextInt(wanted.size());
            wanted.remove(index);
            log.remove(log.first() + index);
        }
    }

    private void retainOddBefore(int index) {
        List<Event> head = wanted.subList(0, index);
        head.removeIf(event -> event.first % 2 == 0);
        log.retain(log.first() + index, position -> log.get(0, position) % 2 != 0);
    }

    private EventLog stored() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(100);
        log.write(out);
        return EventLog.read(new DataInputDeserializer(out.getCopyOfBuffer()), 2);
    }

    private List<Event> events() {
        List<Event> events = new ArrayList<>();
        for (int i = log.first(); i < log.end(); i++) {
            events.add(new Event(log.second(i), log.get(0, i), log.get(1, i)));
        }
        return events;
    }
}
