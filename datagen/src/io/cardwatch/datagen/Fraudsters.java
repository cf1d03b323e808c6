package io.cardwatch.datagen;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The three fraud scenarios, in the order in which they mark; a later one overwrites an earlier one.
 *
 * <ol>
 *   <li>Every amount above 220.
 *   <li>Each day two terminals are compromised: all their payments of 28 days, this one included.
 *   <li>Each day three cards are compromised: a third of their payments of 14 days, this one included, cost five times
 *       as much (once more for each further time that the card is compromised).
 * </ol>
 */
final class Fraudsters {
    static final int TERMINAL_DAYS = 28;
    static final int CARD_DAYS = 14;
    private static final long OBVIOUS_CENTS = 22_000;
    private static final int TERMINALS_A_DAY = 2;
    private static final int CARDS_A_DAY = 3;

    private final Profile profile;
    /** By terminal, the first day on which it is safe again. */
    private final int[] safeFrom;

    Fraudsters(Profile profile) {
        this.profile = profile;
        safeFrom = new int[profile.terminals];
    }

    /** Marks scenarios 1 and 2 in the payments of one day; the days come one after another, from 0. */
    void strikeDay(int day, Collection<Payment> payments) {
        for (int terminal : terminalsCompromisedOn(day)) {
            safeFrom[terminal] = day + TERMINAL_DAYS;
        }
        for (Payment payment : payments) {
            if (day < safeFrom[payment.terminal]) {
                payment.scenario = 2;
            } else if (payment.cents > OBVIOUS_CENTS) {
                payment.scenario = 1;
            }
        }
    }

    /** Marks scenario 3 for the cards compromised on {@code day}; {@code fortnight} is that day and the 13 after it. */
    void strikeCards(int day, Collection<List<Payment>> fortnight) {
        if (!profile.strikesOn(day)) {
            return;
        }
        Draws draws = profile.draws(Draws.Purpose.COMPROMISED_CARDS, day);
        Set<Integer> cards = new HashSet<>();
        for (int card : draws.sample(profile.customers, CARDS_A_DAY)) {
            cards.add(card);
        }
        List<Payment> exposed = new ArrayList<>();
        for (List<Payment> payments : fortnight) {
            for (Payment payment : payments) {
                if (cards.contains(payment.customer)) {
                    exposed.add(payment);
                }
            }
        }
        for (int index : draws.pick(exposed.size(), exposed.size() / 3)) {
            Payment payment = exposed.get(index);
            payment.cents *= 5;
            payment.scenario = 3;
        }
    }

    /** The terminals whose compromise begins on that day. */
    int[] terminalsCompromisedOn(int day) {
        return profile.strikesOn(day)
                ? profile.draws(Draws.Purpose.COMPROMISED_TERMINALS, day).sample(profile.terminals, TERMINALS_A_DAY)
                : new int[0];
    }
}
