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

    /** Makes room for one more row; the caller then adds to {@link #outcomes}, last. */
    void add(float challenger, boolean challengerAlerts, String champion, float championScore, boolean championAlerts) {
        int row = outcomes.rows();
        if (row == challengerScores.length) {
            challengerScores = Arrays.copyOf(challengerScores, row + row / 2);
            championScores = Arrays.copyOf(championScores, row + row / 2);
        }
        challengerScores[row] = challenger;
        championScores[row] = championScore;
        this.challengerAlerts.set(row, challengerAlerts);
        this.championAlerts.set(row, championAlerts);
        champions.add(champion);
    }

    float[] challengerScores() {
        return Arrays.copyOf(challengerScores, outcomes.rows());
    }

    float[] championScores() {
        return Arrays.copyOf(championScores, outcomes.rows());
    }
}
