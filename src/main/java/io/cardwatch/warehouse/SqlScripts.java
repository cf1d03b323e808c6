package io.cardwatch.warehouse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The SQL files of the class path's {@code sql} directory, as they stand in the repository. */
public final class SqlScripts {
    private SqlScripts() {}

    /**
     * Creates whatever the warehouse lacks, by all files of {@code sql/postgresql} in the order of their names. Existing
     * objects and rows stay.
     */
    public static void apply(Connection connection) throws SQLException {
        for (String script : read("postgresql")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(script);
            }
        }
    }

    private static List<String> read(String directory) {
        URL location = SqlScripts.class.getResource("/sql/" + directory);
        if (location == null) {
            throw new IllegalStateException("the class path has no sql/" + directory);
        }
        try {
            URI uri = location.toURI();
            if (!uri.getScheme().equals("jar")) {
                return readAll(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return readAll(jar.getPath("/sql", directory));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + location, e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not a location: " + location, e);
        }
    }

    private static List<String> readAll(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            List<String> scripts = new ArrayList<>();
            for (Path file : entries.sorted().collect(Collectors.toList())) {
                scripts.add(Files.readString(file));
            }
            return scripts;
        }
    }
}
