package io.cardwatch.platform;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Files that are written under another name until they are whole. Those that are not whole when the process ends, by
 * itself, Ctrl-C or SIGTERM, are removed then; only one that is killed leaves them behind.
 */
public final class UnfinishedFiles {
    private static final Set<Path> UNFINISHED = new HashSet<>();
    private static boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(UnfinishedFiles::removeAll, "remove-unfinished-files"));
    }

    private UnfinishedFiles() {}

    /**
     * Creates a file, or empties it. The caller closes it.
     *
     * @throws IOException if that is not possible, or the process is about to end
     */
    public static synchronized OutputStream create(Path unfinished) throws IOException {
        if (ending) {
            throw new IOException("the process is ending");
        }
        UNFINISHED.add(unfinished);
        return Files.newOutputStream(unfinished);
    }

    /** Gives a closed file that is whole its name, in place of any other that has it. */
    public static synchronized void complete(Path unfinished, Path name) throws IOException {
        Files.move(unfinished, name, StandardCopyOption.ATOMIC_MOVE);
        UNFINISHED.remove(unfinished);
    }

    /** Removes a file unless it was completed. */
    public static synchronized void remove(Path unfinished) throws IOException {
        if (UNFINISHED.remove(unfinished)) {
            Files.deleteIfExists(unfinished);
        }
    }

    /** What to tell when {@code file}, by the name that it was to have, cannot be written for the reason {@code root}. */
    public static BadInputException unwritable(Path file, IOException root) {
        return new BadInputException(
                file + " cannot be written: " + root.getMessage() + ".",
                "Free space on its disk, or write elsewhere.",
                root);
    }

    private static synchronized void removeAll() {
        ending = true;
        for (Path file : UNFINISHED) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                System.err.println(file + " cannot be removed: " + e.getMessage());
            }
        }
    }
}
