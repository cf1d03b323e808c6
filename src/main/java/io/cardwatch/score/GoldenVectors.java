package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Feature vectors, some with missing values (NaN), and the probabilities that the training library gave for them. A
 * model must reproduce these wherever it is loaded.
 */
public final class GoldenVectors {
    @JsonProperty
    public final float[][] vectors;

    @JsonProperty
    public final float[] probabilities;

    @JsonCreator
    public GoldenVectors(
            @JsonProperty(value = "vectors", required = true) float[][] vectors,
            @JsonProperty(value = "probabilities", required = true) float[] probabilities) {
        this.vectors = vectors;
        this.probabilities = probabilities;
    }
}
