package io.cardwatch.training.scorecard;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** How far the values of a feature, or of the score, have moved from those of the training rows. */
@JsonPropertyOrder({"name", "psi", "verdict", "psiByChance", "missingInTraining", "missing"})
public final class Drift {
    static final double MOVED = 0.1;
    static final double DRIFTED = 0.25;

    /** The feature, or "score". */
    @JsonProperty
    public final String name;

    /** Population stability index. */
    @JsonProperty
    public final double psi;

    /** About what it would be if nothing had changed, since the payments are a sample. */
    @JsonProperty
    public final double psiByChance;

    /** Share of the training rows without a value. */
    @JsonProperty
    public final double missingInTraining;

    /** Share of the payments without one. */
    @JsonProperty
    public final double missing;

    Drift(String name, double psi, double psiByChance, double missingInTraining, double missing) {
        this.name = name;
        this.psi = psi;
        this.psiByChance = psiByChance;
        this.missingInTraining = missingInTraining;
        this.missing = missing;
    }

    /** stable below a PSI of 0.1, drifted above 0.25, moved between them. */
    @JsonProperty
    public String verdict() {
        return psi < MOVED ? "stable" : psi > DRIFTED ? "drifted" : "moved";
    }
}
