package io.cardwatch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.TestAuthority;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, and settings with which a server does not start. */
class ServeSettingsTest {
    @TempDir
    private static Path folder;

    private static OwnRedis redis;
    private static Path certificate;
    private static Path key;
    private static TestAuthority authority;

    @BeforeAll
    static void start() throws Exception {
        redis = new OwnRedis(folder);
        authority = new TestAuthority(folder.resolve("authority"));
        certificate = authority.sign("localhost");
        key = folder.resolve("authority").resolve("localhost.key");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void overTls_anAnswerIsTheServersOwn_andPlainTextIsNot() throws Exception {
        try (CapturedLog log = new CapturedLog();
                RunningServer server = RunningServer.start(
                        folder,
                        redis,
                        (partitionKey, label) -> {},
                        "serve.address",
                        "0.0.0.0",
                        "serve.tls-certificate",
                        certificate.toString(),
                        "serve.tls-key",
                        key.toString())) {
            URI uri = URI.create("https://localhost:" + server.uri.getPort());
            ClientRequest request = RunningServer.signer().get(uri + "/v1/customers/7/features");
            HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build();
            assertThat(RunningServer.send(client, uri, request).status()).isEqualTo(200);
            assertThatThrownBy(() -> RunningServer.send(HttpClient.newHttpClient(), uri, request))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(server.raw(RunningServer.wire(request))).doesNotStartWith("HTTP/1.1 200");
            assertThat(log.text()).doesNotContain(RunningServer.SECRET).doesNotContain("PRIVATE KEY");
        }
    }

    private static SSLContext trusting() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var file = Files.newInputStream(authority.certificate)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void nobodyMaySkipTheSignature_whoCouldBeAStranger() {
        assertRefused("serve.auth=none", "loopback", "serve.auth", "none", "serve.address", "0.0.0.0");
        assertRefused("serve.auth=none", "serve.behind-proxy", "serve.auth", "none", "serve.behind-proxy", "true");
        assertRefused(
                "serve.auth=none",
                "loopback",
                "serve.auth",
                "none",
                "serve.address",
                "0.0.0.0",
                "serve.tls-certificate",
                certificate.toString(),
                "serve.tls-key",
                key.toString());
    }

    @Test
    void whatOthersReachIsEncrypted() {
        assertRefused("without encryption on 0.0.0.0", "serve.tls-certificate", "serve.address", "0.0.0.0");
    }

    @Test
    void certificateAndKeyBelongTogether() throws Exception {
        assertRefused("belong together", "Give both", "serve.tls-certificate", certificate.toString());
        assertRefused("belong together", "Give both", "serve.tls-key", key.toString());
        authority.sign("other");
        assertRefused(
                "belong together",
                "PEM",
                "serve.tls-certificate",
                certificate.toString(),
                "serve.tls-key",
                key.resolveSibling("other.key").toString());
        assertRefused(
                "no certificate and key",
                "PEM",
                "serve.tls-certificate",
                certificate.toString(),
                "serve.tls-key",
                certificate.toString());
        assertRefused(
                "cannot read",
                "PEM",
                "serve.tls-certificate",
                folder.resolve("missing.crt").toString(),
                "serve.tls-key",
                key.toString());
    }

    @Test
    void aPortThatIsInUse_isToldWithTheWayOut() throws Exception {
        try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(used.getLocalPort());
            assertRefused("cannot listen", "another serve.port", "serve.port", port);
            assertRefused("cannot listen", "serve.admin-port", "serve.admin-port", port);
        }
    }

    @Test
    void aStoreThatIsNotNamed_orNotThere_isTold() throws Exception {
        assertRefused("localhost:1 does not answer", "online.url", "online.url", "redis://localhost:1");
        assertThatThrownBy(() -> start(new SettingsLoader()
                        .layer("test", Map.of("serve.auth", "none", "serve.port", "0", "serve.admin-port", "0"))
                        .load()))
                .isInstanceOfSatisfying(
                        BadInputException.class, refused -> assertThat(refused.getMessage() + refused.remedy())
                                .contains("online.url"));
    }

    @Test
    void keysThatAreNotNamed_orNotThere_areTold() throws Exception {
        assertThatThrownBy(() -> start(new SettingsLoader()
                        .layer("test", Map.of("online.url", redis.url(), "serve.port", "0", "serve.admin-port", "0"))
                        .load()))
                .isInstanceOfSatisfying(BadInputException.class, refused -> {
                    assertThat(refused).hasMessageContaining("who may call serve");
                    assertThat(refused.remedy()).contains("serve.credentials-file");
                });
        assertRefused(
                "missing.json",
                "serve.credentials-file",
                "serve.credentials-file",
                folder.resolve("missing.json").toString());
    }

    private static void assertRefused(String cause, String remedy, String... setting) {
        assertThatThrownBy(() -> start(RunningServer.settings(folder, redis, setting)))
                .isInstanceOfSatisfying(BadInputException.class, refused -> {
                    assertThat(refused).hasMessageContaining(cause);
                    assertThat(refused.remedy()).contains(remedy);
                });
    }

    private static void start(Settings settings) {
        PredictionServer.start(settings, FraudModel.loadShipped(FeatureSet.REFERENCE), (partitionKey, label) -> {})
                .close();
    }
}
