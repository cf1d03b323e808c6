package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        OutputStream bytes = Files.newOutputStream(part);
        if (file.toString().endsWith(".gz")) {
            bytes = new GZIPOutputStream(bytes, BUFFER_BYTES);
        }
        out = new BufferedOutputStream(bytes, BUFFER_BYTES);
    }

    void line(String text) {
        line(text.getBytes(UTF_8));
    }

    void line(byte[] text) {
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    void complete() {
        try {
            out.close();
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    /** Removes what was not completed. */
    @Override
    public void close() {
        try {
            out.close();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + part, e);
        }
    }
}
