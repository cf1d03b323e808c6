package io.cardwatch.training.history;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Labelled feature vectors with their times and cards, in 4 bytes per feature and 21 more per row. A row's other values
 * serve to select rows and to report, never to learn from.
 */
public final class TrainingData {
    /** The scenario where the source knows none. */
    public static final int NO_SCENARIO = -1;

    private static final int INITIAL_ROWS = 1024;

    private final FeatureSet set;
    private float[] features;
    private float[] labels = new float[INITIAL_ROWS];
    private long[] epochSeconds = new long[INITIAL_ROWS];
    private long[] customerIds = new long[INITIAL_ROWS];
    private byte[] scenarios = new byte[INITIAL_ROWS];
    private int rows;
    private int frauds;

    /** No rows yet. */
    public TrainingData(FeatureSet set) {
        this.set = set;
        this.features = new float[INITIAL_ROWS * set.size()];
    }

    /**
     * Adds a row.
     *
     * @param epochSecond TX_DATETIME, UTC
     * @param values by {@link io.cardwatch.domain.Feature#index()}, of this set or a larger one; rounded to floats as
     *     scoring does
     * @param scenario TX_FRAUD_SCENARIO, 0 to 127, or {@link #NO_SCENARIO}
     */
    public void add(long epochSecond, long customerId, double[] values, boolean fraud, int scenario) {
        int row = newRow(epochSecond, customerId, fraud, scenario);
        for (int i = 0; i < set.size(); i++) {
            features[row * set.size() + i] = (float) values[i];
        }
    }

    private int newRow(long epochSecond, long customerId, boolean fraud, int scenario) {
        if (rows == labels.length) {
            int capacity = rows + rows / 2;
            features = Arrays.copyOf(features, capacity * set.size());
            labels = Arrays.copyOf(labels, capacity);
            epochSeconds = Arrays.copyOf(epochSeconds, capacity);
            customerIds = Arrays.copyOf(customerIds, capacity);
            scenarios = Arrays.copyOf(scenarios, capacity);
        }
        labels[rows] = fraud ? 1 : 0;
        epochSeconds[rows] = epochSecond;
        customerIds[rows] = customerId;
        scenarios[rows] = (byte) scenario;
        frauds += fraud ? 1 : 0;
        return rows++;
    }

    /** The features of its vectors. */
    public FeatureSet set() {
        return set;
    }

    public int rows() {
        return rows;
    }

    public int frauds() {
        return frauds;
    }

    /** The vectors of all rows, one after the other. */
    public float[] features() {
        return Arrays.copyOf(features, rows * set.size());
    }

    /** 1 for fraud, else 0, by row. */
    public float[] labels() {
        return Arrays.copyOf(labels, rows);
    }

    public float[] vector(int row) {
        return Arrays.copyOfRange(features, row * set.size(), (row + 1) * set.size());
    }

    /** One value of a row, by {@link io.cardwatch.domain.Feature#index()}. */
    public float value(int row, int feature) {
        return features[row * set.size() + feature];
    }

    public boolean fraud(int row) {
        return labels[row] == 1;
    }

    /** TX_DATETIME, UTC. */
    public long epochSecond(int row) {
        return epochSeconds[row];
    }

    public long customerId(int row) {
        return customerIds[row];
    }

    /** TX_FRAUD_SCENARIO, or {@link #NO_SCENARIO}. */
    public int scenario(int row) {
        return scenarios[row];
    }

    /** TX_DATETIME of the earliest row, UTC; there must be one. */
    public long firstSecond() {
        return Arrays.stream(epochSeconds, 0, rows).min().orElseThrow();
    }

    /** TX_DATETIME of the latest row, UTC; there must be one. */
    public long lastSecond() {
        return Arrays.stream(epochSeconds, 0, rows).max().orElseThrow();
    }

    /** The rows whose number satisfies {@code which}, in their order. */
    public TrainingData where(IntPredicate which) {
        return where(which, this::fraud);
    }

    /** The rows whose number satisfies {@code which}, in their order, with {@code fraud} as each one's label. */
    public TrainingData where(IntPredicate which, IntPredicate fraud) {
        return copy(set, which, fraud);
    }

    /** The same rows with the vectors of a smaller set. */
    public TrainingData narrowedTo(FeatureSet smaller) {
        return copy(smaller, row -> true, this::fraud);
    }

    private TrainingData copy(FeatureSet to, IntPredicate which, IntPredicate fraud) {
        TrainingData part = new TrainingData(to);
        for (int row = 0; row < rows; row++) {
            if (which.test(row)) {
                int copy = part.newRow(epochSeconds[row], customerIds[row], fraud.test(row), scenarios[row]);
                System.arraycopy(features, row * set.size(), part.features, copy * to.size(), to.size());
            }
        }
        return part;
    }

    /** The rows after {@code afterSecond} up to and including {@code lastSecond}, in their order. */
    public TrainingData during(long afterSecond, long lastSecond) {
        return where(row -> epochSeconds[row] > afterSecond && epochSeconds[row] <= lastSecond);
    }

    /**
     * The rows that are at least {@code age} older than the last one, in their order. Frauds become known before the
     * absence of fraud, so where no verdict means genuine, both classes must end here.
     */
    TrainingData untilBeforeEnd(Duration age) {
        return during(Long.MIN_VALUE, lastSecond() - age.toSeconds());
    }

    /** Refuses rows without both classes: they cannot be learned from or measured on. */
    public TrainingData requireBothClasses(String what) {
        if (rows == 0 || frauds == 0 || frauds == rows) {
            throw new BadInputException(
                    what + " has " + rows + " labelled rows, " + frauds + " of them frauds: both kinds are needed",
                    frauds == rows && rows > 0
                            ? "Give genuine payments their verdict 0, or count those without one as genuine: --genuine-after 7d."
                            : "Give a history with both, a longer one, or change --hold-out-days, --validation-days and"
                                    + " --gap-days.");
        }
        return this;
    }

    /** Rows, frauds and period. */
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("rows", rows);
        description.put("frauds", frauds);
        description.put("from", Instant.ofEpochSecond(firstSecond()).toString());
        description.put("to", Instant.ofEpochSecond(lastSecond()).toString());
        return description;
    }

    /** The hash over times, vectors and labels in order, independent of where the rows were read from. */
    public String sha256() {
        Sha256 hash = new Sha256();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + (set.size() + 1) * Float.BYTES);
        for (int row = 0; row < rows; row++) {
            bytes.clear();
            bytes.putLong(epochSeconds[row]).putFloat(labels[row]);
            for (int i = 0; i < set.size(); i++) {
                bytes.putFloat(value(row, i));
            }
            hash.add(bytes.array());
        }
        return hash.hex();
    }
}
