package io.cardwatch.cli;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SerializableSupplier;

/**
 * The simulator as a source: one generator makes transactions and labels in order of time, as the bytes that a stream
 * would carry. Its position is the number of events, so a restarted job repeats exactly the missing ones.
 */
final class SimulatedRecords {
    private static final String STREAM = "simulator";
    private static final double ONCE_AN_HOUR = 1.0 / 3_600;
    private static final TypeInformation<Tuple3<Long, Boolean, byte[]>> RECORD =
            Types.TUPLE(Types.LONG, Types.BOOLEAN, Types.PRIMITIVE_ARRAY(Types.BYTE));
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    private final SingleOutputStreamOperator<Decoded<Transaction>> transactions;

    /**
     * @param events how many of the simulation's events to emit
     * @param end of the simulated time, UTC epoch seconds
     */
    SimulatedRecords(
            StreamExecutionEnvironment env,
            SerializableSupplier<Profile> profile,
            long events,
            long end,
            Settings settings) {
        WatermarkStrategy<Tuple3<Long, Boolean, byte[]>> inOrder =
                WatermarkStrategy.<Tuple3<Long, Boolean, byte[]>>forMonotonousTimestamps()
                        .withTimestampAssigner((record, previous) -> record.f0 * 1000);
        transactions = env.fromSource(
                        new DataGeneratorSource<>(new Events(profile), events, RECORD), inOrder, "Simulator")
                .setParallelism(1)
                .uid("simulator-source")
                .union(silence(env, inOrder, end))
                .process(new Decode(settings), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1)
                .uid("simulator-decode")
                .name("Decode");
    }

    /** Keeps the job running when the simulation is over, and event time at its end. */
    private static DataStream<Tuple3<Long, Boolean, byte[]>> silence(
            StreamExecutionEnvironment env, WatermarkStrategy<Tuple3<Long, Boolean, byte[]>> inOrder, long end) {
        GeneratorFunction<Long, Tuple3<Long, Boolean, byte[]>> nothing = number -> Tuple3.of(end, false, new byte[0]);
        return env.fromSource(
                        new DataGeneratorSource<>(
                                nothing, Long.MAX_VALUE, RateLimiterStrategy.perSecond(ONCE_AN_HOUR), RECORD),
                        inOrder,
                        "Silence")
                .setParallelism(1)
                .uid("silence-source")
                .filter(record -> record.f2.length > 0)
                .setParallelism(1)
                .uid("silence-filter");
    }

    DataStream<Decoded<Transaction>> transactions() {
        return transactions;
    }

    DataStream<Decoded<FraudLabel>> labels() {
        return transactions.getSideOutput(LABELS);
    }

    /** Event number to (epoch second, whether it is a label, bytes). */
    private static final class Events implements GeneratorFunction<Long, Tuple3<Long, Boolean, byte[]>> {
        private final SerializableSupplier<Profile> profile;
        private transient SimulatedEvents events;
        private transient long next;

        Events(SerializableSupplier<Profile> profile) {
            this.profile = profile;
        }

        @Override
        public void open(SourceReaderContext context) {
            events = Simulation.of(profile.get()).events();
            next = 0;
        }

        @Override
        public Tuple3<Long, Boolean, byte[]> map(Long number) {
            while (next < number) {
                events.next();
                next++;
            }
            next++;
            SimulatedEvent event = events.next();
            byte[] bytes = event.isLabel() ? RecordJson.encode(event.label) : RecordJson.encode(event.transaction);
            return Tuple3.of(event.epochSecond(), event.isLabel(), bytes);
        }
    }

    /** Bytes to envelopes, labels to the side. */
    private static final class Decode extends ProcessFunction<Tuple3<Long, Boolean, byte[]>, Decoded<Transaction>> {
        private final RecordDecoder<Transaction> transactions;
        private final RecordDecoder<FraudLabel> labels;

        Decode(Settings settings) {
            int maxRecordBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
            Contacts contacts = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS);
            transactions = RecordDecoder.transactions(maxRecordBytes, contacts);
            labels = RecordDecoder.labels(maxRecordBytes, contacts);
        }

        @Override
        public void processElement(
                Tuple3<Long, Boolean, byte[]> record, Context context, Collector<Decoded<Transaction>> out) {
            RecordOrigin origin = new RecordOrigin(STREAM, "", "", "", RecordOrigin.NO_ARRIVAL);
            if (record.f1) {
                context.output(LABELS, labels.decode(record.f2, origin));
            } else {
                out.collect(transactions.decode(record.f2, origin));
            }
        }
    }
}
