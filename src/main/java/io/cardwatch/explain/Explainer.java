package io.cardwatch.explain;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlTables;
import io.cardwatch.control.PastControl;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ForRows;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.StoredPrediction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes decisions of stored rows again. */
public final class Explainer {
    private final Settings settings;
    private final DecisionSettings now;
    private final PastControl past;
    private final Optional<String> modelDirectory;

    /**
     * Reads the control tables, where there are any.
     *
     * @param modelDirectory where to look for the model first, beside {@code model.path}, the shipped models and those of the tables
     */
    public Explainer(Settings settings, Optional<String> modelDirectory) {
        this.settings = settings;
        this.now = DecisionSettings.of(settings);
        this.past = PastControl.of(settings);
        this.modelDirectory = modelDirectory;
    }

    /** Makes the decision of a row again. */
    public Explanation explain(StoredPrediction row) {
        String version = row.text("model_version");
        ModelSearch search = new ModelSearch(version, modelDirectory, settings, past);
        if (search.model.isEmpty()) {
            return notMade(row, search, "model gone: " + version + " is in none of the places that were searched");
        }
        FeatureSet needed = search.model.get().featureSet();
        if (needed.size() > row.featureSet().size()) {
            return notMade(
                    row,
                    search,
                    "feature set changed: the model reads the " + needed.lowerCaseName()
                            + " features, and the row has the "
                            + row.featureSet().lowerCaseName() + " ones alone");
        }
        return madeAgain(row, search);
    }

    private Explanation notMade(StoredPrediction row, ModelSearch search, String why) {
        return explanation(
                row, search, List.of(), "the decision cannot be made again", Comparison.nothingMade(row, why));
    }

    private Explanation madeAgain(StoredPrediction row, ModelSearch search) {
        FeaturedTransaction payment = row.payment();
        FraudModel model = search.model.orElseThrow().withThreshold((double) row.get("threshold"));
        Control control = past.at(
                decidedAt(row), row.text(DecisionColumn.CONTROL_VERSION.column()), settingsOf(row, model), model);
        RuleDifferences rules =
                new RuleDifferences(row, control, past, decidedAt(row), payment.transaction.epochSecond);
        Comparison comparison = new Comparison(
                row, decide(control, payment), now, model, rules, settings.text(Options.FEATURES_TERMINAL_DELAY));
        return explanation(
                row, search, control.rulesAt(payment.transaction.epochSecond), past.unread(), comparison.findings());
    }

    private Explanation explanation(
            StoredPrediction row,
            ModelSearch search,
            List<CompiledRule> rules,
            String rulesUnread,
            List<Finding> findings) {
        return new Explanation(
                row,
                settings.get(Options.FEATURES_TERMINAL_DELAY),
                search,
                thresholdFrom(row, search.model),
                rules,
                rulesUnread,
                findings);
    }

    /** What the row holds is made again even where the settings would leave it out. */
    private DecisionSettings settingsOf(StoredPrediction row, FraudModel model) {
        boolean suspicious = Integer.valueOf(1).equals(row.get(Comparison.PREDICTION));
        ForRows anomalyFor = now.anomalyFor();
        if (row.get(DecisionColumn.ANOMALY_SCORE.column()) != null && !anomalyFor.asksFor(suspicious)) {
            anomalyFor = ForRows.ALL;
        }
        Object reasons = row.get(DecisionColumn.REASONS.column());
        ForRows reasonsFor = reasons == null ? now.reasonsFor() : ForRows.ALL;
        int stored = FiredRule.array(reasons).map(array -> array.size()).orElse(0);
        return now.forRow(
                row.featureSet(),
                model.hasAnomalyScore() ? anomalyFor : ForRows.NONE,
                model.hasContributions() ? reasonsFor : ForRows.NONE,
                Math.max(stored, now.mostReasons()));
    }

    private static Decision decide(Control control, FeaturedTransaction payment) {
        try (InForce inForce = InForce.of("explain", control, ControlSource.NONE);
                Decider decider = new Decider(inForce)) {
            return decider.decide(payment);
        }
    }

    private static Optional<Instant> decidedAt(StoredPrediction row) {
        return Optional.ofNullable(row.get("scored_at")).map(millis -> Instant.ofEpochMilli((long) millis));
    }

    private String thresholdFrom(StoredPrediction row, Optional<FraudModel> model) {
        double threshold = (double) row.get("threshold");
        if (model.filter(found -> found.threshold() == threshold).isPresent()) {
            return "the model's own";
        }
        Optional<ControlTables.ActivatedModel> activated = past.models().stream()
                .filter(entry -> entry.slot.equals(ControlTables.CHAMPION)
                        && entry.threshold != null
                        && entry.threshold == threshold
                        && decidedAt(row).filter(entry.activatedAt::isBefore).isPresent())
                .findFirst();
        if (activated.isPresent()) {
            return "of fraud_models, since " + activated.get().activatedAt;
        }
        return settings.get(Options.MODEL_THRESHOLD)
                        .filter(own -> own == threshold)
                        .isPresent()
                ? "of model.threshold"
                : "of no source that is known now"
                        + model.map(found -> "; the model's own is " + found.threshold())
                                .orElse("");
    }
}
