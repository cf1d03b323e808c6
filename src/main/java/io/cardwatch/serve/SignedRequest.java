package io.cardwatch.serve;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request as it came over the wire, before anything is decoded. Its texts hold one byte a char (ISO-8859-1), as
 * servers hand them out.
 */
public final class SignedRequest {
    final String method;
    final String path;
    final String query;
    final byte[] body;
    private final Map<String, List<String>> headers = new HashMap<>();

    /**
     * A request.
     *
     * @param path still with its percent signs, without the query
     * @param query still with its percent signs, without the question mark; empty or null where there is none
     * @param headers the values of each header, in their order; names in any case
     * @param body empty where there is none
     */
    public SignedRequest(
            String method, String path, String query, Map<String, ? extends List<String>> headers, byte[] body) {
        this.method = method;
        this.path = path;
        this.query = query == null ? "" : query;
        this.body = body;
        headers.forEach((name, values) -> this.headers
                .computeIfAbsent(name.toLowerCase(Locale.ROOT), lowerCase -> new ArrayList<>())
                .addAll(values));
    }

    /** The values of a header, in their order; none where it is not there. */
    List<String> header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of());
    }

    /** The names of all headers, in lower case. */
    Iterable<String> headerNames() {
        return headers.keySet();
    }
}
