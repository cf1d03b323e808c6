/**
 * The decision about a payment. {@link io.cardwatch.decide.Decider} makes it in plain Java, from the payment, its
 * vector and what is in force, which {@link io.cardwatch.decide.InForce} holds for a process.
 * {@link io.cardwatch.decide.DecideFunction} is the job's stage around it.
 */
package io.cardwatch.decide;
