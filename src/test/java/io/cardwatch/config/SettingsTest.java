package io.cardwatch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path directory;

    @Test
    void theCommandLineGoesOverTheConfigFile_overLaterLayers_overDefaults_andEachValueKnowsItsOrigin()
            throws Exception {
        Path file = write(
                """
                [{"PropertyGroupId":"features","PropertyMap":{"terminal-delay":"5 d","allowed-lateness":"2 d"}},
                 {"PropertyGroupId":"warehouse","PropertyMap":{"batch-size":100}}]""");

        Settings settings = new SettingsLoader()
                .arguments(
                        List.of("--config", file.toString(), "--features.terminal-delay=1 d", "--labels.stream", "l"))
                .layer("service", Map.of("warehouse.batch-size", "7", "warehouse.writers", "3"))
                .load();

        assertThat(settings.get(Options.FEATURES_TERMINAL_DELAY)).isEqualTo(Duration.ofDays(1));
        assertThat(settings.origin(Options.FEATURES_TERMINAL_DELAY)).isEqualTo("command line");
        assertThat(settings.get(Options.LABELS_STREAM)).isEqualTo("l");
        assertThat(settings.get(Options.FEATURES_ALLOWED_LATENESS)).isEqualTo(Duration.ofDays(2));
        assertThat(settings.origin(Options.FEATURES_ALLOWED_LATENESS)).isEqualTo(file.toString());
        assertThat(settings.get(Options.WAREHOUSE_BATCH_SIZE)).isEqualTo(100);
        assertThat(settings.origin(Options.WAREHOUSE_WRITERS)).isEqualTo("service");
        assertThat(settings.origin(Options.SOURCE_STREAM)).isEqualTo("default");
        assertThat(settings.text(Options.SOURCE_STREAM)).isEqualTo("cust-payment-txn-stream");
    }

    @Test
    void groupsOfTheServiceItselfArePassedOver() throws Exception {
        Path file = write(
                """
                [{"PropertyGroupId":"kinesis.analytics.flink.run.options","PropertyMap":{"jarfile":"x.jar"}}]""");

        assertThat(new SettingsLoader().file(file).problems()).isEmpty();
    }

    @Test
    void allProblemsAreNamedAtOnce_eachWithItsRemedy() throws Exception {
        Path file = write(
                """
                [{"PropertyGroupId":"feature","PropertyMap":{"terminal-delay":"5 d"}},
                 {"PropertyGroupId":"warehouse","PropertyMap":{"batch-size":"many"}}]""");

        List<BadInputException> problems = new SettingsLoader()
                .arguments(List.of("--source.strem=x", "--config", file.toString(), "stray", "--labels.stream"))
                .problems();

        assertThat(problems)
                .extracting(Throwable::getMessage)
                .containsExactly(
                        "'stray' is not an option",
                        "--labels.stream has no value",
                        "source.strem (command line) is not a setting",
                        "feature.terminal-delay (" + file + ") is not a setting",
                        "warehouse.batch-size is 'many', which is not allowed (" + file + ")");
        assertThat(problems)
                .extracting(BadInputException::remedy)
                .containsExactly(
                        "Write settings as --group.key=value.",
                        "Write --labels.stream=VALUE.",
                        "Did you mean source.stream?",
                        "Did you mean features.terminal-delay?",
                        "warehouse.batch-size must be a whole number from 1 to 100000.");
    }

    @Test
    void loadingThrowsOneProblemAsItIs_andSeveralOnOneLine() {
        assertThatThrownBy(() -> Settings.fromArguments(List.of("--modle.path=x")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("modle.path (command line) is not a setting");
        assertThatThrownBy(() -> Settings.fromArguments(List.of("--modle.path=x", "--model.threshold=2")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("2 problems: modle.path (command line) is not a setting; "
                        + "model.threshold is '2', which is not allowed (command line)");
    }

    @Test
    void aSettingGivenTwiceOnTheCommandLineIsAnError() {
        assertThat(new SettingsLoader()
                        .arguments(List.of("--labels.stream=a", "--labels.stream=b"))
                        .problems())
                .extracting(Throwable::getMessage)
                .containsExactly("--labels.stream is given twice");
    }

    @Test
    void aPasswordIsRefusedAsASetting_andNeverRepeated() {
        List<BadInputException> problems = new SettingsLoader()
                .layer(
                        "test",
                        Map.of(
                                "warehouse.password", "hunter2",
                                "warehouse.pasword-file", "hunter2",
                                "warehouse.password-env", "$hunter2",
                                "warehouse.password-secret-arn", "hunter2",
                                "source.endpoint-url", "http://me:hunter2@host",
                                "warehouse.url", "jdbc:postgresql://localhost/x?password=hunter2",
                                "serve.credentials-file", "/hunter2\0/keys",
                                "serve.credentials-secret", "hunter2"))
                .problems();

        assertThat(problems).hasSize(8).allSatisfy(problem -> assertThat(problem.getMessage() + problem.remedy())
                .doesNotContain("hunter2"));
        assertThat(problems)
                .filteredOn(problem -> problem.getMessage().startsWith("warehouse.password (test) is refused"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.remedy()).contains("warehouse.password-secret-arn"));
    }

    @Test
    void aPasswordHasOnePlaceOnly() {
        assertThat(problems("warehouse.password-env", "PW", "warehouse.password-file", "/run/pw"))
                .containsExactly("the warehouse's password is to come from warehouse.password-env and from "
                        + "warehouse.password-file");
    }

    @Test
    void aLoginByIamNeedsRedshift_aUserOfACluster_andNoOtherPlace() {
        String redshift = "jdbc:redshift://c.example.com:5439/fraud?sslmode=verify-full";
        assertThat(problems("warehouse.url", redshift, "warehouse.user", "u", "warehouse.iam-cluster", "cards"))
                .isEmpty();
        assertThat(problems("warehouse.url", redshift, "warehouse.iam-workgroup", "cards"))
                .isEmpty();
        assertThat(problems("warehouse.url", redshift, "warehouse.iam-cluster", "cards"))
                .containsExactly("warehouse.iam-cluster is set and warehouse.user is not");
        assertThat(problems("warehouse.url", redshift, "warehouse.user", "u", "warehouse.iam-workgroup", "cards"))
                .containsExactly("warehouse.iam-workgroup and warehouse.user are both set");
        assertThat(problems("warehouse.url", "jdbc:postgresql://localhost/x", "warehouse.iam-workgroup", "cards"))
                .containsExactly("a login by IAM is asked for, but warehouse.url is not one of Redshift");
        assertThat(problems(
                        "warehouse.url", redshift, "warehouse.iam-workgroup", "cards", "warehouse.password-env", "PW"))
                .containsExactly("the warehouse's password is to come from warehouse.password-env and from"
                        + " warehouse.iam-workgroup");
    }

    @Test
    void theKeysOfServeHaveOnePlaceOnly() {
        assertThat(problems(
                        "serve.credentials-file",
                        "/run/keys.json",
                        "serve.credentials-secret",
                        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cardwatch-AbCdEf"))
                .containsExactly(
                        "the keys of serve are to come from serve.credentials-file and from serve.credentials-secret");
    }

    @Test
    void anInitialTimestampAndAtTimestampNeedEachOther() {
        String time = "2026-01-31T00:00:00Z";
        assertThat(problems("source.initial-position", "AT_TIMESTAMP"))
                .containsExactly("source.initial-position is AT_TIMESTAMP and source.initial-timestamp is not set");
        assertThat(problems("source.initial-timestamp", time))
                .containsExactly("source.initial-position is TRIM_HORIZON and source.initial-timestamp is set");
        assertThat(problems("source.initial-position", "AT_TIMESTAMP", "source.initial-timestamp", time))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[",
                "[1]",
                "[{}] x",
                "[{\"PropertyGroupId\":\"features\"}]",
                "[{\"PropertyGroupId\":1,\"PropertyMap\":{}}]",
                "[{\"PropertyGroupId\":\"model\",\"PropertyMap\":[]}]",
                "[{\"PropertyGroupId\":\"model\",\"PropertyMap\":{},\"x\":1}]",
                "[{\"PropertyGroupId\":\"model\",\"PropertyMap\":{\"path\":null}}]",
                "[{\"PropertyGroupId\":\"model\",\"PropertyMap\":{\"path\":\"a\",\"path\":\"b\"}}]",
                "[{\"PropertyGroupId\":\"model\",\"PropertyMap\":{\"path\":\"a\"}},"
                        + "{\"PropertyGroupId\":\"model\",\"PropertyMap\":{\"path\":\"b\"}}]",
                "null",
                "[null]"
            })
    void aFileOfAnotherShapeIsAProblemThatNamesTheFile(String content) throws Exception {
        Path file = write(content);
        assertThat(new SettingsLoader().file(file).problems()).singleElement().satisfies(problem -> assertThat(problem)
                .hasMessageContaining(file.toString()));
    }

    @Test
    void aFileThatIsNotThereIsAProblem() {
        Path file = directory.resolve("missing.json");
        assertThat(new SettingsLoader().file(file).problems())
                .extracting(Throwable::getMessage)
                .containsExactly(file + " cannot be read");
    }

    @Test
    void aSettingThatACommandNeedsIsAskedFor() {
        Settings settings = new SettingsLoader().load();
        assertThatThrownBy(() -> settings.required(Options.WAREHOUSE_URL))
                .isInstanceOf(BadInputException.class)
                .hasMessage("warehouse.url is not set");
        assertThat(settings.get(Options.WAREHOUSE_URL)).isEqualTo(Optional.empty());
    }

    private static List<String> problems(String... keysAndValues) {
        Map<String, String> layer = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            layer.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new SettingsLoader()
                .layer("test", layer).problems().stream()
                        .map(Throwable::getMessage)
                        .toList();
    }

    private Path write(String content) throws Exception {
        return Files.writeString(directory.resolve("config.json"), content);
    }
}
