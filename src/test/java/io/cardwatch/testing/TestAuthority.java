package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority of the test's own, made with the JDK's keytool. Its files lie in one directory. */
public final class TestAuthority {
    private static final String STORE_PASSWORD = "changeit";

    private final Path directory;
    private final Path store;
    /** The authority's own certificate, as {@code sslrootcert} takes it. */
    public final Path certificate;

    public TestAuthority(Path directory) throws Exception {
        this.directory = Files.createDirectories(directory);
        this.store = directory.resolve("authority.p12");
        this.certificate = directory.resolve("authority.crt");
        keytool(store, "-genkeypair", "-dname", "CN=authority", "-keyalg", "EC", "-ext", "bc:critical=ca:true");
        keytool(store, "-exportcert", "-rfc", "-file", certificate.toString());
    }

    /**
     * Signs a certificate for {@code hostName}.
     *
     * @return the certificate; its private key lies beside it, in a file whose name ends in {@code .key}
     */
    public Path sign(String hostName) throws Exception {
        Path own = directory.resolve(hostName + ".p12");
        Path request = directory.resolve(hostName + ".csr");
        Path signed = directory.resolve(hostName + ".crt");
        keytool(own, "-genkeypair", "-dname", "CN=" + hostName, "-keyalg", "EC");
        keytool(own, "-certreq", "-file", request.toString());
        keytool(
                store,
                "-gencert",
                "-rfc",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString(),
                "-ext",
                "san=dns:" + hostName);
        writePrivateKey(own, directory.resolve(hostName + ".key"));
        return signed;
    }

    private static void writePrivateKey(Path keyStore, Path file) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            keys.load(in, STORE_PASSWORD.toCharArray());
        }
        Key key = keys.getKey("mykey", STORE_PASSWORD.toCharArray());
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key.getEncoded());
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void keytool(Path keyStore, String... arguments) throws Exception {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "mykey", "-keystore", keyStore.toString(), "-storepass", STORE_PASSWORD));
        Path output = Files.createTempFile(keyStore.getParent(), "keytool", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }
}
