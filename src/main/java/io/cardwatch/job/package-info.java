/**
 * The job: {@link io.cardwatch.job.ScoringTopology} is the one method that shows how the stages hang together, {@link
 * io.cardwatch.job.CardwatchJob} gives it Kinesis and the warehouse.
 *
 * <p>Context: the same stages run live, over files and in tests. Choice: the topology takes streams and returns
 * streams and knows neither sources nor sinks; every operator has a frozen uid and a readable name, and the greatest
 * parallelism is fixed on day one, since a savepoint can be restored only with both. Consequence: a file run, the demo
 * and the tests exercise exactly what runs in production.
 */
package io.cardwatch.job;
