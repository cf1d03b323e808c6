/**
 * The job: {@link io.cardwatch.job.ScoringTopology} is the one method that shows how the stages hang together, {@link
 * io.cardwatch.job.CardwatchJob} gives it Kinesis and the warehouse.
 *
 * <p>Context: the same stages run live, over files and in tests. Choice: the topology takes streams and returns
 * streams and knows neither sources nor sinks; every operator has a frozen uid and a readable name, and the greatest
 * parallelism is fixed on day one, since a savepoint can be restored only with both. Consequence: a file run, the demo
 * and the tests exercise exactly what runs in production.
 *
 * <p>The Kinesis source is the legacy {@code FlinkKinesisConsumer}, the only one that can be had for Flink 1.20 here;
 * it stands behind {@link io.cardwatch.job.KinesisRecords} alone. Its shards are kept together by our own {@link
 * io.cardwatch.job.EventTimeAlignment}, since what it brings for that loses records and hangs. Its own state is Kryo's
 * and is given up when the source is swapped: start AT_TIMESTAMP, and the identity of transactions removes the overlap.
 */
package io.cardwatch.job;
