package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.platform.UnfinishedFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A text file (gzip where its name ends in .gz) that appears under its name when it is complete, or not at all. */
final class WholeFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path part;
    private final OutputStream out;

    WholeFile(Path file) throws IOException {
        this.file = file;
        part = file.resolveSibling("." + file.getFileName() + ".part");
        OutputStream bytes = UnfinishedFiles.create(part);
        if (file.toString().endsWith(".gz")) {
            bytes = new GZIPOutputStream(bytes, BUFFER_BYTES);
        }
        out = new BufferedOutputStream(bytes, BUFFER_BYTES);
    }

    void line(String text) {
        line(text.getBytes(UTF_8));
    }

    /** @throws io.cardwatch.domain.BadInputException naming the file, where the disk is full or fails */
    void line(byte[] text) {
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw UnfinishedFiles.unwritable(file, e);
        }
    }

    /** @throws io.cardwatch.domain.BadInputException as {@link #line(byte[])} */
    void complete() {
        try {
            out.close();
            UnfinishedFiles.complete(part, file);
        } catch (IOException e) {
            throw UnfinishedFiles.unwritable(file, e);
        }
    }

    /** Removes what was not completed. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            // On a full disk the rest cannot be written. Either that was told or nobody asks for the file any more.
        }
        try {
            UnfinishedFiles.remove(part);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + part, e);
        }
    }
}
