package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Transaction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;

/** Position to payment with its truth, by the job's decoder and serializer; labels are left out. */
final class PeerDecode implements FlatMapFunction<Long, Transaction> {
    private static final long serialVersionUID = 1L;

    private final RecordDecoder<Transaction> transactions =
            RecordDecoder.transactions(OurTopology.MAX_BYTES, Contacts.LEFT_OUT);

    private PeerDecode() {}

    static SingleOutputStreamOperator<Transaction> of(DataStream<Long> positions) {
        return positions.flatMap(new PeerDecode(), WireTypes.TRANSACTION);
    }

    @Override
    public void flatMap(Long position, Collector<Transaction> out) {
        BenchmarkInput.Entry entry = BenchmarkInput.entry(position);
        if (!entry.label) {
            Decoded<Transaction> decoded = transactions.decode(entry.bytes, entry.origin());
            out.collect(decoded.value.withoutRaw().withFraud(entry.isFraud() ? 1 : 0));
        }
    }
}
