package io.cardwatch.delivery;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.fs.RecoverableWriter.ResumeRecoverable;

/** A file of one hour while rows are added. It is a series of gzip members, one for each time between two checkpoints. */
final class Part implements AutoCloseable {
    final String hour;
    /** Wall clock when it began, UTC epoch milliseconds. */
    final long begun;

    /** States that were persisted and that the file system keeps something for, each with its version. */
    final List<byte[]> passed;

    private final RecoverableFsDataOutputStream file;
    /** Null between two members. */
    private GZIPOutputStream member;

    private long size;

    Part(String hour, long begun, RecoverableFsDataOutputStream file, List<byte[]> passed) throws IOException {
        this.hour = hour;
        this.begun = begun;
        this.passed = new ArrayList<>(passed);
        this.file = file;
        this.size = file.getPos();
    }

    void writeLine(byte[] json) throws IOException {
        if (member == null) {
            member = new GZIPOutputStream(new FilterOutputStream(file) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    size += length;
                }
            });
        }
        member.write(json);
        member.write('\n');
    }

    /** Compressed bytes that the file system has; counted, since it is asked after each row. */
    long size() {
        return size;
    }

    /** Makes sure that all rows so far outlive a failure, and tells how to go on behind them. */
    ResumeRecoverable persist() throws IOException {
        endMember();
        return file.persist();
    }

    /** Ends the file, which others do not see before it is committed. */
    CommitRecoverable end() throws IOException {
        endMember();
        return file.closeForCommit().getRecoverable();
    }

    private void endMember() throws IOException {
        if (member != null) {
            member.finish();
            member = null;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
