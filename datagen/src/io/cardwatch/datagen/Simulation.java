package io.cardwatch.datagen;

import io.cardwatch.domain.Customer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A simulated world: its customers and its events. Equal profiles give equal simulations. */
public final class Simulation {
    private final Profile profile;
    private final World world;

    private Simulation(Profile profile) {
        this.profile = profile;
        world = new World(profile);
    }

    public static Simulation of(Profile profile) {
        return new Simulation(profile);
    }

    public Profile profile() {
        return profile;
    }

    /** All customers by id, from 0, with invented names, and with addresses and numbers that nobody can have. */
    public List<Customer> customers() {
        return IntStream.range(0, profile.customers)
                .mapToObj(id -> Contacts.of(profile.seed, id))
                .collect(Collectors.toList());
    }

    /** All payments and verdicts in order of time; each call starts from the beginning. */
    public SimulatedEvents events() {
        return new SimulatedEvents(profile, world);
    }
}
