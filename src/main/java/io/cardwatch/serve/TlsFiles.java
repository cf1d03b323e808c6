package io.cardwatch.serve;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Reads a server's certificate and key from PEM files. */
final class TlsFiles {
    private static final String REMEDY =
            "Give PEM files: the certificates, and an unencrypted key that begins with BEGIN PRIVATE KEY.";

    private TlsFiles() {}

    /**
     * The context of a server that shows this certificate.
     *
     * @throws BadInputException when one of the files cannot be read, or the two do not belong together
     */
    static SSLContext context(String certificateFile, String keyFile) {
        try (InputStream certificates = Files.newInputStream(Path.of(certificateFile))) {
            Collection<? extends Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(certificates);
            Certificate first = chain.iterator().next();
            PrivateKey key =
                    key(Files.readString(Path.of(keyFile)), first.getPublicKey().getAlgorithm());
            requirePair(key, first.getPublicKey());
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            char[] password = new char[0];
            store.load(null, password);
            store.setKeyEntry("serve", key, password, chain.toArray(new Certificate[0]));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (IOException e) {
            throw new BadInputException(
                    "cannot read " + certificateFile + " or " + keyFile + ": " + e.getMessage(), REMEDY, e);
        } catch (GeneralSecurityException | RuntimeException e) {
            // Its message may quote the key.
            throw new BadInputException(
                    certificateFile + " and " + keyFile + " are no certificate and key that belong together", REMEDY);
        }
    }

    /** Else the first client would find out. */
    private static void requirePair(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String kind = key.getAlgorithm();
        Signature proof = Signature.getInstance(
                kind.equals("EC") ? "SHA256withECDSA" : kind.equals("RSA") ? "SHA256withRSA" : kind);
        byte[] text = {1};
        proof.initSign(key);
        proof.update(text);
        byte[] signed = proof.sign();
        proof.initVerify(certified);
        proof.update(text);
        if (!proof.verify(signed)) {
            throw new GeneralSecurityException("not a pair");
        }
    }

    private static PrivateKey key(String pem, String algorithm) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(algorithm)
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
