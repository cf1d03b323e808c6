package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.AwsStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PasswordSourceTest {
    private static final String ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:cardwatch-AbCdEf";

    @TempDir
    Path directory;

    @Test
    void withoutAPlaceThereIsNoPassword() {
        assertThat(PasswordSource.ofWarehouse(new SettingsLoader().load()).ask())
                .isEmpty();
    }

    @Test
    void anEnvironmentVariableHoldsThePassword() {
        assertThat(source("warehouse.password-env", "PATH").ask()).contains(System.getenv("PATH"));
        assertThatThrownBy(source("warehouse.password-env", "CARDWATCH_NOT_SET")::ask)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("CARDWATCH_NOT_SET");
    }

    @Test
    void aFilesFirstLineIsThePassword_readAnewEachTime() throws Exception {
        Path file = Files.writeString(directory.resolve("pw"), "first\r\n# not this\n");
        PasswordSource source = source("warehouse.password-file", file.toString());

        assertThat(source.ask()).contains("first");
        Files.writeString(file, "rotated");
        assertThat(source.ask()).contains("rotated");
        Files.writeString(file, "");
        assertThatThrownBy(source::ask).isInstanceOf(BadInputException.class).hasMessageContaining("empty");
        Files.delete(file);
        assertThatThrownBy(source::ask).isInstanceOf(BadInputException.class).hasMessageContaining("cannot be read");
    }

    @Test
    void aSecretIsAskedForByItsArnEachTime_asPlainTextOrAsJsonWithAPassword() throws Exception {
        try (AwsStub stub = new AwsStub("SecretsManager")) {
            PasswordSource source = source("warehouse.password-secret-arn", ARN);

            stub.answer = "{\"SecretString\":\"plain\"}";
            assertThat(source.ask()).contains("plain");
            stub.answer = "{\"SecretString\":\"12345\"}";
            assertThat(source.ask()).contains("12345");
            stub.answer = "{\"SecretString\":\"{\\\"username\\\":\\\"u\\\",\\\"password\\\":\\\"rotated\\\"}\"}";
            assertThat(source.ask()).contains("rotated");

            assertThat(stub.requests).hasSize(3).allMatch(request -> request.contains("\"SecretId\":\"" + ARN + "\""));
        }
    }

    @Test
    void aSecretThatIsRefusedOrEmptyIsBadInput_andIsNotRepeated() throws Exception {
        try (AwsStub stub = new AwsStub("SecretsManager")) {
            PasswordSource source = source("warehouse.password-secret-arn", ARN);

            stub.answer = "{\"SecretString\":\"{\\\"pass\\\":\\\"hunter2\\\"}\"}";
            assertThatThrownBy(source::ask)
                    .isInstanceOf(BadInputException.class)
                    .hasMessage("the secret " + ARN + " holds no password");
            stub.status = 400;
            stub.answer = "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"no such secret\"}";
            assertThatThrownBy(source::ask)
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining(ARN)
                    .hasMessageContaining("ResourceNotFoundException");
        }
    }

    @Test
    void whatTravelsToTheClusterIsThePlace_neverTheSecret() throws Exception {
        Path file = Files.writeString(directory.resolve("pw"), "hunter2");
        PasswordSource source = source("warehouse.password-file", file.toString());
        assertThat(source.ask()).contains("hunter2");

        byte[] bytes = InstantiationUtil.serializeObject(source);

        assertThat(new String(bytes, UTF_8)).doesNotContain("hunter2");
        assertThat(source.toString()).isEqualTo("****** from file " + file);
        PasswordSource copy =
                InstantiationUtil.deserializeObject(bytes, getClass().getClassLoader());
        assertThat(copy.ask()).contains("hunter2");
    }

    private static PasswordSource source(String key, String value) {
        return PasswordSource.ofWarehouse(
                new SettingsLoader().layer("test", Map.of(key, value)).load());
    }
}
