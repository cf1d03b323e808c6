/**
 * The job: {@link io.cardwatch.job.ScoringTopology} shows how the stages are connected, {@link
 * io.cardwatch.job.CardwatchJob} connects them to Kinesis and the warehouse.
 *
 * <p>Context: the same stages run live, over files and in tests. Choice: the topology takes streams and returns
 * streams and knows neither sources nor sinks. Every operator has a frozen uid and a readable name, and the greatest
 * parallelism never changes, since a savepoint can be restored only with both. Consequence: a file run, the demo and the
 * tests exercise exactly what runs in production.
 */
package io.cardwatch.job;
