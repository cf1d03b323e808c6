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
 * A file in the making, gzipped where its name ends in {@code .gz}. It stands beside its place under a
 * name of its own, which ends in {@code .part}, until it is complete, and is then renamed: whoever looks finds a whole file or none. What is not completed is removed, also
 * where the process is asked to end.
 *
 * <p>A link leads to its target, which is replaced. What is no file, a device or a pipe, is written into and stays;
 * {@code -} is standard output.
 */
public final class OutputFile implements AutoCloseable {
    private static final Path STANDARD_OUTPUT = Path.of("-");
    /** Its other names. Renamed onto, the file that a shell has opened would be lost. */
    private static final Set<Path> STANDARD_OUTPUTS =
            Set.of(Path.of("/dev/stdout"), Path.of("/dev/fd/1"), Path.of("/proc/self/fd/1"));

    /** Where the system shows what a process has open. */
    private static final List<Path> DESCRIPTORS = List.of(Path.of("/dev/fd"), Path.of("/dev/stderr"), Path.of("/proc"));

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MOST_LINKS = 40;

    /** Those that the end of the process removes. */
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(OutputFile::removeUnfinished, "removal of unfinished files"));
    }

    private final String name;
    /** Where it goes when it is complete; null where nothing is renamed. */
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

    /** Of a name that nobody else has; readable to whom files of this process usually are. */
    private static Path newPart(Path target) throws IOException {
        while (true) {
            String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
            Path part = target.resolveSibling("." + target.getFileName() + "." + random + ".part");
            try {
                Files.createFile(part);
                UNFINISHED.add(part);
                return part;
            } catch (FileAlreadyExistsException e) {
                // Another name, then.
            }
        }
    }

    private OutputStream bytes(Path file) throws IOException {
        if (isStandardOutput(file)) {
            return new FileOutputStream(FileDescriptor.out);
        }
        return target == null
                ? Files.newOutputStream(file, StandardOpenOption.WRITE)
                : Files.newOutputStream(part, StandardOpenOption.WRITE);
    }

    private MachineLimitException unwritten(IOException e) {
        return new MachineLimitException(
                name + " cannot be written: " + e.getMessage(),
                target == null
                        ? "Look at what reads it."
                        : "Free space there, or write elsewhere; what was begun is removed.",
                e);
    }

    /** Takes the bytes of the file. A {@link MachineLimitException} names it. */
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
            // On a full disk the rest cannot be written. That was told, or nobody asks for the file any more.
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
     * Looks before a run whether the file can be written.
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
     * Looks before a run whether no two of its files are one: by a link, by a hard link or by another spelling.
     *
     * @throws BadInputException naming the second of two
     */
    public static void requireDistinct(List<Path> files) {
        for (int i = 0; i < files.size(); i++) {
            for (Path earlier : files.subList(0, i)) {
                if (areOne(earlier, files.get(i))) {
                    throw new BadInputException(
                            earlier.equals(files.get(i))
                                    ? files.get(i)
                                            + " is named twice, and what is written second would replace the first"
                                    : files.get(i) + " and " + earlier
                                            + " are one file, and what is written second would" + " replace the first",
                            "Give each file of the call a path of its own.");
                }
            }
        }
    }

    private static boolean areOne(Path left, Path right) {
        if (isStandardOutput(left) || isStandardOutput(right)) {
            return isStandardOutput(left) && isStandardOutput(right);
        }
        // Two may well go to /dev/null.
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

    /** Where {@code file} leads to, which need not exist; its directory must. */
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
            // Whoever finds the .part knows what it is.
        }
    }

    /** Its errors say which file it is. */
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

        /** Standard output stays open: it is not ours. */
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
