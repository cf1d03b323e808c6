package io.cardwatch.delivery;

import io.cardwatch.warehouse.Table;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes rows as gzipped JSON lines into a folder for each hour, {@code dt=YYYY-MM-DD/hr=HH} in UTC. A file is seen once a
 * checkpoint after its last row is complete; so each row is in one file once, whatever fails.
 *
 * <p>A file ends after {@code rollover}, at 128 MB, and when rows of many other hours come. Flink's own file sink ends every
 * compressed file at every checkpoint, and keeps as many files open as there are hours.
 */
public final class ArchiveSink<T> implements Sink<T>, SupportsWriterState<T, PartBytes>, SupportsCommitter<PartBytes> {
    private static final long serialVersionUID = 1;

    final Table<T> table;
    final SerializableFunction<T, Long> second;
    final Duration rollover;
    private final URI folder;

    /**
     * A sink of rows of one table.
     *
     * @param folder a URI of a file system that Flink can write
     * @param second UTC epoch second that decides the hour
     * @param rollover longest time in which rows are added to a file
     */
    ArchiveSink(Table<T> table, SerializableFunction<T, Long> second, URI folder, Duration rollover) {
        this.table = table;
        this.second = second;
        this.folder = folder;
        this.rollover = rollover;
    }

    Path folder() {
        return new Path(folder);
    }

    RecoverableWriter files() throws IOException {
        return folder().getFileSystem().createRecoverableWriter();
    }

    @Override
    public ArchiveWriter<T> createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public ArchiveWriter<T> restoreWriter(WriterInitContext context, Collection<PartBytes> parts) throws IOException {
        return new ArchiveWriter<>(this, context, parts);
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public StatefulSinkWriter<T, PartBytes> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }

    @Override
    public Committer<PartBytes> createCommitter(CommitterInitContext context) throws IOException {
        RecoverableWriter files = files();
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<PartBytes>> requests) throws IOException {
                for (CommitRequest<PartBytes> request : requests) {
                    PartBytes part = request.getCommittable();
                    files.recoverForCommit(
                                    files.getCommitRecoverableSerializer().deserialize(part.version, part.bytes))
                            .commitAfterRecovery();
                    for (byte[] state : part.passed) {
                        files.cleanupRecoverableState(SimpleVersionedSerialization.readVersionAndDeSerialize(
                                files.getResumeRecoverableSerializer(), state));
                    }
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<PartBytes> getCommittableSerializer() {
        return new PartBytes.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<PartBytes> getWriterStateSerializer() {
        return new PartBytes.Serializer();
    }
}
