/**
 * Answers over HTTP while a customer waits, from the online store.
 *
 * <p>Context: a shop asks about a payment before it takes it. Choice: an answer is made by the job's own windows and
 * decision ({@link io.cardwatch.serve.Predictions}), read from the store that the job publishes to, so that it equals the
 * row that the job writes for the same payment. Consequence: a server has no state, any number of them can stand beside
 * each other, and asking counts in no window.
 */
package io.cardwatch.serve;
