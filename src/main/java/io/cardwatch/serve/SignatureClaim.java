package io.cardwatch.serve;

import io.cardwatch.serve.SignatureRefused.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request says about its own signature, in the Authorization header or in the query; nothing of it is verified. */
final class SignatureClaim {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String QUERY_SIGNATURE = "X-Amz-Signature";

    private static final String QUERY_TOKEN = "X-Amz-Security-Token";

    private static final String SCHEME = ALGORITHM + " ";
    private static final Pattern CREDENTIAL =
            Pattern.compile("([\\w.-]{1,128})/(\\d{8})/([a-z0-9-]{1,64})/([a-z0-9-]{1,64})/aws4_request");
    private static final Pattern TIMESTAMP = Pattern.compile("(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(\\d{2})Z");
    private static final int SIGNATURE_CHARS = 64;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    final String accessKeyId;
    /** The scope's day, {@code yyyyMMdd}. */
    final String day;

    final String region;
    final String service;
    /** Day, region, service and {@code aws4_request}, separated by slashes. */
    final String scope;
    /** The names, each once, in order. */
    final List<String> signedHeaders;
    /** Of the length of a signature. */
    final String signature;
    /** The time of signing as the request writes it. */
    final String timestamp;

    final Instant signedAt;
    final boolean inQuery;
    /** How long the signature of a query may be used; 0 for one in a header. */
    final int expiresSeconds;

    /** Whether the credentials are temporary. */
    final boolean hasSessionToken;

    private SignatureClaim(
            String credential,
            String signedHeaders,
            String signature,
            String timestamp,
            boolean inQuery,
            int expiresSeconds,
            boolean hasSessionToken)
            throws SignatureRefused {
        Matcher parts = CREDENTIAL.matcher(credential);
        require(parts.matches(), "The credential must be KEY/DAY/REGION/SERVICE/aws4_request.");
        accessKeyId = parts.group(1);
        day = parts.group(2);
        region = parts.group(3);
        service = parts.group(4);
        scope = credential.substring(accessKeyId.length() + 1);
        this.signedHeaders = List.of(signedHeaders.split(";", -1));
        require(isAscending(this.signedHeaders), "The names of the signed headers must be in order, each once.");
        require(signature.length() == SIGNATURE_CHARS, "The signature must have 64 hexadecimal digits.");
        this.signature = signature;
        this.timestamp = timestamp;
        signedAt = instant(timestamp);
        this.inQuery = inQuery;
        this.expiresSeconds = expiresSeconds;
        this.hasSessionToken = hasSessionToken;
    }

    /**
     * The claim of a request.
     *
     * @param parameters of its query, as {@link CanonicalRequest#parameters} gives them
     * @throws SignatureRefused when it has none, more than one, or one that cannot be read
     */
    static SignatureClaim of(SignedRequest request, List<String[]> parameters) throws SignatureRefused {
        Map<String, String> query = signingParameters(parameters);
        boolean inHeader = only(request, "authorization").startsWith(SCHEME);
        boolean inQuery = query.containsKey(QUERY_SIGNATURE);
        if (!inHeader && !inQuery) {
            throw new SignatureRefused(
                    Reason.MISSING_SIGNATURE, "The request must be signed with AWS Signature Version 4.");
        }
        require(!inHeader || !inQuery, "The request is signed in its header and in its query.");
        boolean hasSessionToken = query.containsKey(QUERY_TOKEN)
                || !request.header("x-amz-security-token").isEmpty();
        return inHeader ? ofHeader(request, hasSessionToken) : ofQuery(query, hasSessionToken);
    }

    private static SignatureClaim ofHeader(SignedRequest request, boolean hasSessionToken) throws SignatureRefused {
        Map<String, String> parts = new HashMap<>();
        for (String part :
                only(request, "authorization").substring(SCHEME.length()).split(",", -1)) {
            String[] nameAndValue = part.trim().split("=", 2);
            require(
                    nameAndValue.length == 2 && parts.put(nameAndValue[0], nameAndValue[1]) == null,
                    "Authorization must have Credential, SignedHeaders and Signature, each once.");
        }
        require(parts.size() == 3, "Authorization must have Credential, SignedHeaders and Signature alone.");
        return new SignatureClaim(
                parts.getOrDefault("Credential", ""),
                parts.getOrDefault("SignedHeaders", ""),
                parts.getOrDefault("Signature", ""),
                only(request, "x-amz-date"),
                false,
                0,
                hasSessionToken);
    }

    private static SignatureClaim ofQuery(Map<String, String> query, boolean hasSessionToken) throws SignatureRefused {
        require(
                query.getOrDefault("X-Amz-Algorithm", "").equals(ALGORITHM),
                "X-Amz-Algorithm must be AWS4-HMAC-SHA256.");
        String expires = query.getOrDefault("X-Amz-Expires", "");
        require(SECONDS.matcher(expires).matches(), "X-Amz-Expires must be a number of seconds.");
        return new SignatureClaim(
                query.getOrDefault("X-Amz-Credential", ""),
                query.getOrDefault("X-Amz-SignedHeaders", ""),
                query.get(QUERY_SIGNATURE),
                query.getOrDefault("X-Amz-Date", ""),
                true,
                Integer.parseInt(expires),
                hasSessionToken);
    }

    /** The decoded values of the parameters whose names begin like those of a signature. */
    private static Map<String, String> signingParameters(List<String[]> parameters) throws SignatureRefused {
        Map<String, String> values = new HashMap<>();
        for (String[] parameter : parameters) {
            if (parameter[0].startsWith("X-Amz-")) {
                require(
                        values.put(parameter[0], parameter[1]) == null,
                        "A parameter of the signature comes more than once.");
            }
        }
        return values;
    }

    /** The value of a header that must not come twice; empty where there is none. */
    static String only(SignedRequest request, String name) throws SignatureRefused {
        List<String> values = request.header(name);
        if (values.size() > 1) {
            throw new SignatureRefused(
                    Reason.DUPLICATE_HEADER, "The header " + name + " must not come more than once.");
        }
        return values.isEmpty() ? "" : values.get(0).trim();
    }

    private static Instant instant(String timestamp) throws SignatureRefused {
        Matcher digits = TIMESTAMP.matcher(timestamp);
        require(digits.matches(), "X-Amz-Date must be a time like 20260131T120000Z.");
        try {
            return LocalDateTime.of(
                            Integer.parseInt(digits.group(1)),
                            Integer.parseInt(digits.group(2)),
                            Integer.parseInt(digits.group(3)),
                            Integer.parseInt(digits.group(4)),
                            Integer.parseInt(digits.group(5)),
                            Integer.parseInt(digits.group(6)))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new SignatureRefused(Reason.MALFORMED_SIGNATURE, "X-Amz-Date is no date of the calendar.");
        }
    }

    private static boolean isAscending(List<String> names) {
        for (int i = 1; i < names.size(); i++) {
            if (names.get(i - 1).compareTo(names.get(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static void require(boolean condition, String message) throws SignatureRefused {
        if (!condition) {
            throw new SignatureRefused(Reason.MALFORMED_SIGNATURE, message);
        }
    }
}
