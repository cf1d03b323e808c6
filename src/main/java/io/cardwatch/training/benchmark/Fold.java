package io.cardwatch.training.benchmark;

import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One fold of the Fraud Detection Handbook's protocol (chapter 5): seven days to train on, a gap of seven days in which
 * labels arrive, seven days to test on. Days are UTC days, counted from the first of the data.
 *
 * <p>The test days leave out cards known to be compromised: those with a fraud in the training week, and on each test
 * day those with a fraud between then and eight days before that day.
 */
final class Fold {
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int WEEK = 7;
    /** The folds of the published results: training begins on 2018-07-25, 08-01, 08-08 and 08-15. */
    private static final int FIRST_TEST_FOLD = 115;
    /** The folds to choose settings on: training begins on 2018-06-20, 06-27, 07-04 and 07-11. */
    private static final int FIRST_VALIDATION_FOLD = 80;

    private static final int FOLDS = 4;

    private final long start;
    private final int firstDay;

    /** @param start the first second of the data's first day, UTC epoch seconds */
    Fold(long start, int firstDay) {
        this.start = start;
        this.firstDay = firstDay;
    }

    static List<Fold> test(long start) {
        return weekly(start, FIRST_TEST_FOLD);
    }

    static List<Fold> validation(long start) {
        return weekly(start, FIRST_VALIDATION_FOLD);
    }

    private static List<Fold> weekly(long start, int first) {
        List<Fold> folds = new ArrayList<>();
        for (int i = 0; i < FOLDS; i++) {
            folds.add(new Fold(start, first + i * WEEK));
        }
        return folds;
    }

    /** The seven days before the gap. */
    TrainingData trainingWeek(TrainingData rows) {
        return rows.during(second(firstDay) - 1, second(firstDay + WEEK) - 1);
    }

    /** Everything before the gap. */
    TrainingData history(TrainingData rows) {
        return rows.during(Long.MIN_VALUE, second(firstDay + WEEK) - 1);
    }

    /** The first second of the test days, when the labels to learn from must be known. */
    long gapEnd() {
        return second(firstDay + 2 * WEEK);
    }

    /** The test days without the cards known to be compromised. */
    TrainingData test(TrainingData rows) {
        Map<Long, Integer> compromised = new HashMap<>();
        for (int row = 0; row < rows.rows(); row++) {
            int day = day(rows, row);
            if (rows.fraud(row) && day >= firstDay && day < firstDay + 3 * WEEK) {
                compromised.merge(rows.customerId(row), day, Math::min);
            }
        }
        int firstTestDay = firstDay + 2 * WEEK;
        return rows.where(row -> {
            int day = day(rows, row);
            return day >= firstTestDay
                    && day < firstTestDay + WEEK
                    && compromised.getOrDefault(rows.customerId(row), Integer.MAX_VALUE) >= day - WEEK;
        });
    }

    private int day(TrainingData rows, int row) {
        return (int) ((rows.epochSecond(row) - start) / SECONDS_PER_DAY);
    }

    private long second(int day) {
        return start + (long) day * SECONDS_PER_DAY;
    }
}
