package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readSignedVarint;
import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeSignedVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Events sorted by second, equal seconds in arrival order, each with a fixed number of {@code long} columns.
 *
 * <p>Parallel primitive arrays with a moving start: appending and evicting cost amortised constant time, inserting a
 * late event costs a move of what is newer. A second takes 4 bytes (as an offset from 2050, which covers 1982 to
 * 2118), a column 4, or 8 once it holds a number that needs them; serialized, both are variable-length differences.
 * Positions are array indices, valid until the next insertion or eviction.
 */
final class EventLog {
    /** Places that are free at least when there is room again. */
    private static final int LEAST_ROOM = 4;
    /** Headers of the object and its arrays, about. */
    private static final int OBJECT_BYTES = 120;
    /** 2050-01-01T00:00:00Z: the contract's years 2000 to 2099 fit into an int around it. */
    private static final long BASE_SECOND = 2_524_608_000L;

    private int start;
    private int end;
    private int[] seconds;
    private final Column[] columns;

    EventLog(int width) {
        this(width, 0);
    }

    private EventLog(int width, int capacity) {
        seconds = new int[capacity];
        columns = new Column[width];
        Arrays.setAll(columns, c -> new Column(capacity));
    }

    private EventLog(EventLog other) {
        start = other.start;
        end = other.end;
        seconds = other.seconds;
        columns = new Column[other.columns.length];
        Arrays.setAll(columns, c -> new Column(other.columns[c]));
        resize(roomFor(size()));
    }

    EventLog copy() {
        return new EventLog(this);
    }

    boolean isEmpty() {
        return start == end;
    }

    int size() {
        return end - start;
    }

    /** Bytes of heap, by the capacity of its arrays. */
    long heapBytes() {
        long bytes = OBJECT_BYTES + (long) Integer.BYTES * seconds.length;
        for (Column column : columns) {
            bytes += column.heapBytes();
        }
        return bytes;
    }

    /** Position of the oldest event. */
    int first() {
        return start;
    }

    /** Position behind the newest event. */
    int end() {
        return end;
    }

    long second(int position) {
        return BASE_SECOND + seconds[position];
    }

    long get(int column, int position) {
        return columns[column].get(position);
    }

    void set(int column, int position, long value) {
        columns[column].set(position, value);
    }

    /**
     * Makes room for an event behind all of its second or before; its columns hold arbitrary values until they are set.
     *
     * @return its position
     */
    int insert(long epochSecond) {
        if (end == seconds.length) {
            makeRoom();
        }
        int second = offset(epochSecond);
        int position = start == end || seconds[end - 1] <= second ? end : positionAfter(epochSecond, end);
        if (position < end) {
            System.arraycopy(seconds, position, seconds, position + 1, end - position);
            for (Column column : columns) {
                column.move(position, position + 1, end - position);
            }
        }
        seconds[position] = second;
        end++;
        return position;
    }

    /** Drops all events at {@code horizon} or before. */
    void evictThrough(long horizon) {
        while (start < end && second(start) <= horizon) {
            start++;
        }
    }

    void remove(int position) {
        end--;
        System.arraycopy(seconds, position + 1, seconds, position, end - position);
        for (Column column : columns) {
            column.move(position + 1, position, end - position);
        }
    }

    /** Keeps of the events before position {@code behind} those that {@code kept} accepts, and all others, in their order. */
    void retain(int behind, IntPredicate kept) {
        int to = start;
        for (int i = start; i < end; i++) {
            if (i >= behind || kept.test(i)) {
                seconds[to] = seconds[i];
                for (Column column : columns) {
                    column.set(to, column.get(i));
                }
                to++;
            }
        }
        end = to;
    }

    /** Drops the oldest event. */
    void removeFirst() {
        start++;
    }

    /**
     * The position behind the last event at {@code epochSecond} or before.
     *
     * <p>Galloping search (Bentley and Yao 1976): the cost is logarithmic in the distance from {@code hint}, which may
     * be any number.
     */
    int positionAfter(long epochSecond, int hint) {
        long wanted = epochSecond - BASE_SECOND;
        int low = start;
        int high = end;
        int probe = Math.max(start, Math.min(hint, end));
        if (probe < end && seconds[probe] <= wanted) {
            low = probe + 1;
            for (int step = 1; low < high; step <<= 1) {
                int next = Math.min(probe + step, end - 1);
                if (seconds[next] > wanted) {
                    high = next;
                    break;
                }
                low = next + 1;
            }
        } else {
            high = probe;
            for (int step = 1; low < high; step <<= 1) {
                int next = Math.max(probe - step, start);
                if (seconds[next] <= wanted) {
                    low = next + 1;
                    break;
                }
                high = next;
            }
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (seconds[middle] <= wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int offset(long epochSecond) {
        return Math.toIntExact(epochSecond - BASE_SECOND);
    }

    /**
     * Moves the events to the beginning where that makes room for an eighth more and leaves not much more than a quarter
     * free: so a window that neither grows nor shrinks allocates nothing, and its arrays are at most about 1.5 times as
     * long as its events need.
     */
    private void makeRoom() {
        int eighth = seconds.length >> 3;
        int wanted = size() + (size() >> 2) + LEAST_ROOM;
        if (start > 0 && start >= eighth && wanted >= seconds.length - eighth) {
            System.arraycopy(seconds, start, seconds, 0, size());
            for (Column column : columns) {
                column.move(start, 0, size());
            }
            end = size();
            start = 0;
        } else {
            resize(wanted);
        }
    }

    /** What is read or copied is so for the sake of a change, mostly of one event more. */
    private static int roomFor(int size) {
        return size == 0 ? 0 : size + (size >> 3) + 1;
    }

    /** Moves the events to the beginning of arrays of their own. */
    private void resize(int capacity) {
        int size = size();
        int[] roomier = new int[capacity];
        System.arraycopy(seconds, start, roomier, 0, size);
        seconds = roomier;
        for (Column column : columns) {
            column.resize(start, size, capacity);
        }
        start = 0;
        end = size;
    }

    /** Writes all events, each as its differences to the one before. */
    void write(DataOutputView out) throws IOException {
        writeVarint(size(), out);
        for (int i = start; i < end; i++) {
            writeSignedVarint(i == start ? seconds[i] : (long) seconds[i] - seconds[i - 1], out);
            for (Column column : columns) {
                writeSignedVarint(i == start ? column.get(i) : column.get(i) - column.get(i - 1), out);
            }
        }
    }

    static EventLog read(DataInputView in, int width) throws IOException {
        int size = (int) readVarint(in);
        EventLog log = new EventLog(width, roomFor(size));
        for (int i = 0; i < size; i++) {
            log.seconds[i] = (int) (readSignedVarint(in) + (i == 0 ? 0 : log.seconds[i - 1]));
            for (Column column : log.columns) {
                column.set(i, readSignedVarint(in) + (i == 0 ? 0 : column.get(i - 1)));
            }
        }
        log.end = size;
        return log;
    }

    /** Numbers of 64 bits, which take 32 while all of them fit. */
    private static final class Column {
        /** Null once a number did not fit. */
        private int[] narrow;
        /** Null until then. */
        private long[] wide;

        Column(int capacity) {
            narrow = new int[capacity];
        }

        /** A column that holds the arrays of {@code other} until it is resized. */
        Column(Column other) {
            narrow = other.narrow;
            wide = other.wide;
        }

        long get(int position) {
            return wide == null ? narrow[position] : wide[position];
        }

        void set(int position, long value) {
            if (wide == null && value == (int) value) {
                narrow[position] = (int) value;
                return;
            }
            if (wide == null) {
                wide = Arrays.stream(narrow).asLongStream().toArray();
                narrow = null;
            }
            wide[position] = value;
        }

        void move(int from, int to, int count) {
            Object values = wide == null ? narrow : wide;
            System.arraycopy(values, from, values, to, count);
        }

        /** Keeps {@code count} numbers from position {@code from} on, at the beginning of arrays of their own. */
        void resize(int from, int count, int capacity) {
            if (wide == null) {
                int[] values = new int[capacity];
                System.arraycopy(narrow, from, values, 0, count);
                narrow = values;
            } else {
                long[] values = new long[capacity];
                System.arraycopy(wide, from, values, 0, count);
                wide = values;
            }
        }

        long heapBytes() {
            return wide == null ? (long) Integer.BYTES * narrow.length : (long) Long.BYTES * wide.length;
        }
    }
}
