package io.cardwatch.serve;

import java.time.Instant;

/** A signature that was verified: who signed, and until when the same bytes would be accepted again. */
public final class Signature {
    /** The key that signed, as the credentials name it. */
    public final String accessKeyId;
    /** 64 lower-case hexadecimal digits; a request that is repeated has the same. */
    public final String hex;
    /** From here on the request is refused as expired. */
    public final Instant validUntil;

    Signature(String accessKeyId, String hex, Instant validUntil) {
        this.accessKeyId = accessKeyId;
        this.hex = hex;
        this.validUntil = validUntil;
    }
}
