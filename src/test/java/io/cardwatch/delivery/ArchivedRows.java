package io.cardwatch.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Reads an archive as whoever queries it does: files whose names begin with a dot are not there. */
public final class ArchivedRows {
    private static final JsonMapper JSON = new JsonMapper();

    private ArchivedRows() {}

    /** A row and the folder in which it was found, like {@code dt=2024-03-01/hr=12}. */
    public record Row(String folder, JsonNode json) {}

    /** The files below {@code folder}. */
    public static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    /** All rows below {@code folder}. */
    public static List<Row> read(Path folder) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Path file : files(folder)) {
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    rows.add(new Row(folder.relativize(file.getParent()).toString(), JSON.readTree(line)));
                }
            }
        }
        return rows;
    }
}
