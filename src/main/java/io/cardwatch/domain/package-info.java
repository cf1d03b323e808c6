/**
 * What flows through Cardwatch: card payments, verdicts about them, customers, scores and records that could not be
 * used. Plain Java without Flink, Jackson or JDBC, so that every stage and every test can use it.
 *
 * <p>Context: the types cross several network exchanges and are built a million times a second. Choice: small final
 * classes with public final fields, money in {@code long} cents, time in {@code long} UTC epoch seconds or
 * milliseconds, as named. Consequence: no defensive copies; a method that receives an array does not write to it.
 */
package io.cardwatch.domain;
