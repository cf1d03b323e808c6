package io.cardwatch.training.benchmark;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.List;

/** The figures of one row; means where there are several folds. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "row",
    "auc",
    "ap",
    "cp100",
    "unlabelledAtTop",
    "ece",
    "brier",
    "threshold",
    "precision",
    "recall",
    "f1",
    "balancedF1"
})
public final class BenchmarkResult {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @JsonProperty
    public final String row;

    /** Area under the ROC curve. */
    @JsonProperty
    public final double auc;

    /** Average precision. */
    @JsonProperty
    public final double ap;

    /** Card precision at 100. */
    @JsonProperty
    public final double cp100;

    /** Of the frauds whose labels were kept from learning, the share in the top 1 % of the scores; null if none were. */
    @JsonProperty
    public final Double unlabelledAtTop;

    /** Expected calibration error; null for scores that are no probabilities. */
    @JsonProperty
    public final Double ece;

    /** Mean of (probability − label)²; null for scores that are no probabilities. */
    @JsonProperty
    public final Double brier;

    /** The decision at the threshold that the train command chose; null if it chose none. */
    @JsonProperty
    public final Double threshold;

    @JsonProperty
    public final Double precision;

    @JsonProperty
    public final Double recall;

    @JsonProperty
    public final Double f1;

    /** {@link io.cardwatch.training.evaluation.ConfusionMatrix#balancedF1()} at the probability that is a half in a balanced world. */
    @JsonProperty
    public final Double balancedF1;

    /** The results as an array of objects. */
    public static String json(List<BenchmarkResult> results) {
        try {
            return JSON.writeValueAsString(results) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    BenchmarkResult(
            String row,
            double auc,
            double ap,
            double cp100,
            Double unlabelledAtTop,
            Double ece,
            Double brier,
            Double threshold,
            Double precision,
            Double recall,
            Double f1,
            Double balancedF1) {
        this.row = row;
        this.auc = auc;
        this.ap = ap;
        this.cp100 = cp100;
        this.unlabelledAtTop = unlabelledAtTop;
        this.ece = ece;
        this.brier = brier;
        this.threshold = threshold;
        this.precision = precision;
        this.recall = recall;
        this.f1 = f1;
        this.balancedF1 = balancedF1;
    }
}
