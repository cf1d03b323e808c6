package io.cardwatch.training;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.util.Random;

/**
 * Rows for the golden vectors of a model whose training rows are not available: seeded, in the ranges that payments
 * have. Flags are 0 or 1, shares 0 to 1 and mostly 0; the other values are exponential, so that some lie far out.
 */
final class PlausibleRows {
    static final long SEED = 1;

    private static final int ROWS = 64;
    /** One row in four has a value missing. */
    private static final int MISSING = 4;
    /** The mean of counts, days, ratios and amounts. */
    private static final double MEAN = 30;

    private PlausibleRows() {}

    /** Rows without a missing value. */
    static float[][] whole(FeatureSet set) {
        Random random = new Random(SEED);
        float[][] rows = new float[ROWS][set.size()];
        for (float[] row : rows) {
            for (Feature feature : set.features()) {
                row[feature.index()] = value(feature, random);
            }
        }
        return rows;
    }

    /** The same rows, some with a value missing (NaN). */
    static float[][] someMissing(FeatureSet set) {
        float[][] rows = whole(set);
        for (int i = 0; i < ROWS; i += MISSING) {
            rows[i][i / MISSING % set.size()] = Float.NaN;
        }
        return rows;
    }

    private static float value(Feature feature, Random random) {
        double uniform = random.nextDouble();
        if (feature == Feature.TX_DURING_WEEKEND || feature == Feature.TX_DURING_NIGHT) {
            return uniform < 0.5 ? 0 : 1;
        }
        if (feature.name().contains("_RISK_")) {
            return (float) Math.max(0, 2 * uniform - 1);
        }
        double exponential = -MEAN * Math.log1p(-uniform);
        return (float) (feature.isWhole() ? Math.floor(exponential) : exponential);
    }
}
