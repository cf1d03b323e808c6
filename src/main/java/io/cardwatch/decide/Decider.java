package io.cardwatch.decide;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.rules.FiredRules;
import io.cardwatch.rules.RuleSet;
import io.cardwatch.score.FraudModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes every decision: of the job, of a run over files, of an answer. What is in force may change between two
 * payments, never within one. For use by one thread.
 */
public final class Decider implements AutoCloseable {
    private final InForce inForce;
    /** What the members below are this thread's own copies of; null before the first payment. */
    private Control adopted;

    private FraudModel champion;
    private final Map<String, FraudModel> challengers = new LinkedHashMap<>();
    /** Null where there are no rules. */
    private RuleSet.Evaluator rules;

    private float[] input = {};
    private int failedRules;

    /** A decider that reads what is in force anew for each payment. */
    public Decider(InForce inForce) {
        this.inForce = inForce;
    }

    /** Decides about a payment with its vector. */
    public Decision decide(FeaturedTransaction payment) {
        Control now = inForce.control();
        if (now != adopted) {
            adopt(now);
        }
        failedRules = 0;
        copyInput(payment.features);
        Decision decision = new Decision(champion.probability(input), champion.threshold(), champion.version())
                .with(DecisionColumn.CONTROL_VERSION, now.version);
        Double anomaly = null;
        if (champion.hasAnomalyScore() && now.settings.anomalyFor.asksFor(decision.prediction() == 1)) {
            anomaly = champion.anomalyScore(input);
            decision = decision.with(DecisionColumn.ANOMALY_SCORE, anomaly);
        }
        Action action = decision.prediction() == 1 ? Action.ALERT : Action.NONE;
        if (rules != null) {
            FiredRules fired = rules.evaluate(
                    payment.transaction,
                    payment.features,
                    decision.probability,
                    anomaly == null ? Double.NaN : anomaly);
            failedRules = fired.failures();
            action = fired.action(decision.prediction());
            decision = decision.with(DecisionColumn.RULES, fired.json());
        }
        decision = decision.with(DecisionColumn.ACTION, action.lowerCaseName());
        return now.settings.reasonsFor.asksFor(action != Action.NONE)
                ? decision.with(DecisionColumn.REASONS, now.reasons.json(payment.features))
                : decision;
    }

    /** What the challengers say about the payment that was decided last. */
    public List<ShadowScore> shadowScores(FeaturedTransaction payment) {
        List<ShadowScore> scores = new ArrayList<>(challengers.size());
        challengers.forEach((slot, model) -> {
            double probability = model.probability(input);
            scores.add(new ShadowScore(
                    payment.transaction.customerId,
                    payment.transaction.transactionId,
                    payment.transaction.epochSecond,
                    slot,
                    model.version(),
                    probability,
                    probability >= model.threshold() ? 1 : 0));
        });
        return scores;
    }

    /** Rules that could not be evaluated on the payment that was decided last; they count as not fired. */
    public int failedRules() {
        return failedRules;
    }

    private void copyInput(double[] features) {
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) features[i];
        }
    }

    private void adopt(Control now) {
        close();
        adopted = now;
        champion = now.champion.forThread();
        int features = champion.featureSet().size();
        for (Map.Entry<String, FraudModel> challenger : now.challengers.entrySet()) {
            FraudModel own = challenger.getValue().forThread();
            challengers.put(challenger.getKey(), own);
            features = Math.max(features, own.featureSet().size());
        }
        rules = now.rules == null ? null : now.rules.evaluator();
        input = new float[features];
    }

    /** Frees what it holds outside of Java's heap; the next payment allocates it again. */
    @Override
    public void close() {
        if (adopted != null) {
            champion.release();
            challengers.values().forEach(FraudModel::release);
            challengers.clear();
            adopted = null;
        }
    }
}
