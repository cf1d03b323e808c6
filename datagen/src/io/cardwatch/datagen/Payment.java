package io.cardwatch.datagen;

/** A payment that may still change: later days may compromise its card. */
final class Payment {
    /** Seconds from the beginning of the first day. */
    final long second;

    final int customer;
    final int terminal;
    long cents;
    /** 0 for a genuine payment, else the last fraud scenario that applied to it. */
    int scenario;

    Payment(long second, int customer, int terminal, long cents) {
        this.second = second;
        this.customer = customer;
        this.terminal = terminal;
        this.cents = cents;
    }
}
