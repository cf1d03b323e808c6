package io.cardwatch.datagen;

/** A payment that is still in the making: later days may compromise its card. */
final class Payment {
    /** Second of its day, UTC. */
    final int secondOfDay;

    final int customer;
    final int terminal;
    long cents;
    /** 0 for a genuine payment, else the last fraud scenario that marked it. */
    int scenario;

    Payment(int secondOfDay, int customer, int terminal, long cents) {
        this.secondOfDay = secondOfDay;
        this.customer = customer;
        this.terminal = terminal;
        this.cents = cents;
    }
}
