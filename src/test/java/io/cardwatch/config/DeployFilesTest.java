package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
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
            return files
                    .filter(file -> file.toString().endsWith(".json")
                            && !file.startsWith("deploy/serve")
                            && !file.startsWith("deploy/monitoring"))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("propertyFiles")
    void everyPropertyFileIsValid_andNamesAllThatTheJobNeeds(Path file) {
        Settings settings = new SettingsLoader().file(file).load();

        assertThat(settings.required(Options.WAREHOUSE_URL)).contains("sslmode=verify-full");
        assertThat(settings.required(Options.WAREHOUSE_USER)).isEqualTo("cardwatch");
        assertThat(PasswordSource.ofWarehouse(settings).toString()).startsWith("******");
    }

    @Test
    void thereIsOneForTheManagedServiceAndOneForACluster() throws Exception {
        assertThat(propertyFiles().map(Path::toString).toList())
                .containsExactlyInAnyOrderElementsOf(
                        List.of("deploy/cluster/cardwatch.json", "deploy/managed-flink/application-properties.json"));
    }

    @Test
    void theServersSettingsAreValid_andItsCredentialsAreOneKey() throws Exception {
        Settings settings =
                new SettingsLoader().file(Path.of("deploy/serve/serve.json")).load();
        assertThat(settings.required(Options.ONLINE_URL).getScheme()).isEqualTo("rediss");
        assertThat(settings.required(Options.SERVE_CREDENTIALS_FILE)).endsWith("credentials.json");
        assertThat(settings.get(Options.SERVE_HOST_NAMES)).containsExactly("api.example.com");

        String json = Files.readString(Path.of("deploy/serve/credentials.json"));
        assertThatThrownBy(() -> ServeKeys.parse(json.getBytes(UTF_8), "the example"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("which everybody knows");
        byte[] changed =
                json.replaceFirst("CHANGE-ME[^\"]*", "0123456789abcdef").getBytes(UTF_8);
        assertThat(ServeKeys.parse(changed, "the example").get("checkout").opens("/v1/predictions"))
                .isTrue();
    }
}
