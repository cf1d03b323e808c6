package io.cardwatch.alerts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Chooses the alerts that people look at: each card at most once a UTC day, and about as many cards a day as they can work, those
 * with the highest scores. Days are those of the payments' own times.
 *
 * <p>It never looks ahead. At any moment it asks what score would have let as many cards through in the rest of the past days
 * as are wanted in the rest of this one, and sends what scores at least that. What a day has sent too few or too many is made
 * up for, partly in its rest, and on the next days by a tenth at most. No day sends more than 1.15 times the number.
 *
 * <p>On its first day there is no past: it lets the cards through as they come, evenly over the day. For use by one thread.
 */
final class AlertBudget {
    /** Days that the threshold is learned from. */
    private static final int PAST_DAYS = 14;
    /** Late payments, and those with a wrong time, open days beside the present one. */
    private static final int OTHER_DAYS = 4;
    /** Share of the number by which one day makes up for those before. */
    private static final double MAKE_UP = 0.1;
    /** How much of what a day has sent too few or too many so far its rest makes up for. More costs precision. */
    private static final double STEERING = 0.3;

    private static final double MOST_OF_A_DAY = 1.15;

    private static final long SECONDS_PER_DAY = 86_400;
    /** The threshold is asked for anew after so many seconds of a day, and whenever a card was sent. */
    private static final int FRESH_SECONDS = 300;
    /** Of each day this many times the wanted cards are remembered, the highest. */
    private static final int REMEMBERED = 4;

    /** Of {@link #write}. */
    static final int LAYOUT = 1;

    private final int cardsPerDay;
    /** No day sends more. */
    private final int most;

    private final NavigableMap<Long, Day> days = new TreeMap<>();
    /** Payments so far: the day that was not asked for longest is forgotten. */
    private long asked;

    /** @param cardsPerDay at least 1 */
    AlertBudget(int cardsPerDay) {
        this.cardsPerDay = cardsPerDay;
        this.most = (int) (MOST_OF_A_DAY * cardsPerDay);
    }

    /**
     * Whether people are to look at an alert.
     *
     * @param customerId the card
     * @param epochSecond the payment's time, UTC
     * @param score the higher, the likelier a fraud
     */
    boolean sends(long customerId, long epochSecond, double score) {
        Day day = day(epochSecond);
        int second = (int) Math.floorMod(epochSecond, SECONDS_PER_DAY);
        day.remember(customerId, second, score, REMEMBERED * cardsPerDay);
        if (day.cards.contains(customerId) || day.sent >= most || score < day.threshold(second)) {
            return false;
        }
        day.cards.add(customerId);
        day.sent++;
        day.freshUntil = -1;
        return true;
    }

    /** Tells that people look at a card that day anyway. */
    void alreadySent(long customerId, long epochSecond) {
        day(epochSecond).cards.add(customerId);
    }

    private Day day(long epochSecond) {
        long number = Math.floorDiv(epochSecond, SECONDS_PER_DAY);
        Day day = days.get(number);
        if (day == null) {
            day = new Day(wanted(number));
            day.past = past(number);
            days.put(number, day);
            if (days.size() > PAST_DAYS + OTHER_DAYS) {
                days.values().remove(leastRecentlyAsked());
            }
        }
        day.askedAt = ++asked;
        return day;
    }

    private Day leastRecentlyAsked() {
        // The new day has not been asked for yet, so it is left out.
        return days.values().stream()
                .filter(day -> day.askedAt > 0)
                .min(Comparator.comparingLong(day -> day.askedAt))
                .orElseThrow();
    }

    /** The number of cards, and what the days before sent too few or too many. */
    private double wanted(long number) {
        double bound = MAKE_UP * cardsPerDay;
        double missing = 0;
        for (Day before : days.headMap(number, false).values()) {
            missing = Math.max(-bound, Math.min(bound, missing + cardsPerDay - before.sent));
        }
        return cardsPerDay + missing;
    }

    /** What is known of the days before, the highest score first. */
    private Past past(long number) {
        Past past = new Past();
        days.headMap(number, false).descendingMap().values().stream()
                .limit(PAST_DAYS)
                .forEach(day -> {
                    past.days++;
                    past.cards.addAll(day.highest.values());
                });
        past.cards.sort(Comparator.comparingDouble((Card card) -> -card.score));
        return past;
    }

    /** Writes what {@link #read} needs to go on. */
    void write(DataOutput out) throws IOException {
        out.writeLong(asked);
        out.writeInt(days.size());
        for (Map.Entry<Long, Day> entry : days.entrySet()) {
            Day day = entry.getValue();
            out.writeLong(entry.getKey());
            out.writeDouble(day.wanted);
            out.writeInt(day.sent);
            out.writeLong(day.askedAt);
            out.writeInt(day.cards.size());
            for (long card : day.cards) {
                out.writeLong(card);
            }
            out.writeInt(day.highest.size());
            for (Map.Entry<Long, Card> card : day.highest.entrySet()) {
                out.writeLong(card.getKey());
                out.writeInt(card.getValue().second);
                out.writeDouble(card.getValue().score);
            }
        }
    }

    /**
     * A budget that goes on where another one was, perhaps with another number of cards from the next day on. The bytes are of the
     * present {@link #LAYOUT}.
     */
    static AlertBudget read(int cardsPerDay, DataInput in) throws IOException {
        AlertBudget budget = new AlertBudget(cardsPerDay);
        budget.asked = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long number = in.readLong();
            Day day = new Day(in.readDouble());
            day.sent = in.readInt();
            day.askedAt = in.readLong();
            for (int cards = in.readInt(); cards > 0; cards--) {
                day.cards.add(in.readLong());
            }
            for (int cards = in.readInt(); cards > 0; cards--) {
                day.highest.put(in.readLong(), new Card(in.readInt(), in.readDouble()));
            }
            budget.days.put(number, day);
        }
        budget.days.forEach((number, day) -> day.past = budget.past(number));
        return budget;
    }

    /** One UTC day. */
    private static final class Day {
        /** Cards to send. */
        final double wanted;

        int sent;
        /** Those that people look at that day. */
        final Set<Long> cards = new HashSet<>();
        /** Of each card its highest alert. */
        final Map<Long, Card> highest = new HashMap<>();

        /** See {@link AlertBudget#asked}; 0 before the first payment. */
        long askedAt;

        Past past;
        private double threshold;
        /** Second of the day; −1 where the threshold must be asked for anew. */
        int freshUntil = -1;

        Day(double wanted) {
            this.wanted = wanted;
        }

        void remember(long customerId, int second, double score, int cardsToKeep) {
            Card known = highest.get(customerId);
            if (known == null || score > known.score) {
                highest.put(customerId, new Card(second, score));
            }
            if (highest.size() > 2 * cardsToKeep) {
                double least = highest.values().stream()
                        .map(card -> card.score)
                        .sorted(Comparator.reverseOrder())
                        .skip(cardsToKeep)
                        .findFirst()
                        .orElseThrow();
                highest.values().removeIf(card -> card.score <= least);
            }
        }

        double threshold(int second) {
            if (past.days == 0) {
                boolean isDue = sent < Math.ceil(wanted * (second + 1) / SECONDS_PER_DAY);
                return isDue ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            }
            // A late payment asks for an earlier second; the present threshold serves it as well.
            if (second >= freshUntil) {
                threshold = past.threshold(second, wanted, sent);
                freshUntil = second + FRESH_SECONDS;
            }
            return threshold;
        }
    }

    /** The alerts of some days, as one list. */
    private static final class Past {
        int days;
        final List<Card> cards = new ArrayList<>();

        /** What a card must reach after this second of a day. */
        double threshold(int second, double wanted, int sent) {
            double usual = wanted * shareAfter(second, wanted);
            double rest = STEERING * (wanted - sent) + (1 - STEERING) * usual;
            double left = rest * days;
            for (Card card : cards) {
                if (card.second > second && --left <= 0) {
                    return card.score;
                }
            }
            return Double.NEGATIVE_INFINITY;
        }

        /** The share of the highest cards that come after this second of a day. */
        private double shareAfter(int second, double wanted) {
            int highest = (int) Math.min(cards.size(), wanted * days);
            int after = 0;
            for (Card card : cards.subList(0, highest)) {
                after += card.second > second ? 1 : 0;
            }
            return highest == 0 ? 0 : (double) after / highest;
        }
    }
    /** A card's alert. */
    private static final class Card {
        final int second;
        final double score;

        Card(int second, double score) {
            this.second = second;
            this.score = score;
        }
    }
}
