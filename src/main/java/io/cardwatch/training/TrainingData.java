package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.Sha256;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;

/** Labelled feature vectors with their times, compact: 72 bytes a row. */
public final class TrainingData {
    /** Features of a row. */
    public static final int WIDTH = Feature.NAMES.size();

    private static final int INITIAL_ROWS = 1024;

    private float[] features = new float[INITIAL_ROWS * WIDTH];
    private float[] labels = new float[INITIAL_ROWS];
    private long[] epochSeconds = new long[INITIAL_ROWS];
    private int rows;
    private int frauds;

    /**
     * Adds a row.
     *
     * @param epochSecond TX_DATETIME, UTC
     * @param values by {@link Feature#ordinal()}; rounded to floats as scoring does
     */
    public void add(long epochSecond, double[] values, boolean fraud) {
        if (rows == labels.length) {
            int capacity = rows + rows / 2;
            features = Arrays.copyOf(features, capacity * WIDTH);
            labels = Arrays.copyOf(labels, capacity);
            epochSeconds = Arrays.copyOf(epochSeconds, capacity);
        }
        for (int i = 0; i < WIDTH; i++) {
            features[rows * WIDTH + i] = (float) values[i];
        }
        labels[rows] = fraud ? 1 : 0;
        epochSeconds[rows] = epochSecond;
        rows++;
        frauds += fraud ? 1 : 0;
    }

    public int rows() {
        return rows;
    }

    public int frauds() {
        return frauds;
    }

    /** The vectors of all rows, one after the other. */
    float[] features() {
        return Arrays.copyOf(features, rows * WIDTH);
    }

    /** 1 for fraud, else 0, by row. */
    float[] labels() {
        return Arrays.copyOf(labels, rows);
    }

    float[] vector(int row) {
        return Arrays.copyOfRange(features, row * WIDTH, (row + 1) * WIDTH);
    }

    boolean fraud(int row) {
        return labels[row] == 1;
    }

    long firstSecond() {
        return Arrays.stream(epochSeconds, 0, rows).min().orElseThrow();
    }

    long lastSecond() {
        return Arrays.stream(epochSeconds, 0, rows).max().orElseThrow();
    }

    /** The rows whose time satisfies {@code when}, in their order. */
    TrainingData during(LongPredicate when) {
        TrainingData part = new TrainingData();
        double[] values = new double[WIDTH];
        for (int row = 0; row < rows; row++) {
            if (when.test(epochSeconds[row])) {
                for (int i = 0; i < WIDTH; i++) {
                    values[i] = features[row * WIDTH + i];
                }
                part.add(epochSeconds[row], values, fraud(row));
            }
        }
        return part;
    }

    /** Refuses rows that nothing can be learned from, or measured on. */
    TrainingData requireBothClasses(String what) {
        if (rows == 0 || frauds == 0 || frauds == rows) {
            throw new BadInputException(
                    what + " has " + rows + " labelled rows, " + frauds + " of them frauds: both kinds are needed",
                    "Give a longer history, or change --hold-out-days and --gap-days.");
        }
        return this;
    }

    /** Rows, frauds and period. */
    Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("rows", rows);
        description.put("frauds", frauds);
        description.put("from", Instant.ofEpochSecond(firstSecond()).toString());
        description.put("to", Instant.ofEpochSecond(lastSecond()).toString());
        return description;
    }

    /** Over times, vectors and labels, in their order: the same wherever the rows were read from. */
    String sha256() {
        Sha256 hash = new Sha256();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + (WIDTH + 1) * Float.BYTES);
        for (int row = 0; row < rows; row++) {
            bytes.clear();
            bytes.putLong(epochSeconds[row]).putFloat(labels[row]);
            for (int i = 0; i < WIDTH; i++) {
                bytes.putFloat(features[row * WIDTH + i]);
            }
            hash.add(bytes.array());
        }
        return hash.hex();
    }
}
