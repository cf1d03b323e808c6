package io.cardwatch.domain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 as 64 lower-case hexadecimal digits, of bytes that come at once or piece by piece. */
public final class Sha256 {
    private static final String DIGITS = "0123456789abcdef";

    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The hash of {@code bytes}. */
    public static String of(byte[] bytes) {
        return new Sha256().add(bytes).hex();
    }

    /** Takes the next piece. */
    public Sha256 add(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** The hash of all pieces since the last call. */
    public String hex() {
        byte[] hash = digest.digest();
        StringBuilder hex = new StringBuilder(2 * hash.length);
        for (byte octet : hash) {
            hex.append(DIGITS.charAt((octet >> 4) & 0xF)).append(DIGITS.charAt(octet & 0xF));
        }
        return hex.toString();
    }
}
