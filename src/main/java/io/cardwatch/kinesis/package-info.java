/**
 * Records of Kinesis streams, decoded where they are read: {@link io.cardwatch.kinesis.KinesisRecords}.
 *
 * <p>Context: the legacy {@code FlinkKinesisConsumer} is the only source for Flink 1.20 that can be had here; what it brings
 * for keeping shards together loses records and hangs. Choice: it stands behind one class; its shards, of all streams, are
 * kept together by our own {@link io.cardwatch.kinesis.EventTimeAlignment}. Consequence: another source replaces this
 * package alone. The consumer's own state is Kryo's and is given up then: start AT_TIMESTAMP, and the identity of
 * transactions removes the overlap.
 */
package io.cardwatch.kinesis;
