package io.cardwatch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.AwsStub;
import io.cardwatch.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ServeCredentialsTest {
    private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cardwatch-AbCdEf";
    private static final String SECRET = "hunter2";
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    Path directory;

    @Test
    void everyKeyOfTheFileIsThere_andOpensWhatItsPathsName() throws Exception {
        ServeCredentials credentials = fromFile(write(
                "[" + entry("AK1", "\"/v1/*\"") + "," + entry("AK2", "\"/v1/predictions\",\"/v1/customers/*\"") + "]"));

        assertThat(credentials.key("AK1")).hasValueSatisfying(key -> {
            assertThat(key.accessKeyId).isEqualTo("AK1");
            assertThat(key.opens("/v1/labels")).isTrue();
            assertThat(key.opens("/v1")).isFalse();
            assertThat(key.opens("/v2/labels")).isFalse();
        });
        assertThat(credentials.key("AK2")).hasValueSatisfying(key -> {
            assertThat(key.opens("/v1/predictions")).isTrue();
            assertThat(key.opens("/v1/predictions/1")).isFalse();
            assertThat(key.opens("/v1/customers/1/features")).isTrue();
            assertThat(key.opens("/v1/labels")).isFalse();
        });
        assertThat(credentials.key("AK3")).isEmpty();
    }

    @Test
    void aChangedFileIsReadAgain_afterASecond() throws Exception {
        Path file = write("[" + entry("AK1", "\"/*\"") + "]");
        ServeCredentials credentials = fromFile(file);

        write("[" + entry("AK1", "\"/*\"") + "," + entry("AK2", "\"/*\"") + "]");
        assertThat(credentials.key("AK2")).isEmpty();
        nanos.addAndGet(SECOND - 1);
        assertThat(credentials.key("AK2")).isEmpty();
        nanos.addAndGet(1);
        assertThat(credentials.key("AK2")).isPresent();
        assertThat(credentials.key("AK1")).isPresent();

        write("[" + entry("AK3", "\"/*\"") + "]");
        nanos.addAndGet(SECOND);
        assertThat(credentials.key("AK3")).isPresent();
        assertThat(credentials.key("AK1")).isEmpty();
    }

    @Test
    void aFileOfTheSameTimeAndSizeThatTakesItsPlaceIsSeen() throws Exception {
        Path file = write("[" + entry("AK1", "\"/*\"") + "]");
        ServeCredentials credentials = fromFile(file);

        Path next = Files.writeString(directory.resolve("next"), "[" + entry("AK2", "\"/*\"") + "]");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        nanos.addAndGet(SECOND);
        assertThat(credentials.key("AK2")).isPresent();
    }

    @Test
    void aFileThatCannotBeUsedLeavesTheKeysInForce_andIsLoggedOnce() throws Exception {
        Path file = write("[" + entry("AK1", "\"/*\"") + "]");
        ServeCredentials credentials = fromFile(file);
        try (CapturedLog log = new CapturedLog()) {
            write("[" + entry("AK2", "\"/*\""));
            lookThrice(credentials);
            assertThat(warnings(log)).singleElement().asString().contains("is not JSON at line 1");
        }
        try (CapturedLog log = new CapturedLog()) {
            Files.delete(file);
            lookThrice(credentials);
            assertThat(warnings(log)).singleElement().asString().contains(file + " does not exist");
        }
        try (CapturedLog log = new CapturedLog()) {
            write("[" + entry("AK2", "\"/*\"") + "]");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
            lookThrice(credentials);
            assertThat(warnings(log)).singleElement().asString().contains("may be written by others");
            assertThat(log.text()).doesNotContain(SECRET);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        nanos.addAndGet(SECOND);
        assertThat(credentials.key("AK2")).isPresent();
        assertThat(credentials.key("AK1")).isEmpty();
    }

    private void lookThrice(ServeCredentials credentials) {
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(SECOND);
            assertThat(credentials.key("AK1")).isPresent();
            assertThat(credentials.key("AK2")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[1]",
                "[{}]",
                "[[1,2,3]]",
                "[] x",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":hunter2,\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\"}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"],\"hunter2\":1}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"path\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":1,\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"A/K\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"\",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\" \",\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":null,\"paths\":[\"/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":\"/*\"}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[1]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"v1/*\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/v1/*/features\"]}]",
                "[{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter2\",\"paths\":[\"/*\"]},"
                        + "{\"accessKeyId\":\"AK\",\"secretAccessKey\":\"hunter3\",\"paths\":[\"/*\"]}]"
            })
    void atTheStartAFileOfAnotherShapeIsBadInput_andNoSecretIsRepeated(String json) throws Exception {
        Path file = write(json);

        assertThatThrownBy(() -> fromFile(file))
                .isInstanceOfSatisfying(BadInputException.class, problem -> {
                    assertThat(problem.getMessage()).contains(file.toString()).doesNotContain("hunter");
                    assertThat(problem.remedy()).isNotEmpty();
                })
                .hasNoCause();
    }

    @Test
    void atTheStartAFileThatIsMissing_orThatOthersMayWrite_orNoPlace_isBadInput() throws Exception {
        assertThatThrownBy(() -> fromFile(directory.resolve("none")))
                .isInstanceOf(BadInputException.class)
                .hasMessageEndingWith("none does not exist");
        Path file = write("[" + entry("AK1", "\"/*\"") + "]");
        for (String permissions : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(() -> fromFile(file))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("may be written by others");
        }
        assertThatThrownBy(() -> ServeCredentials.of(new SettingsLoader().load(), nanos::get))
                .isInstanceOf(BadInputException.class)
                .hasMessage("nothing says who may call serve");
    }

    @Test
    void anEmptyListIsAList() throws Exception {
        assertThat(fromFile(write("[]")).key("AK1")).isEmpty();
    }

    @Test
    @Timeout(60)
    void aSecretIsAskedForAgainEveryMinute_andKeepsItsKeysWhileTheServiceRefuses() throws Exception {
        try (AwsStub stub = new AwsStub("SecretsManager");
                CapturedLog log = new CapturedLog()) {
            stub.answer = secret("[" + entry("AK1", "\"/*\"") + "]");
            ServeCredentials credentials = credentials("serve.credentials-secret", ARN);
            assertThat(credentials.key("AK1")).isPresent();

            stub.status = 400;
            nanos.addAndGet(60 * SECOND - 1);
            assertThat(credentials.key("AK1")).isPresent();
            assertThat(stub.requests).hasSize(1);
            nanos.addAndGet(1);
            assertThat(credentials.key("AK1")).isPresent();
            while (warnings(log).isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(warnings(log)).singleElement().asString().contains(ARN);

            stub.status = 200;
            stub.answer = secret("[" + entry("AK2", "\"/*\"") + "]");
            while (credentials.key("AK2").isEmpty()) {
                nanos.addAndGet(60 * SECOND);
            }
            assertThat(credentials.key("AK1")).isEmpty();
        }
    }

    @Test
    void nothingThatIsShownHoldsASecret() throws Exception {
        ServeKey key =
                fromFile(write("[" + entry("AK1", "\"/*\"") + "]")).key("AK1").orElseThrow();

        assertThat(key).hasToString("key AK1");
    }

    private static List<String> warnings(CapturedLog log) {
        return log.text()
                .lines()
                .filter(line -> line.contains(" WARN " + ServeCredentials.class.getName()))
                .toList();
    }

    private ServeCredentials fromFile(Path file) {
        return credentials("serve.credentials-file", file.toString());
    }

    private ServeCredentials credentials(String key, String value) {
        return ServeCredentials.of(
                new SettingsLoader().layer("test", Map.of(key, value)).load(), nanos::get);
    }

    private Path write(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("keys.json"), json);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static String entry(String id, String paths) {
        return "{\"accessKeyId\":\"" + id + "\",\"secretAccessKey\":\"" + SECRET + "\",\"paths\":[" + paths + "]}";
    }

    private static String secret(String json) throws IOException {
        return new JsonMapper().writeValueAsString(Map.of("SecretString", json));
    }
}
