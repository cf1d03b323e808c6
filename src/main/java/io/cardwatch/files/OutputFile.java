package io.cardwatch.files;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.MachineLimitException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.GZIPOutputStream;

/**
 * A file that is being written, gzipped if its name ends in {@code .gz}. Until it is complete it has a name of its own
 * in the same directory, which ends in {@code .part}; then it is renamed. So a reader finds a whole file or none. A
 * file that is not completed is removed, even when the process is asked to end.
 *
 * <p>If the name is a link, its target is replaced. A device or a pipe is written into and never replaced; {@code -} is
 * standard output.
 */
public final class OutputFile implements AutoCloseable {
    private static final Path STANDARD_OUTPUT = Path.of("-");
    /** Other names of standard output. A rename onto them would replace the file that a shell has opened. */
    private static final Set<Path> STANDARD_OUTPUTS =
            Set.of(Path.of("/dev/stdout"), Path.of("/dev/fd/1"), Path.of("/proc/self/fd/1"));

    /** Where the system shows the files that a process has open. */
    private static final List<Path> DESCRIPTORS = List.of(Path.of("/dev/fd"), Path.of("/dev/stderr"), Path.of("/proc"));

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MOST_LINKS = 40;

    /** The files that the end of the process removes. */
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(OutputFile::removeUnfinished, "removal of unfinished files"));
    }

    private final String name;
    /** The place of the complete file; null where nothing is renamed. */
    private final Path target;

    private final Path part;
    private final OutputStream out;

    /**
     * Begins the file.
     *
     * @param file as the user gave it
     * @throws MachineLimitException when it cannot be begun
     */
    public OutputFile(Path file) {
        name = file.toString();
        try {
            target = isWrittenInto(file) ? null : real(file);
            part = target == null ? null : newPart(target);
            OutputStream bytes = new Named(bytes(file));
            boolean gzip = name.toLowerCase(Locale.ROOT).endsWith(".gz");
            out = new BufferedOutputStream(gzip ? new GZIPOutputStream(bytes, BUFFER_BYTES) : bytes, BUFFER_BYTES);
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    /** A new file under a unique name, with the usual permissions of this process's files. */
    private static Path newPart(Path target) throws IOException {
        while (true) {
            String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
            Path part = target.resolveSibling("." + target.getFileName() + "." + random + ".part");
            try {
                Files.createFile(part);
                UNFINISHED.add(part);
                return part;
            } catch (FileAlreadyExistsException e) {
                // Try another name.
            }
        }
    }

    private OutputStream bytes(Path file) throws IOException {
        if (isStandardOutput(file)) {
            return new FileOutputStream(FileDescriptor.out);
        }
        return Files.newOutputStream(target == null ? file : part, StandardOpenOption.WRITE);
    }

    private MachineLimitException unwritten(IOException e) {
        return new MachineLimitException(
                name + " cannot be written: " + e.getMessage(),
                target == null
                        ? "Check the program that reads it."
                        : "Free space there, or write elsewhere; the unfinished file is removed.",
                e);
    }

    /** The stream for the file's bytes. It throws {@link MachineLimitException}s that name the file. */
    public OutputStream stream() {
        return out;
    }

    /**
     * Writes a line.
     *
     * @throws MachineLimitException naming the file, when it cannot
     */
    public void line(byte[] text) {
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    /**
     * Ends the file and puts it in its place.
     *
     * @throws MachineLimitException when that cannot be done; {@link #close} then removes what there is
     */
    public void complete() {
        try {
            out.close();
            if (target != null) {
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                UNFINISHED.remove(part);
            }
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    /** Removes what was not completed. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException | MachineLimitException e) {
            // A full disk cannot take the rest. Either that was reported, or the file is no longer wanted.
        }
        if (part != null && UNFINISHED.remove(part)) {
            remove(part);
        }
    }

    /** Whether {@code file} names standard output, where then nothing else may be printed. */
    public static boolean isStandardOutput(Path file) {
        return file.equals(STANDARD_OUTPUT)
                || STANDARD_OUTPUTS.contains(file.toAbsolutePath().normalize());
    }

    /**
     * Checks before a run that the file can be written.
     *
     * @throws BadInputException when it cannot
     */
    public static void requireWritable(Path file) {
        if (isStandardOutput(file)) {
            return;
        }
        if (Files.isDirectory(file)) {
            throw new BadInputException(file + " is a directory", "Name a file in it.");
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new BadInputException(file + " may not be written", "Check its permissions, or write elsewhere.");
        }
        if (isWrittenInto(file)) {
            return;
        }
        Path directory;
        try {
            directory = real(file).getParent();
        } catch (IOException e) {
            directory = file.toAbsolutePath().getParent();
        }
        if (!Files.isDirectory(directory)) {
            throw new BadInputException(directory + " is no directory", "Make it, or write elsewhere.");
        }
        try {
            Files.delete(Files.createTempFile(directory, ".cardwatch", ".part"));
        } catch (IOException e) {
            throw new BadInputException(file + " cannot be written", "Check the path and the permissions.", e);
        }
    }

    /**
     * Checks before a run that no two of its files are the same: by a link, a hard link or another spelling.
     *
     * @throws BadInputException naming the second of two
     */
    public static void requireDistinct(List<Path> files) {
        for (int i = 0; i < files.size(); i++) {
            for (Path earlier : files.subList(0, i)) {
                if (areOne(earlier, files.get(i))) {
                    String both = earlier.equals(files.get(i))
                            ? earlier + " is named twice"
                            : files.get(i) + " and " + earlier + " are one file";
                    throw new BadInputException(
                            both + ", and the second would replace the first", "Give each file its own path.");
                }
            }
        }
    }

    private static boolean areOne(Path left, Path right) {
        if (isStandardOutput(left) || isStandardOutput(right)) {
            return isStandardOutput(left) && isStandardOutput(right);
        }
        // Two outputs may both go to /dev/null.
        if (Files.exists(left) && isWrittenInto(left)) {
            return false;
        }
        try {
            return real(left).equals(real(right))
                    || (Files.exists(left) && Files.exists(right) && Files.isSameFile(left, right));
        } catch (IOException e) {
            return left.toAbsolutePath()
                    .normalize()
                    .equals(right.toAbsolutePath().normalize());
        }
    }

    private static boolean isWrittenInto(Path file) {
        Path place = file.toAbsolutePath().normalize();
        return isStandardOutput(file)
                || DESCRIPTORS.stream().anyMatch(place::startsWith)
                || (Files.exists(file) && !Files.isRegularFile(file));
    }

    /** The file that {@code file} leads to by links. It need not exist, but its directory must. */
    private static Path real(Path file) throws IOException {
        Path at = file.toAbsolutePath();
        for (int links = 0; links < MOST_LINKS && at.getParent() != null; links++) {
            at = at.getParent().toRealPath().resolve(at.getFileName());
            if (!Files.isSymbolicLink(at)) {
                return at;
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        throw new NoSuchFileException(file.toString(), null, "no file, or too many links");
    }

    private static void removeUnfinished() {
        UNFINISHED.forEach(OutputFile::remove);
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // The name .part tells what the file is.
        }
    }

    /** A stream whose errors name the file. */
    private final class Named extends FilterOutputStream {
        Named(OutputStream bytes) {
            super(bytes);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw unwritten(e);
            }
        }

        /** Standard output stays open, because this class did not open it. */
        @Override
        public void close() throws IOException {
            try {
                if (isStandardOutput(Path.of(name))) {
                    out.flush();
                } else {
                    out.close();
                }
            } catch (IOException e) {
                throw unwritten(e);
            }
        }
    }
}
