package io.cardwatch.decide;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ForRows;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.score.FraudModel;
import java.io.Serializable;
import java.time.Duration;

/** What the settings say about decisions; it stays the same while a job runs. */
public final class DecisionSettings implements Serializable {
    private static final long serialVersionUID = 1L;

    final FeatureSet computed;
    final ForRows anomalyFor;
    final ForRows reasonsFor;
    final int mostReasons;
    final Duration terminalDelay;

    private DecisionSettings(
            FeatureSet computed, ForRows anomalyFor, ForRows reasonsFor, int mostReasons, Duration terminalDelay) {
        this.computed = computed;
        this.anomalyFor = anomalyFor;
        this.reasonsFor = reasonsFor;
        this.mostReasons = mostReasons;
        this.terminalDelay = terminalDelay;
    }

    public static DecisionSettings of(Settings settings) {
        return new DecisionSettings(
                settings.get(Options.FEATURES_SET),
                settings.get(Options.ANOMALY_FOR),
                settings.get(Options.REASONS_FOR),
                settings.get(Options.REASONS_MOST),
                settings.get(Options.FEATURES_TERMINAL_DELAY));
    }

    /**
     * The same for a row that was decided before, by settings that may have been others: its features and what it holds are
     * made again in any case.
     *
     * @param stored the features that the row has
     * @param anomalyFor payments that get an anomaly score
     * @param reasonsFor payments that get reasons
     * @param mostReasons reasons of a payment
     */
    public DecisionSettings forRow(FeatureSet stored, ForRows anomalyFor, ForRows reasonsFor, int mostReasons) {
        return new DecisionSettings(stored, anomalyFor, reasonsFor, mostReasons, terminalDelay);
    }

    /** The payments that get an anomaly score. */
    public ForRows anomalyFor() {
        return anomalyFor;
    }

    /** The payments that get reasons. */
    public ForRows reasonsFor() {
        return reasonsFor;
    }

    /** Reasons of a payment. */
    public int mostReasons() {
        return mostReasons;
    }

    /** The features that are computed. */
    public FeatureSet computed() {
        return computed;
    }

    /**
     * Refuses a model that cannot decide as the settings ask.
     *
     * @throws BadInputException when it reads features that are not computed, has no anomaly score although every payment
     *     is to get one, or cannot give reasons
     */
    public void require(FraudModel model) {
        requireFeatures(model);
        if (anomalyFor == ForRows.ALL && !model.hasAnomalyScore()) {
            throw new BadInputException(
                    "model " + model.version() + " has no anomaly score, but anomaly.for=all asks for one",
                    "Take a model that was trained with --anomaly, or leave anomaly.for at none.");
        }
        if (reasonsFor != ForRows.NONE && !model.hasContributions()) {
            throw new BadInputException(
                    "model " + model.version() + " is an ONNX model and gives no reasons",
                    "Set reasons.for=none, or take a model of trees.");
        }
    }

    /**
     * Refuses a model for want of features.
     *
     * @throws BadInputException when it reads some that are not computed
     */
    public void requireFeatures(FraudModel model) {
        if (model.featureSet().size() > computed.size()) {
            throw new BadInputException(
                    "model " + model.version() + " was trained on the "
                            + model.featureSet().lowerCaseName() + " features, the job computes the "
                            + computed.lowerCaseName(),
                    "Give --features.set=" + model.featureSet().lowerCaseName() + ", or a model of the "
                            + computed.lowerCaseName() + " features.");
        }
    }

    /**
     * Refuses a rule for want of an anomaly score.
     *
     * @throws BadInputException when it reads one, and not every payment gets one
     */
    public void require(CompiledRule rule) {
        if (rule.readsAnomalyScore() && anomalyFor != ForRows.ALL) {
            throw new BadInputException(
                    rule.rule() + " reads anomaly_score, which not every payment has",
                    "Set anomaly.for=all, or change the rule.");
        }
    }
}
