package io.cardwatch.training.scorecard;

import io.cardwatch.score.TrainingProfile;
import io.cardwatch.score.TrainingProfile.Distribution;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts payments of one model into the bins of its training rows.
 *
 * <p>The population stability index of a feature is Σ (q − p) ln(q ÷ p) over the bins, with p a bin's share of the training
 * rows and q that of the payments; missing values are a bin of their own. A share below {@link #LEAST_SHARE} counts as that
 * much, so that an empty bin has a logarithm. Below 0.1 little has changed, above 0.25 much has: Siddiqi, "Credit Risk
 * Scorecards" (2006), chapter 9.
 */
final class DriftCount {
    static final double LEAST_SHARE = 1e-4;

    private final List<Distribution> distributions = new ArrayList<>();
    private final long[][] counts;
    private final int trainingRows;
    private int payments;

    DriftCount(TrainingProfile profile) {
        distributions.addAll(profile.features);
        distributions.add(profile.score);
        trainingRows = profile.rows;
        counts = new long[distributions.size()][];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new long[distributions.get(i).bins()];
        }
    }

    /** Number of features that a payment must have. */
    int features() {
        return counts.length - 1;
    }

    /**
     * Counts a payment.
     *
     * @param features by {@link io.cardwatch.domain.Feature#index()}, NaN where missing; more are ignored
     */
    void add(float[] features, float probability) {
        for (int i = 0; i < features(); i++) {
            counts[i][distributions.get(i).bin(features[i])]++;
        }
        counts[features()][distributions.get(features()).bin(probability)]++;
        payments++;
    }

    int payments() {
        return payments;
    }

    /** The drift of each feature in vector order, the score's last; there must be a payment. */
    List<Drift> drifts() {
        List<Drift> drifts = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            Distribution training = distributions.get(i);
            double psi = 0;
            for (int bin = 0; bin < training.bins(); bin++) {
                double then = Math.max(LEAST_SHARE, training.share(bin));
                double now = Math.max(LEAST_SHARE, (double) counts[i][bin] / payments);
                psi += (now - then) * Math.log(now / then);
            }
            double byChance = (training.bins() - 2) * (1.0 / payments + 1.0 / trainingRows);
            double missing = (double) counts[i][training.bins() - 1] / payments;
            drifts.add(new Drift(training.name, psi, byChance, training.missing, missing));
        }
        return drifts;
    }
}
