package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.TestAuthority;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that speaks TLS, with certificates that are right and wrong. */
class WarehouseTlsTest {
    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static OwnPostgres server;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(directory.resolve("authority"));
        server = new OwnPostgres(directory.resolve("server"));
        server.useTls(authority.sign("localhost"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void aServerWhoseCertificateIsOfTheNamedAuthorityAndForItsHost_isSpokenToThroughTls() throws Exception {
        WarehouseConnection warehouse = to(url("localhost", authority.certificate));

        warehouse.check(List.of(Tables.LABELS));
        try (Connection connection = warehouse.open()) {
            assertThat(WarehouseTablesTest.strings(
                            connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .containsExactly("t");
        }
    }

    @Test
    void anotherAuthoritysServerIsRefused() throws Exception {
        TestAuthority stranger = new TestAuthority(directory.resolve("stranger"));

        assertThatItsRefused(url("localhost", stranger.certificate), "could not prove its identity: SSL error")
                .contains("sslrootcert");
    }

    @Test
    void aCertificateForAnotherHostIsRefused() {
        assertThatItsRefused(url("127.0.0.1", authority.certificate), "127.0.0.1")
                .contains("host");
    }

    @Test
    void aRootCertificateThatIsNotThereIsNamed() {
        Path missing = directory.resolve("missing.crt");

        assertThatItsRefused(url("localhost", missing), missing.toString()).contains("sslrootcert");
    }

    @Test
    void aServerWithoutTlsIsRefused() throws Exception {
        try (OwnPostgres plain = new OwnPostgres(directory.resolve("plain"))) {
            assertThatItsRefused(plain.url() + "?sslmode=verify-full", "does not support SSL")
                    .contains("ssl = on");
        }
    }

    private static String url(String host, Path rootCertificate) {
        return "jdbc:postgresql://" + host + ":" + server.port() + "/postgres?sslmode=verify-full&sslrootcert="
                + rootCertificate;
    }

    /** The remedy, for more assertions. */
    private static AbstractStringAssert<?> assertThatItsRefused(String url, String cause) {
        return assertThatThrownBy(() -> to(url).check(List.of(Tables.LABELS)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .extracting(e -> ((BadInputException) e).remedy())
                .asString();
    }

    private static WarehouseConnection to(String url) {
        return WarehouseConnection.of(
                Settings.fromArguments(List.of("--warehouse.url=" + url, "--warehouse.user=postgres")));
    }
}
