package io.cardwatch.serve;

import java.util.Locale;

/**
 * A request whose signature does not open the door. The message is one sentence for the client. It never holds a secret,
 * and of the request at most the name of a header.
 */
public final class SignatureRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public final Reason reason;

    /** Why a request is refused. */
    public enum Reason {
        /** Neither header nor query holds a signature of AWS4-HMAC-SHA256. */
        MISSING_SIGNATURE,
        /** The signature, or something that it covers, cannot be read or is incomplete. */
        MALFORMED_SIGNATURE,
        /** Authorization, Host, X-Amz-Date or another header that must come once comes again. */
        DUPLICATE_HEADER,
        /** The query is signed, and the method is not GET. */
        QUERY_SIGNATURE_NOT_ALLOWED,
        /** The credentials are temporary. */
        SESSION_TOKEN,
        /** The scope's region is not ours. */
        WRONG_REGION,
        /** The scope's service is not ours. */
        WRONG_SERVICE,
        /** The scope's day is not that of the request. */
        WRONG_DATE,
        /** The signature may be used for longer than we allow. */
        EXPIRES_TOO_LATE,
        /** The signature was made, or ran out, too long ago. */
        EXPIRED,
        /** The signature was made too far in the future. */
        NOT_YET_VALID,
        /** The host is not one of ours. */
        WRONG_HOST,
        /** A header that must be signed is not. */
        UNSIGNED_HEADER,
        /** The body is not the one whose hash the request states, or is not hashed. */
        BODY_HASH,
        /** Nobody has this key. */
        UNKNOWN_KEY,
        /** The key's owner did not sign this request. */
        SIGNATURE_MISMATCH,
        /** The key does not open this path. */
        PATH_NOT_ALLOWED;

        /** The reason as answers name it, like {@code wrong-host}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Without a stack trace: whoever sends nonsense must not make us walk the stack. */
    SignatureRefused(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }
}
