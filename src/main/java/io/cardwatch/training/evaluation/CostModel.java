package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What alerts cost and save, in the currency units of TX_AMOUNT. An alert costs its review. On a fraud it saves a share
 * of the amount; on a genuine payment it also costs the trouble with the customer.
 *
 * <p>Read from a JSON file with exactly these keys, for example
 * {@code {"review": 4, "savedShare": 0.8, "blockedGenuine": 10}}.
 */
public final class CostModel {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Cost of looking at one alert. */
    @JsonProperty
    public final double review;

    /** Share of a fraud's amount that is saved when it is caught, 0 to 1. */
    @JsonProperty
    public final double savedShare;

    /** Cost of stopping one genuine payment. */
    @JsonProperty
    public final double blockedGenuine;

    @JsonCreator
    public CostModel(
            @JsonProperty(value = "review", required = true) double review,
            @JsonProperty(value = "savedShare", required = true) double savedShare,
            @JsonProperty(value = "blockedGenuine", required = true) double blockedGenuine) {
        this.review = review;
        this.savedShare = savedShare;
        this.blockedGenuine = blockedGenuine;
    }

    /**
     * Reads a cost file.
     *
     * @throws BadInputException if it cannot be read, a key is missing or unknown, or a value is out of its range
     */
    public static CostModel read(Path file) {
        CostModel costs;
        try {
            costs = JSON.readValue(Files.readAllBytes(file), CostModel.class);
        } catch (JsonProcessingException e) {
            throw new BadInputException(
                    file + " is not a cost file: "
                            + e.getOriginalMessage().lines().findFirst().orElse("no JSON"),
                    "Write {\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10} with your own numbers.",
                    e);
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Give a cost file.");
        }
        require(costs.review >= 0 && Double.isFinite(costs.review), file, "review", costs.review, "0 or more");
        require(
                costs.savedShare > 0 && costs.savedShare <= 1,
                file,
                "savedShare",
                costs.savedShare,
                "above 0, up to 1");
        require(
                costs.blockedGenuine >= 0 && Double.isFinite(costs.blockedGenuine),
                file,
                "blockedGenuine",
                costs.blockedGenuine,
                "0 or more");
        return costs;
    }

    private static void require(boolean valid, Path file, String key, double value, String range) {
        if (!valid) {
            throw new BadInputException(key + " is " + value + " in " + file, "Give " + range + ".");
        }
    }

    /** What an alert on this row saves; negative if it only costs. */
    public double saved(ScoredRows scored, int row) {
        return scored.rows.fraud(row) ? saved(1, 1, scored.rows.value(row, Feature.TX_AMOUNT.index())) : saved(1, 0, 0);
    }

    /**
     * What alerts save; negative if they cost more.
     *
     * @param caught those of them that are fraud
     * @param caughtAmount the amount of these, in currency units
     */
    public double saved(double alerts, double caught, double caughtAmount) {
        return savedShare * caughtAmount - review * alerts - blockedGenuine * (alerts - caught);
    }

    /** What alerts from {@code threshold} on save, compared with no alerts. */
    public double saved(ScoredRows scored, double threshold) {
        double sum = 0;
        for (int row = 0; row < scored.probabilities.length; row++) {
            if (scored.probabilities[row] >= threshold) {
                sum += saved(scored, row);
            }
        }
        return sum;
    }

    /** The most that could be saved: alerts only on the frauds that are worth one. */
    public double attainable(ScoredRows scored) {
        double sum = 0;
        for (int row = 0; row < scored.probabilities.length; row++) {
            if (scored.rows.fraud(row)) {
                sum += Math.max(0, saved(scored, row));
            }
        }
        return sum;
    }
}
