package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

/** Feature vectors, some with missing values (NaN), and the anomaly scores that the training library gave for them. */
public final class GoldenScores {
    @JsonProperty
    public final float[][] vectors;

    @JsonProperty
    public final double[] scores;

    @JsonCreator
    public GoldenScores(
            @JsonProperty(value = "vectors", required = true) float[][] vectors,
            @JsonProperty(value = "scores", required = true) double[] scores) {
        this.vectors = vectors;
        this.scores = scores;
    }
}
