package io.cardwatch.files;

import io.cardwatch.domain.BadInputException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** A text file in UTF-8, plain or gzipped. Its first bytes tell which, not its name. */
public final class InputFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private InputFile() {}

    /**
     * Opens a file; the caller closes it.
     *
     * @throws BadInputException when it is no file, may not be read, is empty or is UTF-16
     */
    public static InputStream open(Path file) {
        requireFile(file);
        try {
            return unpacked(Files.newInputStream(file), file.toString());
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Check that it is whole.");
        }
    }

    /**
     * Checks that there is a file that may be read.
     *
     * @throws BadInputException when there is none
     */
    public static void requireFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new BadInputException(file + " is a directory", "Name a file in it.");
        }
        if (!Files.exists(file)) {
            throw new BadInputException(file + " does not exist", "Check the path.");
        }
        if (!Files.isRegularFile(file)) {
            throw new BadInputException(
                    file + " is a pipe or a device, and the file is read more than once",
                    "Write it into a file first, and name that.");
        }
        if (!Files.isReadable(file)) {
            throw new BadInputException(file + " cannot be read", "Check the permissions.");
        }
    }

    /**
     * The text in {@code bytes}, unpacked. Closing it closes {@code bytes}.
     *
     * @param file what to call the file in a message
     * @throws BadInputException when there is none, or it is UTF-16
     */
    public static InputStream unpacked(InputStream bytes, String file) throws IOException {
        InputStream text = new BufferedInputStream(bytes, BUFFER_BYTES);
        byte[] first = firstTwo(text);
        if (are(first, 0x1F, 0x8B)) {
            text = new BufferedInputStream(new GZIPInputStream(text, BUFFER_BYTES), BUFFER_BYTES);
            first = firstTwo(text);
        }
        if (first.length == 0) {
            text.close();
            throw new BadInputException(file + " is empty", "Give a file with records, or leave it out.");
        }
        if (isUtf16(first)) {
            text.close();
            throw new BadInputException(file + " is UTF-16", "Save it as UTF-8.");
        }
        return text;
    }

    private static byte[] firstTwo(InputStream in) throws IOException {
        in.mark(2);
        byte[] first = in.readNBytes(2);
        in.reset();
        return first;
    }

    /** UTF-16 begins with its byte order mark, or with an ASCII character that has a zero byte before or after it. */
    private static boolean isUtf16(byte[] first) {
        return are(first, 0xFF, 0xFE)
                || are(first, 0xFE, 0xFF)
                || (first.length == 2 && (first[0] == 0 || first[1] == 0));
    }

    private static boolean are(byte[] first, int one, int two) {
        return first.length == 2 && Byte.toUnsignedInt(first[0]) == one && Byte.toUnsignedInt(first[1]) == two;
    }
}
