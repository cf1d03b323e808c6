package io.cardwatch.datagen;

import io.cardwatch.domain.BadInputException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** Everything a simulation depends on: two equal profiles give the same customers, payments and labels, byte for byte. */
public final class Profile {
    private static final int CUSTOMERS = 5_000;
    private static final int TERMINALS = 10_000;
    private static final int DAYS = 183;
    private static final double RADIUS = 5;
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2099, 12, 31);

    public final long seed;
    public final int customers;
    public final int terminals;
    public final LocalDate firstDay;
    public final int days;
    /** A customer uses the terminals within this distance, on a square of 100 by 100. */
    public final double radius;

    public final LabelDelay labelDelay;
    /** Whether the payments are those of the handbook's program; with world 0 they are the published ones. */
    public final boolean handbook;
    /** Share of the genuine payments that also get a verdict: 0 (frauds only) to 1. */
    public final double genuineLabelShare;

    private Profile(Builder builder) {
        seed = builder.seed;
        customers = builder.customers;
        terminals = builder.terminals;
        firstDay = builder.firstDay;
        days = builder.days;
        radius = builder.radius;
        labelDelay = builder.labelDelay;
        genuineLabelShare = builder.genuineLabelShare;
        handbook = builder.handbook;
        require(customers > 0, "customers", customers);
        require(terminals > 0, "terminals", terminals);
        require(days > 0, "days", days);
        require(radius > 0, "radius", radius);
        require(
                genuineLabelShare >= 0 && genuineLabelShare <= 1,
                "share of labelled genuine payments",
                genuineLabelShare);
        if (firstDay.isBefore(EARLIEST) || lastDay().isAfter(LATEST)) {
            throw new BadInputException(
                    "The simulated days " + firstDay + " to " + lastDay() + " are not between " + EARLIEST + " and "
                            + LATEST + ".",
                    "Choose another first day or fewer days.");
        }
        if (handbook) {
            mustBeTheHandbooks();
        }
    }

    private void mustBeTheHandbooks() {
        if (customers != CUSTOMERS || terminals != TERMINALS || radius != RADIUS || days > DAYS) {
            throw new BadInputException(
                    String.format(
                            Locale.ROOT,
                            "The profile handbook is a world of %d customers, %d terminals, radius %.0f and up to %d days,"
                                    + " not of %d, %d, %s and %d.",
                            CUSTOMERS,
                            TERMINALS,
                            RADIUS,
                            DAYS,
                            customers,
                            terminals,
                            radius,
                            days),
                    "Omit these options, or choose the profile cardwatch, which takes any.");
        }
        if (seed < 0 || seed > HandbookDraws.LAST_WORLD) {
            throw new BadInputException(
                    "The profile handbook has no seed " + seed + ".",
                    "Choose one from 0, the published data, to " + HandbookDraws.LAST_WORLD + ".");
        }
    }

    private static void require(boolean holds, String what, Number value) {
        if (!holds) {
            throw new BadInputException(
                    "A simulation cannot have " + value + " as its " + what + ".",
                    "Counts and radius are positive, a share lies between 0 and 1.");
        }
    }

    /** The published data set's parameters: 5 000 customers, 10 000 terminals, 183 days from 2018-04-01, radius 5. */
    public static Builder reference() {
        return new Builder(false);
    }

    /**
     * The published data set itself, row for row. Another seed than 0 gives what the handbook's program would draw from
     * other seeds. Customers, terminals and radius are fixed. Fewer days are the first ones of the table; another first
     * day moves all of it.
     */
    public static Builder handbook() {
        return new Builder(true);
    }

    /** The random stream for a part of the world; labels and contacts are not part of it. */
    Draws draws(Draws.Purpose purpose, int id) {
        return handbook ? HandbookDraws.of(seed, purpose, id) : XoshiroDraws.of(seed, purpose, id);
    }

    /** The number of days that are drawn; the first {@link #days} of them are used. */
    int drawnDays() {
        return handbook ? DAYS : days;
    }

    /** Whether terminals and cards are compromised on that day; the handbook's program skips its last day. */
    boolean strikesOn(int day) {
        return !handbook || day < DAYS - 1;
    }

    public LocalDate lastDay() {
        return firstDay.plusDays(days - 1L);
    }

    /** The first second of the first day, UTC epoch seconds. */
    public long startEpochSecond() {
        return firstDay.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    }

    /** The first second after the last day, UTC epoch seconds. */
    public long endEpochSecond() {
        return lastDay().plusDays(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
    }

    /** Builds a profile. It begins with the reference parameters and labels of frauds after seven days. */
    public static final class Builder {
        private final boolean handbook;
        private long seed;
        private int customers = CUSTOMERS;
        private int terminals = TERMINALS;
        private LocalDate firstDay = LocalDate.of(2018, 4, 1);
        private int days = DAYS;
        private double radius = RADIUS;
        private LabelDelay labelDelay = LabelDelay.fixed(Duration.ofDays(7));
        private double genuineLabelShare;

        private Builder(boolean handbook) {
            this.handbook = handbook;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder customers(int value) {
            customers = value;
            return this;
        }

        public Builder terminals(int value) {
            terminals = value;
            return this;
        }

        public Builder firstDay(LocalDate value) {
            firstDay = value;
            return this;
        }

        /** Sets the number of days and the first day so that {@code lastDay} is the last one. */
        public Builder daysEndingOn(int days, LocalDate lastDay) {
            this.days = days;
            firstDay = lastDay.minusDays(days - 1L);
            return this;
        }

        public Builder days(int value) {
            days = value;
            return this;
        }

        public Builder radius(double value) {
            radius = value;
            return this;
        }

        public Builder labelDelay(LabelDelay value) {
            labelDelay = value;
            return this;
        }

        public Builder genuineLabelShare(double value) {
            genuineLabelShare = value;
            return this;
        }

        /**
         * The profile.
         *
         * @throws BadInputException if a simulation cannot have these parameters
         */
        public Profile build() {
            return new Profile(this);
        }
    }
}
