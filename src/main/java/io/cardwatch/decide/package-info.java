/**
 * The decision about a payment: {@link io.cardwatch.decide.Decider} makes it from the payment and its vector, in plain Java,
 * by what is in force, which {@link io.cardwatch.decide.InForce} holds for a process. {@link
 * io.cardwatch.decide.DecideFunction} is the stage of the job around it.
 */
package io.cardwatch.decide;
