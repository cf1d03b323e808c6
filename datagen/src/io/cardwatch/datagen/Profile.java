package io.cardwatch.datagen;

import io.cardwatch.domain.BadInputException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Everything a simulation depends on: two equal profiles give the same customers, payments and labels, byte for byte. */
public final class Profile {
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2099, 12, 31);

    public final long seed;
    public final int customers;
    public final int terminals;
    public final LocalDate firstDay;
    public final int days;
    /** A customer uses the terminals nearer than this, on a square of 100 by 100. */
    public final double radius;

    public final LabelDelay labelDelay;
    /** Share of the genuine payments that get a verdict, too: 0 (frauds only) to 1. */
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
                    "The simulated days " + firstDay + " to " + lastDay() + " are not within " + EARLIEST + " and "
                            + LATEST + ".",
                    "Choose another first day or fewer days.");
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
        return new Builder();
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

    /** A profile in the making, beginning with the reference parameters, labels of frauds after seven days. */
    public static final class Builder {
        private long seed;
        private int customers = 5_000;
        private int terminals = 10_000;
        private LocalDate firstDay = LocalDate.of(2018, 4, 1);
        private int days = 183;
        private double radius = 5;
        private LabelDelay labelDelay = LabelDelay.fixed(Duration.ofDays(7));
        private double genuineLabelShare;

        private Builder() {}

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
         * @throws BadInputException if no simulation can have these parameters
         */
        public Profile build() {
            return new Profile(this);
        }
    }
}
