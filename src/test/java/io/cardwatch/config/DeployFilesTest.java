package io.cardwatch.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeployFilesTest {
    static Stream<Path> propertyFiles() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("deploy"))) {
            return files.filter(file -> file.toString().endsWith(".json")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("propertyFiles")
    void everyPropertyFileIsValid_andNamesAllThatTheJobNeeds(Path file) {
        Settings settings = new SettingsLoader().file(file).load();

        assertThat(settings.required(Options.WAREHOUSE_URL)).contains("sslmode=verify-full");
        assertThat(settings.required(Options.WAREHOUSE_USER)).isEqualTo("cardwatch");
        assertThat(PasswordSource.of(settings).toString()).startsWith("******");
    }

    @Test
    void thereIsOneForTheManagedServiceAndOneForACluster() throws Exception {
        assertThat(propertyFiles().map(Path::toString).toList())
                .containsExactlyInAnyOrderElementsOf(
                        List.of("deploy/cluster/cardwatch.json", "deploy/managed-flink/application-properties.json"));
    }
}
