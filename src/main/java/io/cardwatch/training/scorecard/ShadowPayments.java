package io.cardwatch.training.scorecard;

import io.cardwatch.training.evaluation.Outcomes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeSet;

/** The judged payments that one challenger scored, with both models' answers. */
final class ShadowPayments {
    final String slot;
    final String modelVersion;
    final Outcomes outcomes = new Outcomes();
    final BitSet challengerAlerts = new BitSet();
    final BitSet championAlerts = new BitSet();
    /** The versions that decided. */
    final TreeSet<String> champions = new TreeSet<>();

    private float[] challengerScores = new float[1024];
    private float[] championScores = new float[1024];

    ShadowPayments(String slot, String modelVersion) {
        this.slot = slot;
        this.modelVersion = modelVersion;
    }

    /**
     * Adds what the challenger says about a payment.
     *
     * @param scored the payment's row in {@code payments}
     */
    void add(ScoredPayments payments, int scored, float probability, boolean alert) {
        int row = outcomes.rows();
        if (row == challengerScores.length) {
            challengerScores = Arrays.copyOf(challengerScores, row + row / 2);
            championScores = Arrays.copyOf(championScores, row + row / 2);
        }
        challengerScores[row] = probability;
        championScores[row] = payments.probability(scored);
        challengerAlerts.set(row, alert);
        championAlerts.set(row, payments.alerts.get(scored));
        champions.add(payments.modelVersion(scored));
        Outcomes judged = payments.outcomes;
        outcomes.add(
                judged.customerId(scored),
                judged.epochSecond(scored),
                judged.amountCents(scored),
                judged.fraud(scored));
    }

    float[] challengerScores() {
        return Arrays.copyOf(challengerScores, outcomes.rows());
    }

    float[] championScores() {
        return Arrays.copyOf(championScores, outcomes.rows());
    }
}
