package io.cardwatch.cli;

import io.cardwatch.training.TrainingProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows how far training is and how long the step under way will last at most. */
final class TrainingLine implements TrainingProgress {
    private final ProgressLine line;
    private double shareBefore = 1;
    private double firstShare;
    private long firstNanos;

    TrainingLine(PrintWriter out) {
        line = new ProgressLine(out);
    }

    @Override
    public void at(String step, double share) {
        // The first bit of a step takes longer, since XGBoost sorts the rows into bins then: time is taken from its
        // end.
        if (share < shareBefore || firstShare == 0) {
            firstShare = share;
            firstNanos = System.nanoTime();
        }
        shareBefore = share;
        line.show(() -> {
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

    void end() {
        line.end();
    }

    private static String text(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
}
