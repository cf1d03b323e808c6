package io.cardwatch.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java process of its own for a part of a test, with what local Flink reflects into opened. Its program first calls
 * {@link #endWithParentOrMain}, and so outlives no test that was killed.
 */
public final class TestProcess {
    private TestProcess() {}

    /** What this process's own classes are loaded from. */
    public static List<String> classPath() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return List.of(all.split(File.pathSeparator, -1));
    }

    /** Starts {@code main} with these options of the virtual machine; its errors go where this process's go. */
    public static Process start(List<String> classPath, List<String> options, Class<?> main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        for (String opened : System.getProperty("cardwatch.opens").split(" ", -1)) {
            command.addAll(List.of("--add-opens", opened + "=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** What it prints, line by line. */
    public static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Ends this process when this thread fails, whatever others still run, and when the process that started it has
     * ended, which closes the standard input.
     */
    public static void endWithParentOrMain() {
        Thread watch = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // Closed all the same.
                    }
                    Runtime.getRuntime().halt(1);
                },
                "end-with-its-parent");
        watch.setDaemon(true);
        Thread.currentThread().setUncaughtExceptionHandler((main, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        watch.start();
    }
}
