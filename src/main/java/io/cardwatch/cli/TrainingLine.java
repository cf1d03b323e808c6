package io.cardwatch.cli;

import io.cardwatch.training.TrainingProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how far training is and how long the current step will last at most. */
final class TrainingLine extends ProgressLine implements TrainingProgress {
    private double shareBefore = 1;
    private double firstShare;
    private long firstNanos;

    TrainingLine(PrintWriter out) {
        super(out);
    }

    @Override
    public void at(String step, double share) {
        // The first part of a step takes longer, because XGBoost sorts the rows into bins then: the clock starts after it.
        if (share < shareBefore || firstShare == 0) {
            firstShare = share;
            firstNanos = System.nanoTime();
        }
        shareBefore = share;
        show(() -> {
            double seconds = (System.nanoTime() - firstNanos) / 1e9;
            return share <= firstShare
                    ? step
                    : String.format(
                            Locale.ROOT,
                            "%s: %s left at most",
                            step,
                            text(seconds / (share - firstShare) * (1 - share)));
        });
    }

    private static String text(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
}
