package io.cardwatch.kinesis;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypeInfo;
import io.cardwatch.config.InitialPosition;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.EventTimeProgress;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.connectors.kinesis.config.AWSConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/**
 * Reads records of a Kinesis stream and decodes them in the source, so that each shard's watermark comes from its own event
 * times. Only this class and {@link AlignedKinesisConsumer} know the legacy consumer.
 *
 * <p>No shard of any stream runs more than {@code source.max-drift} of event time ahead of the slowest shard that still has
 * records to read.
 */
@SuppressWarnings("deprecation") // the consumer is the legacy one, see the package's documentation
public final class KinesisRecords {
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(300);

    private KinesisRecords() {}

    /** Tells the progress of event time about an accepted value. */
    public interface Observation<T> extends BiConsumer<EventTimeProgress, T>, Serializable {}

    /**
     * A stream of decoded records.
     *
     * @param stream Kinesis stream name
     * @param uid of the source, frozen
     * @param observation tells the progress of event time about an accepted value
     */
    public static <T> SingleOutputStreamOperator<Decoded<T>> read(
            StreamExecutionEnvironment env,
            Settings settings,
            String stream,
            String uid,
            RecordDecoder<T> decoder,
            Observation<T> observation,
            WireTypeInfo<Decoded<T>> type) {
        AlignedKinesisConsumer<T> consumer = new AlignedKinesisConsumer<>(
                stream,
                new Schema<>(decoder, type, settings),
                properties(settings),
                uid,
                observation,
                settings.get(Options.SOURCE_MAX_JUMP),
                settings.get(Options.SOURCE_MAX_DRIFT));
        return env.addSource(consumer, stream, type).uid(uid);
    }

    private static Properties properties(Settings settings) {
        Properties properties = new Properties();
        properties.setProperty(AWSConfigConstants.AWS_REGION, settings.get(Options.SOURCE_REGION));
        settings.get(Options.SOURCE_ENDPOINT_URL)
                .ifPresent(url -> properties.setProperty(AWSConfigConstants.AWS_ENDPOINT, url.toString()));
        setStart(properties, settings);
        set(properties, ConsumerConfigConstants.SHARD_IDLE_INTERVAL_MILLIS, settings.get(Options.SOURCE_IDLE_INTERVAL));
        set(
                properties,
                ConsumerConfigConstants.SHARD_GETRECORDS_INTERVAL_MILLIS,
                settings.get(Options.SOURCE_POLL_INTERVAL));
        String retries = String.valueOf(settings.get(Options.SOURCE_GET_RECORDS_MAX_RETRIES));
        Duration longestBackoff = settings.get(Options.SOURCE_GET_RECORDS_MAX_BACKOFF);
        properties.setProperty(ConsumerConfigConstants.SHARD_GETRECORDS_RETRIES, retries);
        set(properties, ConsumerConfigConstants.SHARD_GETRECORDS_BACKOFF_BASE, FIRST_BACKOFF);
        set(properties, ConsumerConfigConstants.SHARD_GETRECORDS_BACKOFF_MAX, longestBackoff);
        properties.setProperty(ConsumerConfigConstants.LIST_SHARDS_RETRIES, retries);
        set(properties, ConsumerConfigConstants.LIST_SHARDS_BACKOFF_BASE, FIRST_BACKOFF);
        set(properties, ConsumerConfigConstants.LIST_SHARDS_BACKOFF_MAX, longestBackoff);
        properties.setProperty(ConsumerConfigConstants.SHARD_GETITERATOR_RETRIES, retries);
        set(properties, ConsumerConfigConstants.SHARD_GETITERATOR_BACKOFF_BASE, FIRST_BACKOFF);
        set(properties, ConsumerConfigConstants.SHARD_GETITERATOR_BACKOFF_MAX, longestBackoff);
        return properties;
    }

    /**
     * LATEST is turned into a time here, once for the job. The connector would take the time anew at each start of a task,
     * for every shard that has not delivered yet, and so skip the records in between.
     */
    private static void setStart(Properties properties, Settings settings) {
        InitialPosition position = settings.get(Options.SOURCE_INITIAL_POSITION);
        boolean latest = position == InitialPosition.LATEST;
        properties.setProperty(
                ConsumerConfigConstants.STREAM_INITIAL_POSITION,
                (latest ? InitialPosition.AT_TIMESTAMP : position).name());
        Instant start = latest
                ? Instant.now()
                : settings.get(Options.SOURCE_INITIAL_TIMESTAMP).orElse(Instant.EPOCH);
        AlignedKinesisConsumer.setStart(properties, start.toEpochMilli());
    }

    private static void set(Properties properties, String key, Duration value) {
        properties.setProperty(key, String.valueOf(value.toMillis()));
    }

    /** Decodes records. It never throws and never returns null: either would restart the job for ever. */
    private static final class Schema<T> implements KinesisDeserializationSchema<Decoded<T>> {
        private final RecordDecoder<T> decoder;
        private final WireTypeInfo<Decoded<T>> type;
        /** Decides about the partition key, for which a producer may have used an e-mail address or telephone number. */
        private final Contacts contacts;

        Schema(RecordDecoder<T> decoder, WireTypeInfo<Decoded<T>> type, Settings settings) {
            this.decoder = decoder;
            this.type = type;
            this.contacts = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS);
        }

        @Override
        public Decoded<T> deserialize(
                byte[] bytes, String partitionKey, String sequenceNumber, long arrival, String stream, String shardId) {
            String keptKey = contacts.ofPartitionKey(partitionKey);
            return decoder.decode(bytes, new RecordOrigin(stream, keptKey, shardId, sequenceNumber, arrival));
        }

        @Override
        public TypeInformation<Decoded<T>> getProducedType() {
            return type;
        }
    }
}
