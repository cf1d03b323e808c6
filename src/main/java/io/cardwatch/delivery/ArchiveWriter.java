package io.cardwatch.delivery;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.fs.RecoverableWriter.ResumeRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the rows of one subtask, as {@link ArchiveSink} says. */
final class ArchiveWriter<T> implements StatefulSinkWriter<T, PartBytes>, CommittingSinkWriter<T, PartBytes> {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveWriter.class);
    /** Files that are open at once, each with 100 KB of its own and what the file system needs. */
    static final int MOST_OPEN = 48;

    private static final long MOST_BYTES = 128_000_000;
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("'dt='uuuu-MM-dd'/hr='HH", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final ArchiveSink<T> sink;
    private final RecoverableWriter files;
    private final ProcessingTimeService clock;
    /** Begins the name of each of this writer's files. */
    private final String prefix;

    private int fileCount;
    /** By hour, the longest unused first. */
    private final Map<String, Part> open = new LinkedHashMap<>(16, 0.75f, true);

    private final List<PartBytes> ended = new ArrayList<>();
    private boolean inputEnded;

    ArchiveWriter(ArchiveSink<T> sink, WriterInitContext context, Collection<PartBytes> parts) throws IOException {
        this.sink = sink;
        this.files = sink.files();
        this.clock = context.getProcessingTimeService();
        this.prefix = "part-" + context.getTaskInfo().getIndexOfThisSubtask() + "-" + UUID.randomUUID();
        for (PartBytes part : parts) {
            resume(part);
        }
    }

    private void resume(PartBytes bytes) throws IOException {
        ResumeRecoverable resumed = files.getResumeRecoverableSerializer().deserialize(bytes.version, bytes.bytes);
        Part part;
        try {
            part = new Part(bytes.hour, bytes.begun, files.recover(resumed), bytes.passed);
        } catch (FileNotFoundException e) {
            // A run that went on from there has completed it: its rows are seen. To fail would forbid that savepoint.
            LOG.warn("A file of {} was ended after the savepoint; it is not gone on with", bytes.hour, e);
            return;
        }
        remember(part, resumed);
        Part before = open.put(part.hour, part);
        // After rescaling several have been writing for that hour.
        if (before != null) {
            end(before);
        }
    }

    /**
     * Where the file system keeps something for a state, like the tail that is too small for S3, it is deleted when the file
     * is seen: until then one may go on from each savepoint.
     */
    private void remember(Part part, ResumeRecoverable state) throws IOException {
        if (files.requiresCleanupOfRecoverableState()) {
            part.passed.add(SimpleVersionedSerialization.writeVersionAndSerialize(
                    files.getResumeRecoverableSerializer(), state));
        }
    }

    @Override
    public void write(T row, Context context) throws IOException {
        String hour = HOUR.format(Instant.ofEpochSecond(sink.second.apply(row)));
        Part part = open.get(hour);
        if (part == null) {
            if (open.size() == MOST_OPEN) {
                Iterator<Part> all = open.values().iterator();
                end(all.next());
                all.remove();
            }
            Path file = new Path(sink.folder(), hour + "/" + prefix + "-" + fileCount++ + ".json.gz");
            part = new Part(hour, clock.getCurrentProcessingTime(), files.open(file), List.of());
            open.put(hour, part);
        }
        part.writeLine(sink.table.json(row));
        if (part.size() >= MOST_BYTES) {
            open.remove(hour);
            end(part);
        }
    }

    private void end(Part part) throws IOException {
        CommitRecoverable recoverable = part.end();
        ended.add(new PartBytes(
                "",
                part.begun,
                files.getCommitRecoverableSerializer().getVersion(),
                files.getCommitRecoverableSerializer().serialize(recoverable),
                part.passed));
    }

    @Override
    public void flush(boolean endOfInput) {
        inputEnded |= endOfInput;
    }

    @Override
    public Collection<PartBytes> prepareCommit() throws IOException {
        long youngest = clock.getCurrentProcessingTime() - sink.rollover.toMillis();
        for (Iterator<Part> all = open.values().iterator(); all.hasNext(); ) {
            Part part = all.next();
            if (inputEnded || part.begun <= youngest || !files.supportsResume()) {
                end(part);
                all.remove();
            }
        }
        List<PartBytes> committables = List.copyOf(ended);
        ended.clear();
        return committables;
    }

    @Override
    public List<PartBytes> snapshotState(long checkpoint) throws IOException {
        List<PartBytes> parts = new ArrayList<>();
        for (Part part : open.values()) {
            ResumeRecoverable resumable = part.persist();
            parts.add(new PartBytes(
                    part.hour,
                    part.begun,
                    files.getResumeRecoverableSerializer().getVersion(),
                    files.getResumeRecoverableSerializer().serialize(resumable),
                    part.passed));
            remember(part, resumable);
        }
        return parts;
    }

    /** Leaves what is not committed: after a failure it is gone on with, or overwritten by nobody. */
    @Override
    public void close() {
        open.values().forEach(IOUtils::closeQuietly);
    }
}
