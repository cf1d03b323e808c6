/**
 * Reads Kinesis streams and decodes their records in the source: {@link io.cardwatch.kinesis.KinesisRecords}.
 *
 * <p>Context: the legacy {@code FlinkKinesisConsumer} is the only source available here for Flink 1.20; its own way to keep
 * shards together loses records and hangs. Choice: the consumer is hidden behind one class, and our own {@link
 * io.cardwatch.kinesis.EventTimeAlignment} keeps the shards of all streams together. Consequence: another source replaces
 * this package only. The consumer's state, which Kryo writes, is lost then: the job starts AT_TIMESTAMP, and the identity
 * of transactions removes the overlap.
 */
package io.cardwatch.kinesis;
