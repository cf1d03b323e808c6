package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.training.history.TrainingData;
import java.util.Locale;

/**
 * History cut by time, never at random, in whole UTC days:
 *
 * <pre>learn | gap | validation | gap | hold-out</pre>
 *
 * <p>Trees learn from the first part. The validation part gives their number, the calibration and the threshold; the
 * hold-out, which none of these saw, gives the figures. A gap is as long as labels take: on the day that a part begins,
 * the labels of the days just before it would not be known yet.
 */
final class TimeSplit {
    private static final long SECONDS_PER_DAY = 86_400;

    final TrainingData learn;
    final TrainingData validation;

    private TimeSplit(TrainingData learn, TrainingData validation) {
        this.learn = learn.requireBothClasses("the history before the validation days");
        this.validation = validation.requireBothClasses("the validation part of the history");
    }

    /** The hold-out at the end of {@code data}. */
    static TrainingData holdOut(TrainingData data, TrainingOptions options) {
        int folds = options.searches() ? HyperparameterSearch.FOLDS : 1;
        int needed = options.holdOutDays + folds * options.validationDays + 2 * options.gapDays;
        long days = endOf(data) - Math.floorDiv(data.firstSecond(), SECONDS_PER_DAY);
        if (days <= needed) {
            throw new BadInputException(
                    String.format(
                            Locale.ROOT,
                            "the history has %d days; validation, hold-out and the gaps before them need %d and more to"
                                    + " learn from",
                            days,
                            needed),
                    "Give a longer history, or fewer --validation-days, --hold-out-days or --gap-days.");
        }
        return days(data, endOf(data) - options.holdOutDays, options.holdOutDays)
                .requireBothClasses("the held-out end of the history");
    }

    /**
     * What comes before the hold-out.
     *
     * @param earlier moves everything earlier by this many lengths of the validation part; for several folds
     */
    static TimeSplit of(TrainingData data, TrainingOptions options, int earlier) {
        long validationFrom =
                endOf(data) - options.holdOutDays - options.gapDays - (1L + earlier) * options.validationDays;
        return new TimeSplit(
                data.during(Long.MIN_VALUE, (validationFrom - options.gapDays) * SECONDS_PER_DAY - 1),
                days(data, validationFrom, options.validationDays));
    }

    /** The day after the last one, counted from 1970-01-01. */
    private static long endOf(TrainingData data) {
        return Math.floorDiv(data.lastSecond(), SECONDS_PER_DAY) + 1;
    }

    private static TrainingData days(TrainingData data, long first, int count) {
        return data.during(first * SECONDS_PER_DAY - 1, (first + count) * SECONDS_PER_DAY - 1);
    }
}
