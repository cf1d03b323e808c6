package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readSignedVarint;
import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeSignedVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import java.io.IOException;
import java.util.function.IntPredicate;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Events sorted by second, equal seconds in arrival order, each with a fixed number of {@code long} columns.
 *
 * <p>The rows lie in one array with a moving start. The numbers of an event lie side by side, so that a key that has
 * not been used for long waits for memory once per event, not once per number. Appending and evicting cost amortised
 * constant time; inserting a late event moves all newer ones. A second takes 4 bytes (as an offset from 2050, which
 * covers 1982 to 2118). A column takes 4, or 8 once it holds a number that needs them. Serialized, both are
 * variable-length differences. Positions are row numbers, valid until the next insertion or eviction.
 */
final class EventLog {
    /** The fewest free rows after room was made. */
    private static final int LEAST_ROOM = 4;
    /** Approximate size of the headers of the object and its array. */
    private static final int OBJECT_BYTES = 64;
    /** 2050-01-01T00:00:00Z: the contract's years 2000 to 2099 fit into an int around it. */
    private static final long BASE_SECOND = 2_524_608_000L;

    private static final int[] NOTHING = {};

    private final int width;
    private int start;
    private int end;
    /** Bit c is set when column c takes two cells, the more significant first. */
    private int wide;
    /** Cells of a row: the second, then the columns. */
    private int stride;

    private int[] cells = NOTHING;

    EventLog(int width) {
        this.width = width;
        this.stride = 1 + width;
    }

    private EventLog(EventLog other) {
        width = other.width;
        start = other.start;
        end = other.end;
        wide = other.wide;
        stride = other.stride;
        cells = other.cells;
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

    /** Bytes of heap, by the capacity of its array. */
    long heapBytes() {
        return OBJECT_BYTES + (long) Integer.BYTES * cells.length;
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
        return BASE_SECOND + offset(position);
    }

    long get(int column, int position) {
        int cell = cell(column, position);
        return isWide(column)
                ? ((long) cells[cell] << Integer.SIZE) | Integer.toUnsignedLong(cells[cell + 1])
                : cells[cell];
    }

    void set(int column, int position, long value) {
        if (!isWide(column)) {
            if (value == (int) value) {
                cells[cell(column, position)] = (int) value;
                return;
            }
            widen(column);
        }
        int cell = cell(column, position);
        cells[cell] = (int) (value >> Integer.SIZE);
        cells[cell + 1] = (int) value;
    }

    private int offset(int position) {
        return cells[position * stride];
    }

    private boolean isWide(int column) {
        return ((wide >> column) & 1) != 0;
    }

    private int cell(int column, int position) {
        return position * stride + 1 + column + Integer.bitCount(wide & ((1 << column) - 1));
    }

    private int capacity() {
        return cells.length / stride;
    }

    /** Gives a column's numbers 64 bits. */
    private void widen(int column) {
        int capacity = capacity();
        int before = cell(column, 0);
        int behind = stride - before - 1;
        int[] wider = new int[capacity * (stride + 1)];
        for (int row = 0; row < capacity; row++) {
            int from = row * stride;
            int to = row * (stride + 1);
            System.arraycopy(cells, from, wider, to, before);
            wider[to + before] = cells[from + before] >> (Integer.SIZE - 1);
            System.arraycopy(cells, from + before, wider, to + before + 1, 1 + behind);
        }
        wide |= 1 << column;
        stride++;
        cells = wider;
    }

    /**
     * Inserts an event behind all at its second or before. Its columns hold arbitrary values until they are set.
     *
     * @return its position
     */
    int insert(long epochSecond) {
        if (end * stride == cells.length) {
            makeRoom();
        }
        int second = Math.toIntExact(epochSecond - BASE_SECOND);
        int position = start == end || offset(end - 1) <= second ? end : positionAfter(epochSecond, end);
        if (position < end) {
            move(position, position + 1, end - position);
        }
        cells[position * stride] = second;
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
        move(position + 1, position, end - position);
    }

    /** Removes the events before position {@code behind} that {@code kept} does not accept; the order stays. */
    void retain(int behind, IntPredicate kept) {
        int to = start;
        for (int i = start; i < end; i++) {
            if (i >= behind || kept.test(i)) {
                move(i, to, 1);
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
        if (probe < end && offset(probe) <= wanted) {
            low = probe + 1;
            for (int step = 1; low < high; step <<= 1) {
                int next = Math.min(probe + step, end - 1);
                if (offset(next) > wanted) {
                    high = next;
                    break;
                }
                low = next + 1;
            }
        } else {
            high = probe;
            for (int step = 1; low < high; step <<= 1) {
                int next = Math.max(probe - step, start);
                if (offset(next) <= wanted) {
                    low = next + 1;
                    break;
                }
                high = next;
            }
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) <= wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The first epoch second after {@code epochSecond} at which an event happens or leaves a window of one of these
     * lengths; {@link Long#MAX_VALUE} if there is none.
     */
    long changesAfter(long epochSecond, int... windows) {
        int next = positionAfter(epochSecond, end);
        long first = next < end ? second(next) : Long.MAX_VALUE;
        for (int window : windows) {
            int leaving = positionAfter(epochSecond - window, start);
            first = leaving < end ? Math.min(first, second(leaving) + window) : first;
        }
        return first;
    }

    private void move(int from, int to, int count) {
        System.arraycopy(cells, from * stride, cells, to * stride, count * stride);
    }

    /**
     * Moves the events to the beginning of the array if that makes room for an eighth more and leaves not much more
     * than a quarter free. So a window of constant size allocates nothing, and its array is at most about 1.5 times as
     * long as its events need.
     */
    private void makeRoom() {
        int capacity = capacity();
        int eighth = capacity >> 3;
        int wanted = size() + (size() >> 2) + LEAST_ROOM;
        if (start > 0 && start >= eighth && wanted >= capacity - eighth) {
            move(start, 0, size());
            end = size();
            start = 0;
        } else {
            resize(wanted);
        }
    }

    /** Capacity for a log that is read or copied: usually, an event is then added. */
    private static int roomFor(int size) {
        return size == 0 ? 0 : size + (size >> 3) + 1;
    }

    /** Copies the events to the beginning of a new array. */
    private void resize(int capacity) {
        int size = size();
        int[] roomier = capacity == 0 ? NOTHING : new int[capacity * stride];
        System.arraycopy(cells, start * stride, roomier, 0, size * stride);
        cells = roomier;
        start = 0;
        end = size;
    }

    /** Writes all events, each as its differences from the one before. */
    void write(DataOutputView out) throws IOException {
        writeVarint(size(), out);
        for (int i = start; i < end; i++) {
            writeSignedVarint(i == start ? offset(i) : (long) offset(i) - offset(i - 1), out);
            for (int column = 0; column < width; column++) {
                writeSignedVarint(i == start ? get(column, i) : get(column, i) - get(column, i - 1), out);
            }
        }
    }

    static EventLog read(DataInputView in, int width) throws IOException {
        int size = (int) readVarint(in);
        boolean allAtHand = in instanceof DataInputDeserializer;
        if (size < 0 || (allAtHand && size > ((DataInputDeserializer) in).available() / (1 + width))) {
            throw new IOException("a log of " + size + " events is longer than its bytes");
        }
        EventLog log = new EventLog(width);
        log.resize(roomFor(size));
        for (int i = 0; i < size; i++) {
            log.cells[i * log.stride] = (int) (readSignedVarint(in) + (i == 0 ? 0 : log.offset(i - 1)));
            if (i > 0 && log.offset(i) < log.offset(i - 1)) {
                throw new IOException("events are not in the order of their time");
            }
            for (int column = 0; column < width; column++) {
                log.set(column, i, readSignedVarint(in) + (i == 0 ? 0 : log.get(column, i - 1)));
            }
        }
        log.end = size;
        return log;
    }
}
