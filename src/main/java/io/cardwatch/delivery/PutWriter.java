package io.cardwatch.delivery;

import io.cardwatch.domain.Backoff;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Puts the entries of one subtask. What the target does not take is put again, after a pause that grows. */
final class PutWriter<T> extends AsyncSinkWriter<T, Entry> {
    private static final Logger LOG = LoggerFactory.getLogger(PutWriter.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final long WARNING_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
    /** Of the service's answers only these last: the stream is gone, or the role may not put. */
    private static final List<Integer> LASTING = List.of(400, 403, 404);

    private final PutTarget target;
    private final PutTarget.Client client;
    private final ExecutorService threads;
    private long warnedNanos = System.nanoTime() - WARNING_PAUSE_NANOS;
    /** Null while the target takes some. */
    private Backoff backoff;

    PutWriter(
            ElementConverter<T, Entry> converter,
            PutTarget target,
            WriterInitContext context,
            AsyncSinkWriterConfiguration limits,
            Collection<BufferedRequestState<Entry>> buffered) {
        super(converter, context, limits, buffered);
        this.target = target;
        this.client = target.open();
        this.threads = Executors.newFixedThreadPool(limits.getMaxInFlightRequests(), work -> {
            Thread thread = new Thread(work, "put into " + target.name());
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    protected void submitRequestEntries(List<Entry> entries, ResultHandler<Entry> handler) {
        threads.execute(() -> {
            try {
                put(entries, handler);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                handler.completeExceptionally(e);
            }
        });
    }

    private void put(List<Entry> entries, ResultHandler<Entry> handler) throws InterruptedException {
        List<Entry> left;
        String cause;
        try {
            Map<Entry, String> refused = client.put(entries);
            left = List.copyOf(refused.keySet());
            cause = refused.values().stream().findFirst().orElse("");
        } catch (SdkException e) {
            if (isLasting(e)) {
                handler.completeExceptionally(new IOException(
                        "the stream " + target.name() + " takes no records: " + e.getMessage()
                                + ". Create it, or let the role put records into it.",
                        e));
                return;
            }
            left = entries;
            cause = e.getMessage();
        }
        if (left.size() < entries.size()) {
            takenAgain();
        }
        if (left.isEmpty()) {
            handler.complete();
        } else {
            Thread.sleep(pause(cause).toMillis());
            handler.retryForEntries(left);
        }
    }

    private static boolean isLasting(SdkException error) {
        return error instanceof AwsServiceException
                && LASTING.contains(((AwsServiceException) error).statusCode())
                && !((AwsServiceException) error).isThrottlingException();
    }

    /** The next pause is a short one: Flink sends fewer requests at once by itself while a target takes only a part. */
    private synchronized void takenAgain() {
        backoff = null;
    }

    /** The pause after a failure; all requests share how it grows while the target takes nothing. */
    private synchronized Duration pause(String cause) {
        long now = System.nanoTime();
        if (now - warnedNanos >= WARNING_PAUSE_NANOS) {
            warnedNanos = now;
            LOG.warn("{} does not take all records: {}. They are put again.", target.name(), cause);
        }
        backoff = backoff == null ? new Backoff(FIRST_PAUSE, LONGEST_PAUSE, FOR_EVER) : backoff;
        return backoff.pause();
    }

    @Override
    protected long getSizeInBytes(Entry entry) {
        return (long) entry.data.length + entry.partitionKey.length();
    }

    @Override
    public void close() {
        super.close();
        threads.shutdownNow();
        client.close();
    }
}
