package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.cardwatch.domain.FeatureSet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How the values of each feature and of the score were distributed over a model's training rows, so that later payments
 * can be compared with them. No payment is scored by it, so the model's version does not depend on it.
 */
@JsonPropertyOrder({"rows", "features", "score"})
public final class TrainingProfile {
    /** Number of training rows that it describes. */
    @JsonProperty
    public final int rows;

    /** By {@link io.cardwatch.domain.Feature#index()}. */
    @JsonProperty
    public final List<Distribution> features;

    /** Of the probability that the finished model gives the rows that it learned from. */
    @JsonProperty
    public final Distribution score;

    @JsonCreator
    public TrainingProfile(
            @JsonProperty(value = "rows", required = true) int rows,
            @JsonProperty(value = "features", required = true) List<Distribution> features,
            @JsonProperty(value = "score", required = true) Distribution score) {
        this.rows = rows;
        this.features = features;
        this.score = score;
    }

    /**
     * The profile in a model directory, by the model's version; empty where the model has none. The model itself is not
     * loaded.
     *
     * @param directoryUri as for {@link FraudModel#load}
     * @throws io.cardwatch.domain.BadInputException if there is no such model, or its profile was changed
     */
    public static Map<String, TrainingProfile> byVersion(String directoryUri) {
        return ModelLoader.profile(directoryUri);
    }

    /** The same of the model that comes with Cardwatch for {@code set}. */
    public static Map<String, TrainingProfile> shipped(FeatureSet set) {
        return ModelLoader.shippedProfile(set);
    }

    /** Whether it describes these features. */
    boolean describes(List<String> names) {
        return names.size() == features.size()
                && IntStream.range(0, names.size())
                        .allMatch(i -> features.get(i).name.equals(names.get(i)))
                && features.stream().allMatch(Distribution::isWhole)
                && score.isWhole();
    }

    /**
     * Shares of rows by bin of the value. Bin i holds the values above edge i − 1 up to and including edge i; one more holds
     * those above the last edge.
     */
    @JsonPropertyOrder({"name", "edges", "shares", "missing"})
    public static final class Distribution {
        /** The feature, or "score". */
        @JsonProperty
        public final String name;

        /** Ascending. */
        @JsonProperty
        public final float[] edges;

        /** By bin, of all rows: one more than edges. */
        @JsonProperty
        public final double[] shares;

        /** The share of all rows without a value. */
        @JsonProperty
        public final double missing;

        @JsonCreator
        public Distribution(
                @JsonProperty(value = "name", required = true) String name,
                @JsonProperty(value = "edges", required = true) float[] edges,
                @JsonProperty(value = "shares", required = true) double[] shares,
                @JsonProperty(value = "missing", required = true) double missing) {
            this.name = name;
            this.edges = edges;
            this.shares = shares;
            this.missing = missing;
        }

        /** The number of bins, one for missing values among them. */
        public int bins() {
            return shares.length + 1;
        }

        /** The bin of a value; the last one for NaN. */
        public int bin(float value) {
            if (Float.isNaN(value)) {
                return shares.length;
            }
            int at = Arrays.binarySearch(edges, value + 0f); // 0 and −0 are one value
            return at < 0 ? -at - 1 : at;
        }

        /** The share of the training rows in a bin. */
        public double share(int bin) {
            return bin == shares.length ? missing : shares[bin];
        }

        private boolean isWhole() {
            return shares.length == edges.length + 1
                    && IntStream.range(1, edges.length).allMatch(i -> edges[i - 1] < edges[i]);
        }
    }
}
