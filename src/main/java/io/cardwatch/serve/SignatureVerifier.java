package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cardwatch.config.Options;
import io.cardwatch.config.ServeCredentials;
import io.cardwatch.config.ServeKey;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Sha256;
import io.cardwatch.serve.SignatureRefused.Reason;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Says who signed a request with AWS Signature Version 4, in its header or, for GET, in its query. Only what is signed
 * counts: the host must be one of ours, the date near our clock, the body the one whose hash is signed, and no
 * {@code x-amz-} header may be added on the way. Any number of threads may ask at once.
 */
public final class SignatureVerifier {
    /** The service of the scope, as Amazon API Gateway has it. */
    static final String SERVICE = "execute-api";

    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final int MOST_EXPIRES_SECONDS = 300;
    private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
    private static final int SHOWN_CHARS = 64;

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
    /** What lets a router see other segments or parameters than we do: slash, backslash, semicolon, percent sign and controls. */
    private static final Pattern TWO_WAYS =
            Pattern.compile("%(2[fF5]|5[cC]|3[bB]|[01]\\p{XDigit}|7[fF])|[;\\\\\\x00-\\x1f\\x7f]");

    private static final Pattern NOT_IN_HEADER_NAMES = Pattern.compile("[^a-z0-9_-]");

    private final ServeCredentials credentials;
    private final String region;
    private final Set<String> hostNames;
    private final boolean behindProxy;
    private final Clock clock;
    /** Does for an unknown key what its secret would have to do, so that an answer's time does not tell the two apart. */
    private final ServeKey nobodysKey = ServeKey.random();

    /**
     * Verifies with the region, the host names and the proxy of {@code settings}.
     *
     * @param clock tells what is expired, to the second
     */
    public SignatureVerifier(Settings settings, ServeCredentials credentials, Clock clock) {
        this.credentials = credentials;
        this.region = settings.get(Options.SERVE_REGION);
        this.hostNames = settings.get(Options.SERVE_HOST_NAMES);
        this.behindProxy = settings.get(Options.SERVE_BEHIND_PROXY);
        this.clock = clock;
    }

    /**
     * The signature of {@code request}, when it is good and its key opens the path.
     *
     * @throws SignatureRefused for every other request, whatever it holds
     */
    public Signature verify(SignedRequest request) throws SignatureRefused {
        List<String[]> parameters = CanonicalRequest.parameters(request.query);
        SignatureClaim claim = SignatureClaim.of(request, parameters);
        checkKind(request, claim);
        checkScope(claim);
        Instant validUntil = checkTime(claim);
        String host = host(request);
        checkSignedHeaders(request, claim);
        String text = CanonicalRequest.text(
                request,
                CanonicalRequest.normalised(request.path),
                CanonicalRequest.query(parameters, Set.of(SignatureClaim.QUERY_SIGNATURE)),
                claim.signedHeaders,
                host,
                bodyHash(request));
        String stringToSign = CanonicalRequest.stringToSign(claim.timestamp, claim.scope, text);
        Optional<ServeKey> known = credentials.key(claim.accessKeyId);
        String expected = known.orElse(nobodysKey).signature(claim.scope, stringToSign);
        boolean same = MessageDigest.isEqual(expected.getBytes(ISO_8859_1), claim.signature.getBytes(ISO_8859_1));
        ServeKey key = known.orElseThrow(() -> new SignatureRefused(Reason.UNKNOWN_KEY, "The access key is unknown."));
        check(same, Reason.SIGNATURE_MISMATCH, "The signature is not the one that the key gives for this request.");
        check(isOpen(request.path, key), Reason.PATH_NOT_ALLOWED, "The access key does not open this path.");
        return new Signature(key.accessKeyId, claim.signature, validUntil);
    }

    private static void checkKind(SignedRequest request, SignatureClaim claim) throws SignatureRefused {
        check(METHOD.matcher(request.method).matches(), Reason.MALFORMED_SIGNATURE, "The method must be a word.");
        check(
                !claim.inQuery || request.method.equals("GET"),
                Reason.QUERY_SIGNATURE_NOT_ALLOWED,
                "Only GET may be signed in its query.");
        check(!claim.hasSessionToken, Reason.SESSION_TOKEN, "Session tokens are not accepted.");
    }

    private void checkScope(SignatureClaim claim) throws SignatureRefused {
        check(claim.region.equals(region), Reason.WRONG_REGION, "The scope's region must be " + region + ".");
        check(claim.service.equals(SERVICE), Reason.WRONG_SERVICE, "The scope's service must be " + SERVICE + ".");
        check(claim.timestamp.startsWith(claim.day), Reason.WRONG_DATE, "The scope's day must be that of X-Amz-Date.");
    }

    /** The end of the time in which the claim is valid. */
    private Instant checkTime(SignatureClaim claim) throws SignatureRefused {
        check(
                claim.expiresSeconds <= MOST_EXPIRES_SECONDS && (claim.expiresSeconds > 0 || !claim.inQuery),
                Reason.EXPIRES_TOO_LATE,
                "X-Amz-Expires must be from 1 to " + MOST_EXPIRES_SECONDS + ".");
        Instant now = clock.instant();
        Instant end = claim.signedAt.plus(claim.inQuery ? Duration.ofSeconds(claim.expiresSeconds) : SKEW);
        check(now.isBefore(end), Reason.EXPIRED, "The signature is expired, or the client's clock is slow.");
        check(
                !now.isBefore(claim.signedAt.minus(SKEW)),
                Reason.NOT_YET_VALID,
                "The signature is not valid yet, or the client's clock is fast.");
        return end;
    }

    /** The host as the client named it, one of ours. */
    private String host(SignedRequest request) throws SignatureRefused {
        String direct = SignatureClaim.only(request, "host");
        String forwarded = behindProxy ? SignatureClaim.only(request, "x-forwarded-host") : "";
        String host = forwarded.isEmpty() ? direct : forwarded;
        String name = host.toLowerCase(Locale.ROOT);
        check(
                hostNames.contains(name)
                        || hostNames.contains(PORT.matcher(name).replaceFirst("")),
                Reason.WRONG_HOST,
                "The host must be one of serve.host-names.");
        return host;
    }

    /** Refuses a header that whoever stands between client and server could have added. */
    private static void checkSignedHeaders(SignedRequest request, SignatureClaim claim) throws SignatureRefused {
        check(claim.signedHeaders.contains("host"), Reason.UNSIGNED_HEADER, "The header host must be signed.");
        for (String name : request.headerNames()) {
            if (name.startsWith("x-amz-") && !claim.signedHeaders.contains(name)) {
                throw new SignatureRefused(Reason.UNSIGNED_HEADER, "The header " + shown(name) + " must be signed.");
            }
        }
        SignatureClaim.only(request, "x-amz-date");
    }

    /** The hash that the signature covers; it is the body's own, unless there is no body that it could cover. */
    private static String bodyHash(SignedRequest request) throws SignatureRefused {
        String stated = SignatureClaim.only(request, "x-amz-content-sha256");
        if (request.body.length == 0 && stated.equals(UNSIGNED_PAYLOAD)) {
            return stated;
        }
        String hash = Sha256.of(request.body);
        check(
                stated.isEmpty() || stated.equals(hash),
                Reason.BODY_HASH,
                "X-Amz-Content-Sha256 must be the body's hash.");
        return hash;
    }

    private static boolean isOpen(String path, ServeKey key) {
        return !TWO_WAYS.matcher(path).find()
                && CanonicalRequest.decoded(path)
                        .filter(decoded -> CanonicalRequest.normalised(decoded).equals(decoded))
                        .filter(key::opens)
                        .isPresent();
    }

    private static String shown(String name) {
        return NOT_IN_HEADER_NAMES
                .matcher(name.substring(0, Math.min(name.length(), SHOWN_CHARS)))
                .replaceAll("?");
    }

    private static void check(boolean condition, Reason reason, String message) throws SignatureRefused {
        if (!condition) {
            throw new SignatureRefused(reason, message);
        }
    }
}
