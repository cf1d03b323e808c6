package io.cardwatch.training.scorecard;

import io.cardwatch.domain.BadInputException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/** Which payments are judged: whole UTC days whose labels have had time to come. */
public final class Period {
    private static final int DEFAULT_DAYS = 30;

    /** The moment from which everything is seen. */
    public final Instant asOf;
    /** How long labels may take. */
    public final Duration labelDelay;
    /** The first day that is judged. */
    public final LocalDate from;
    /** The first day after those that are judged. */
    public final LocalDate until;

    private Period(Instant asOf, Duration labelDelay, LocalDate from, LocalDate until) {
        this.asOf = asOf;
        this.labelDelay = labelDelay;
        this.from = from;
        this.until = until;
    }

    /**
     * The days to judge.
     *
     * @param labelDelay a payment counts if it is at least so old at {@code asOf}
     * @param from the first day; without it the period ends with the last day that counts
     * @param days their number at most, 30 if neither it nor {@code from} is given
     * @throws BadInputException if no day is left, or a value is out of its range
     */
    public static Period of(Instant asOf, Duration labelDelay, Optional<LocalDate> from, Optional<Integer> days) {
        if (labelDelay.isNegative()) {
            throw new BadInputException("--label-delay is negative", "Give 0 or more, such as 7d.");
        }
        if (days.isPresent() && days.get() < 1) {
            throw new BadInputException("--days is " + days.get(), "Give 1 or more.");
        }
        LocalDate end = asOf.minus(labelDelay).atOffset(ZoneOffset.UTC).toLocalDate();
        LocalDate first = from.orElse(end.minusDays(days.orElse(DEFAULT_DAYS)));
        if (!first.isBefore(end)) {
            throw new BadInputException(
                    "the labels of " + first + " have not had " + labelDelay.toHours() + " hours by " + asOf,
                    "Give an earlier --from, a later --as-of, or a shorter --label-delay; the last day that counts is "
                            + end.minusDays(1) + ".");
        }
        LocalDate last = days.map(first::plusDays).filter(end::isAfter).orElse(end);
        return new Period(asOf, labelDelay, first, last);
    }

    /** Number of days that are judged. */
    public int days() {
        return (int) (until.toEpochDay() - from.toEpochDay());
    }

    /** Whether a payment is judged. */
    boolean judges(long epochSecond) {
        return epochSecond >= second(from) && epochSecond < second(until);
    }

    /** The first second of the payments that drift looks at, UTC: as many days as are judged. */
    public long driftFrom() {
        return driftUntil() - Duration.ofDays(days()).toSeconds();
    }

    /** The second after those, UTC: when the labels of the judged days had come. Drift itself needs none. */
    public long driftUntil() {
        long come = second(until) + labelDelay.toSeconds() + Duration.ofDays(1).toSeconds();
        return Math.min(come, asOf.getEpochSecond());
    }

    static long second(LocalDate day) {
        return day.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    }
}
