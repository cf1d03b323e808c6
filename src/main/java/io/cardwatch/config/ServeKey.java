package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key whose owner may call {@code serve}. The secret does not leave this class: it signs. What it derives from the secret
 * for a day is kept until it signs for another day.
 */
public final class ServeKey {
    private static final String HMAC = "HmacSHA256";
    private static final int RANDOM_BITS = 256;

    /** The name of the key, which every request shows. */
    public final String accessKeyId;

    private final byte[] secret;
    private final List<String> paths;
    private volatile DerivedKey derived;

    /** @param paths what the key opens: a path, or with a star at the end all that begin with it */
    ServeKey(String accessKeyId, String secretAccessKey, List<String> paths) {
        this.accessKeyId = accessKeyId;
        this.secret = ("AWS4" + secretAccessKey).getBytes(UTF_8);
        this.paths = List.copyOf(paths);
        this.derived = new DerivedKey("", mac(secret));
    }

    /** A key that opens nothing and that nobody knows. */
    public static ServeKey random() {
        return new ServeKey("", new BigInteger(RANDOM_BITS, new SecureRandom()).toString(), List.of());
    }

    /** Whether the key opens {@code path}, which is decoded and normalised. */
    public boolean opens(String path) {
        return paths.stream()
                .anyMatch(open ->
                        open.endsWith("*") ? path.startsWith(open.substring(0, open.length() - 1)) : path.equals(open));
    }

    /**
     * The signature that AWS Signature Version 4 gives, 64 lower-case hexadecimal digits.
     *
     * @param scope day, region, service and {@code aws4_request}, separated by slashes
     */
    public String signature(String scope, String stringToSign) {
        DerivedKey key = derived;
        if (!key.scope.equals(scope)) {
            byte[] bytes = secret;
            for (String part : scope.split("/", -1)) {
                bytes = hmac(mac(bytes), part);
            }
            key = new DerivedKey(scope, mac(bytes));
            derived = key;
        }
        return hex(hmac(copy(key.mac), stringToSign));
    }

    private static byte[] hmac(Mac mac, String text) {
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    /** Saves looking for the algorithm and hashing the key once more. */
    private static Mac copy(Mac mac) {
        try {
            return (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the platform's own " + HMAC + " can be copied", e);
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder(2 * bytes.length);
        for (byte octet : bytes) {
            hex.append(Character.forDigit((octet >> 4) & 0xF, 16)).append(Character.forDigit(octet & 0xF, 16));
        }
        return hex.toString();
    }

    /** The id alone. */
    @Override
    public String toString() {
        return "key " + accessKeyId;
    }

    /** The key that signs within one scope. */
    private static final class DerivedKey {
        final String scope;
        /** Holds the key and no text; it is copied, never used. */
        final Mac mac;

        DerivedKey(String scope, Mac mac) {
            this.scope = scope;
            this.mac = mac;
        }
    }
}
