package io.cardwatch.domain;

/** What was scored in one minute of event time. A POJO of Flink's: its fields are part of what goes between operators. */
public final class FraudMinute {
    /** UTC epoch second with which the minute begins. */
    public long second;

    public long payments;
    /** Payments whose {@code fraud_prediction} is 1. */
    public long alerts;
    /** Amount of all payments, in cents. */
    public long cents;
    /** Amount of the alerts, in cents. */
    public long alertCents;
    /** Sum of all fraud probabilities. */
    public double probabilities;
}
