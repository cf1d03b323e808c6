package io.cardwatch.kinesis;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.flink.kinesis.shaded.com.amazonaws.AbortedException;
import org.apache.flink.kinesis.shaded.com.amazonaws.SdkClientException;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.clientlibrary.types.Messages;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.GetRecordsResult;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.HashKeyRange;
import org.apache.flink.kinesis.shaded.com.amazonaws.services.kinesis.model.Record;
import org.apache.flink.kinesis.shaded.com.amazonaws.util.Md5Utils;
import org.apache.flink.kinesis.shaded.com.google.protobuf.ByteString;
import org.apache.flink.kinesis.shaded.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxy;

/**
 * Reads records and lists shards. Unlike the connector's own proxy it tries again after a lost connection, and it loses no
 * aggregated record, which is one in which Amazon's producer library has packed several.
 *
 * <p>The connector unpacks aggregated records with Amazon's client library. That library silently drops an aggregated
 * record that is empty or holds a key of another shard. For a wrong index or hash key it writes the bytes into the log,
 * and fails while doing so where JAXB is missing. So this proxy wraps a record that cannot be unpacked into a valid
 * aggregated record as its only member: the decoder sees the original bytes and makes a dead letter of them.
 */
final class CheckedKinesisProxy extends KinesisProxy {
    private static final int MAGIC = 0xF3899AC2;
    private static final int DIGEST_BYTES = 16;
    private static final BigInteger LARGEST_HASH_KEY =
            BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
    private static final Pattern HASH_KEY = Pattern.compile("[0-9]{1,39}");

    CheckedKinesisProxy(Properties properties) {
        super(properties);
    }

    /** The same shard with the full range of hash keys, so that no key in an aggregated record is foreign to it. */
    static StreamShardHandle ofEveryKey(StreamShardHandle handle) {
        HashKeyRange everyKey = new HashKeyRange()
                .withStartingHashKey(BigInteger.ZERO.toString())
                .withEndingHashKey(LARGEST_HASH_KEY.toString());
        return new StreamShardHandle(
                handle.getStreamName(), handle.getShard().clone().withHashKeyRange(everyKey));
    }

    @Override
    public GetRecordsResult getRecords(String shardIterator, int maxRecords) throws InterruptedException {
        GetRecordsResult result = super.getRecords(shardIterator, maxRecords);
        for (Record record : result.getRecords()) {
            ByteBuffer data = record.getData();
            if (isAggregated(data) && !canBeUnpacked(message(data))) {
                record.setData(ByteBuffer.wrap(aggregateOf(record.getPartitionKey(), data)));
            }
        }
        return result;
    }

    /**
     * The connector retries only after time-outs and fails the job on any other connection error. An aborted call comes
     * from a cancelled task, which must end.
     */
    @Override
    protected boolean isRecoverableSdkClientException(SdkClientException failure) {
        boolean lost = failure.getCause() instanceof IOException && !(failure instanceof AbortedException);
        return lost || super.isRecoverableSdkClientException(failure);
    }

    /** Whether the library may take the bytes for an aggregated record. It checks the digest, too; that is not needed here. */
    private static boolean isAggregated(ByteBuffer data) {
        return data.remaining() > Integer.BYTES + DIGEST_BYTES && data.getInt(data.position()) == MAGIC;
    }

    private static ByteString message(ByteBuffer data) {
        ByteBuffer message = data.duplicate();
        message.position(data.position() + Integer.BYTES).limit(data.limit() - DIGEST_BYTES);
        return ByteString.copyFrom(message);
    }

    private static boolean canBeUnpacked(ByteString message) {
        try {
            Messages.AggregatedRecord aggregate = Messages.AggregatedRecord.parseFrom(message);
            return aggregate.getRecordsCount() > 0
                    && aggregate.getRecordsList().stream().allMatch(record -> hasKeys(record, aggregate));
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private static boolean hasKeys(Messages.Record record, Messages.AggregatedRecord aggregate) {
        return isIndex(record.getPartitionKeyIndex(), aggregate.getPartitionKeyTableCount())
                && (!record.hasExplicitHashKeyIndex() || hasHashKey(record.getExplicitHashKeyIndex(), aggregate));
    }

    private static boolean hasHashKey(long index, Messages.AggregatedRecord aggregate) {
        return isIndex(index, aggregate.getExplicitHashKeyTableCount())
                && isHashKey(aggregate.getExplicitHashKeyTable((int) index));
    }

    private static boolean isIndex(long index, int size) {
        return index >= 0 && index < size;
    }

    private static boolean isHashKey(String text) {
        return HASH_KEY.matcher(text).matches() && new BigInteger(text).compareTo(LARGEST_HASH_KEY) <= 0;
    }

    private static byte[] aggregateOf(String partitionKey, ByteBuffer data) {
        byte[] message = Messages.AggregatedRecord.newBuilder()
                .addPartitionKeyTable(partitionKey)
                .addRecords(Messages.Record.newBuilder()
                        .setPartitionKeyIndex(0)
                        .setData(ByteString.copyFrom(data.duplicate())))
                .build()
                .toByteArray();
        return ByteBuffer.allocate(Integer.BYTES + message.length + DIGEST_BYTES)
                .putInt(MAGIC)
                .put(message)
                .put(Md5Utils.computeMD5Hash(message))
                .array();
    }
}
