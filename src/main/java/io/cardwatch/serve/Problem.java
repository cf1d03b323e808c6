package io.cardwatch.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.codec.RecordJson;
import java.io.IOException;

/** Why a request, or an item of one, is not answered; a problem document of RFC 9457. Its texts are for the client. */
final class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    /** The media type of a problem document. */
    static final String MEDIA_TYPE = "application/problem+json";

    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int REQUEST_TIMEOUT = 408;
    static final int CONFLICT = 409;
    static final int TOO_LARGE = 413;
    static final int UNSUPPORTED_MEDIA_TYPE = 415;
    static final int UNPROCESSABLE = 422;
    static final int INTERNAL = 500;
    static final int UNAVAILABLE = 503;

    /** The status of HTTP. */
    final int status;
    /** Stable: programs may rely on it. */
    final String code;

    /** Without a stack trace: whoever sends nonsense must not make us walk the stack. */
    Problem(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** Whether the same request may be answered a little later. */
    boolean isPassing() {
        return status == UNAVAILABLE;
    }

    /** The problem document. */
    byte[] json() {
        return RecordJson.object(this::write);
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStringField("type", "about:blank");
        json.writeNumberField("status", status);
        json.writeStringField("code", code);
        json.writeStringField("detail", getMessage());
    }
}
