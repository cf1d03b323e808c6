package io.cardwatch.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.MachineLimitException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Checks, before a command begins, what it needs of the process and the machine around it. */
final class Surroundings {
    /** System property with the file that libraries log to, and its default; the log's own settings read it. */
    private static final String LOG = "cardwatch.log";

    private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
    private static final int MEGABYTE = 1 << 20;
    /** With 256 MB a run ends in the middle; with 384 MB all commands worked. */
    private static final int LEAST_HEAP_MEGABYTES = 320;

    private Surroundings() {}

    /** The file that libraries log to. */
    static String log() {
        return System.getProperty(LOG, LOG);
    }

    /** Puts the log into the temporary folder where it cannot be written, before anything logs. */
    static void placeLog() {
        if (!canBeWritten(log())) {
            Path elsewhere = Path.of(
                    System.getProperty(TEMPORARY_FOLDER),
                    "cardwatch-" + ProcessHandle.current().pid() + ".log");
            System.setProperty(LOG, elsewhere.toString());
        }
    }

    /** Tries it, because permissions do not tell everything: a file system may be read-only. */
    private static boolean canBeWritten(String name) {
        try {
            Path file = Path.of(name);
            boolean isNew = !Files.exists(file);
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
            if (isNew) {
                Files.delete(file);
            }
            return true;
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** @throws BadInputException when there is no folder for temporary files */
    static void requireTemporaryFolder() {
        Path folder = Path.of(System.getProperty(TEMPORARY_FOLDER));
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new BadInputException(
                    "the temporary folder " + folder + " does not exist or may not be written",
                    "Make it, or name another: java -Djava.io.tmpdir=DIR -jar cardwatch.jar …");
        }
    }

    /**
     * Checks that Java may take enough memory for Flink in this process; otherwise Flink fails half-way and may hang.
     *
     * @param directMegabytes what it needs outside of the heap
     * @throws MachineLimitException when it may not
     */
    static void requireMemory(int directMegabytes) {
        long heap = Runtime.getRuntime().maxMemory() / MEGABYTE;
        if (heap < LEAST_HEAP_MEGABYTES) {
            throw new MachineLimitException(
                    "Java may use " + heap + " MB for its heap, and Flink needs " + LEAST_HEAP_MEGABYTES,
                    "Start it with more: java -Xmx512m -jar cardwatch.jar …");
        }
        long direct = directMegabytes();
        if (direct < directMegabytes) {
            throw new MachineLimitException(
                    "Java may use " + direct + " MB of direct memory, and Flink needs " + directMegabytes,
                    "Start it with more: java -XX:MaxDirectMemorySize=512m -jar cardwatch.jar …");
        }
    }

    /** Java's limit for direct memory; unless it is set, it equals that of the heap. */
    private static long directMegabytes() {
        String option = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue();
        long bytes = Long.parseLong(option);
        return (bytes == 0 ? Runtime.getRuntime().maxMemory() : bytes) / MEGABYTE;
    }
}
