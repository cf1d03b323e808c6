package io.cardwatch.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process of a cluster holds, after a full collection.
 *
 * @param loaders class loaders of submitted jars
 * @param threads threads of any kind
 * @param metaspaceKiB metaspace in use
 */
public record Residue(long loaders, long threads, long metaspaceKiB) {
    private static final String LOADER = "org.apache.flink.util.ChildFirstClassLoader";
    private static final String METASPACE = "sun.gc.metaspace.used=";

    /** Asks the JDK's own tools. */
    public static Residue of(Process process) throws IOException {
        // A class loader goes with the second collection: the first lets go of what waited to be finalized.
        jcmd(process, "GC.run");
        long loaders = jcmd(process, "GC.class_histogram").stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns.length >= 4 && columns[3].equals(LOADER))
                .mapToLong(columns -> Long.parseLong(columns[1]))
                .sum();
        long threads = jcmd(process, "Thread.print").stream()
                .filter(line -> line.startsWith("\""))
                .count();
        long metaspace = jcmd(process, "PerfCounter.print").stream()
                .filter(line -> line.startsWith(METASPACE))
                .mapToLong(line -> Long.parseLong(line.substring(METASPACE.length())))
                .sum();
        return new Residue(loaders, threads, metaspace / 1024);
    }

    private static List<String> jcmd(Process process, String command) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        command)
                .start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
