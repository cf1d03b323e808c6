package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.SettingsLoader;
import io.cardwatch.serve.ClientRequest.Client;
import io.cardwatch.serve.SignatureRefused.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The client is AWS's SDK for Java. */
class SignatureVerifierTest {
    private static final String ID = "AKIDCLIENT";
    private static final String SECRET = "hunter2hunter2";
    private static final String READERS_SECRET = "hunter3hunter3";
    private static final String API = "https://api.example/v1/";
    private static final String FEATURES = API + "customers/596/features";
    private static final String BODY = "{\"TRANSACTION_ID\":1}";
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private TestKeys keys;

    @BeforeEach
    void twoClients() {
        keys = TestKeys.in(directory)
                .add(ID, SECRET, "/v1/*")
                .add("AKIDREADER", READERS_SECRET, "/v1/customers/*", "/v1/me");
    }

    @Test
    void whatTheSdkSignsInTheHeaderIsAccepted() throws Exception {
        ClientRequest request =
                client().header("Content-Type", "application/json").post(API + "predictions", BODY);

        Signature signature = verify(request);

        assertThat(signature.accessKeyId).isEqualTo(ID);
        assertThat(request.header("Authorization")).endsWith("Signature=" + signature.hex);
        assertThat(signature.validUntil).isEqualTo(ClientRequest.SIGNED_AT.plus(SKEW));
        assertThat(verify(client().get(FEATURES)).hex).isNotEqualTo(signature.hex);
    }

    @Test
    void whatTheSdkSignsInTheQueryIsAccepted() throws Exception {
        ClientRequest request = client().inQuery(MINUTE).get(API + "customers/596/transactions?limit=5");

        Signature signature = verify(request);

        assertThat(signature.accessKeyId).isEqualTo(ID);
        assertThat(request.query).contains("X-Amz-Signature=" + signature.hex);
        assertThat(signature.validUntil).isEqualTo(ClientRequest.SIGNED_AT.plus(MINUTE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customers/a%20b/features",
                "customers/%E1%88%B4",
                "customers/1?limit=5&LIMIT=6&b=2&a=3",
                "customers/1?a-b=1&a=2&a=10&a=",
                "customers/1?a&b=",
                "customers/1?a=%2F%20%3d%26&b=x%2By*~!'()",
                "customers/1?%E1%88%B4=%C3%BC"
            })
    void pathsAndQueriesThatNeedEncodingOrSortingAreAccepted(String rest) throws Exception {
        assertThat(verify(client().get(API + rest)).accessKeyId).isEqualTo(ID);
        assertThat(verify(client().inQuery(MINUTE).get(API + rest)).accessKeyId).isEqualTo(ID);
    }

    @Test
    void blanksInSignedHeadersDoNotCount_andAnUnsignedHeaderMayChange() throws Exception {
        ClientRequest request = client().header("X-Amz-Meta", "  a   b\t c ")
                .header("Accept", "x")
                .get(FEATURES);
        request.setHeader("X-Amz-Meta", "a b c");
        request.setHeader("Via", "a proxy");

        assertThat(verify(request).accessKeyId).isEqualTo(ID);
    }

    static Stream<Arguments> partsOfARequestSignedInTheHeader() {
        return Stream.of(
                spoilt("method", request -> request.method = "PUT", Reason.SIGNATURE_MISMATCH),
                spoilt("path", request -> request.path = "/v1/labels", Reason.SIGNATURE_MISMATCH),
                spoilt("query", request -> request.query = "limit=6", Reason.SIGNATURE_MISMATCH),
                spoilt("parameter added", request -> request.query += "&a=b", Reason.SIGNATURE_MISMATCH),
                spoilt("content-type", set("Content-Type", "text/plain"), Reason.SIGNATURE_MISMATCH),
                spoilt("signed header twice", set("Content-Type", "a/b", "a/b"), Reason.SIGNATURE_MISMATCH),
                spoilt("signed header gone", gone("Content-Type"), Reason.MALFORMED_SIGNATURE),
                spoilt("x-amz-meta", set("x-amz-meta", "b"), Reason.SIGNATURE_MISMATCH),
                spoilt("x-amz- added", set("X-AMZ-Target", "b"), Reason.UNSIGNED_HEADER),
                spoilt("host", set("Host", "other.example"), Reason.SIGNATURE_MISMATCH),
                spoilt("host not ours", set("Host", "evil.example"), Reason.WRONG_HOST),
                spoilt("host gone", gone("Host"), Reason.WRONG_HOST),
                spoilt("host twice", set("Host", "api.example", "api.example"), Reason.DUPLICATE_HEADER),
                spoilt("date", set("X-Amz-Date", "20260131T120001Z"), Reason.SIGNATURE_MISMATCH),
                spoilt("date of another day", set("X-Amz-Date", "20260130T120000Z"), Reason.WRONG_DATE),
                spoilt("no date of the calendar", set("X-Amz-Date", "20260231T120000Z"), Reason.MALFORMED_SIGNATURE),
                spoilt("date without a time", set("X-Amz-Date", "20260131"), Reason.MALFORMED_SIGNATURE),
                spoilt("date gone", gone("X-Amz-Date"), Reason.MALFORMED_SIGNATURE),
                spoilt(
                        "date twice",
                        set("X-Amz-Date", "20260131T120000Z", "20260131T120000Z"),
                        Reason.DUPLICATE_HEADER),
                spoilt("body", request -> request.body = "{}".getBytes(UTF_8), Reason.BODY_HASH),
                spoilt("body gone", request -> request.body = new byte[0], Reason.BODY_HASH),
                spoilt("hash of the body", set("x-amz-content-sha256", "0".repeat(64)), Reason.BODY_HASH),
                spoilt("body said to be unsigned", set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), Reason.BODY_HASH),
                spoilt(
                        "body said to be a stream",
                        set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
                        Reason.BODY_HASH),
                spoilt("session token", set("X-Amz-Security-Token", "t"), Reason.SESSION_TOKEN),
                spoilt("session token in the query", query("&X-Amz-Security-Token=t"), Reason.SESSION_TOKEN),
                spoilt("day", authorization("20260131/", "20260130/"), Reason.WRONG_DATE),
                spoilt("region", authorization("us-east-1/", "us-east-2/"), Reason.WRONG_REGION),
                spoilt("service", authorization("execute-api/", "s3/"), Reason.WRONG_SERVICE),
                spoilt("end of the scope", authorization("/aws4_request", "/aws5_request"), Reason.MALFORMED_SIGNATURE),
                spoilt("key", authorization(ID, "AKIDNOBODY"), Reason.UNKNOWN_KEY),
                spoilt("another's key", authorization(ID, "AKIDREADER"), Reason.SIGNATURE_MISMATCH),
                spoilt("signature", authorization("Signature=.{5}", "Signature=00000"), Reason.SIGNATURE_MISMATCH),
                spoilt("signature cut", authorization("Signature=.", "Signature="), Reason.MALFORMED_SIGNATURE),
                spoilt("no host signed", authorization("host;", ""), Reason.UNSIGNED_HEADER),
                spoilt("no date signed", authorization(";x-amz-date", ""), Reason.UNSIGNED_HEADER),
                spoilt("fewer headers signed", authorization("content-type;", ""), Reason.SIGNATURE_MISMATCH),
                spoilt(
                        "headers in disorder",
                        authorization("(host);(x-amz-content-sha256)", "$2;$1"),
                        Reason.MALFORMED_SIGNATURE),
                spoilt("a header signed twice", authorization("host;", "host;host;"), Reason.MALFORMED_SIGNATURE),
                spoilt("no headers", authorization("SignedHeaders=[^,]*, ", ""), Reason.MALFORMED_SIGNATURE),
                spoilt("more than three parts", authorization("$", ", A=b"), Reason.MALFORMED_SIGNATURE),
                spoilt("a part twice", authorization("$", ", Signature=" + "0".repeat(64)), Reason.MALFORMED_SIGNATURE),
                spoilt("another scheme", set("Authorization", "Basic eDp5"), Reason.MISSING_SIGNATURE),
                spoilt(
                        "another algorithm",
                        authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
                        Reason.MISSING_SIGNATURE),
                spoilt("unsigned", gone("Authorization"), Reason.MISSING_SIGNATURE),
                spoilt("signed twice", set("Authorization", "AWS4-HMAC-SHA256 a", "b"), Reason.DUPLICATE_HEADER),
                spoilt("signed in the query, too", query("&X-Amz-Signature=00"), Reason.MALFORMED_SIGNATURE),
                spoilt("escape without digits", query("&a=%4"), Reason.MALFORMED_SIGNATURE),
                spoilt("method of other letters", request -> request.method = "P\nT", Reason.MALFORMED_SIGNATURE),
                spoilt("a path of no bytes", request -> request.path = "/v1/\u1234", Reason.MALFORMED_SIGNATURE),
                spoilt("a header of no bytes", set("x-amz-meta", "\u0161"), Reason.MALFORMED_SIGNATURE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("partsOfARequestSignedInTheHeader")
    void everyPartOfARequestIsSigned(String part, Consumer<ClientRequest> spoil, Reason reason) throws Exception {
        ClientRequest request = client().header("Content-Type", "application/json")
                .header("x-amz-meta", "a")
                .post(API + "predictions?limit=5", BODY);
        assertThat(verify(request).accessKeyId).isEqualTo(ID);

        spoil.accept(request);

        assertRefused(request, reason);
    }

    static Stream<Arguments> partsOfARequestSignedInTheQuery() {
        return Stream.of(
                spoilt("method", request -> request.method = "POST", Reason.QUERY_SIGNATURE_NOT_ALLOWED),
                spoilt("path", request -> request.path = "/v1/labels", Reason.SIGNATURE_MISMATCH),
                spoilt("parameter", replaced("limit=5", "limit=6"), Reason.SIGNATURE_MISMATCH),
                spoilt("parameter gone", replaced("limit=5&", ""), Reason.SIGNATURE_MISMATCH),
                spoilt("parameter added", query("&a=b"), Reason.SIGNATURE_MISMATCH),
                spoilt("body", request -> request.body = new byte[1], Reason.SIGNATURE_MISMATCH),
                spoilt("host", set("Host", "other.example"), Reason.SIGNATURE_MISMATCH),
                spoilt("x-amz- added", set("x-amz-meta", "b"), Reason.UNSIGNED_HEADER),
                spoilt("date", replaced("T120000Z", "T120001Z"), Reason.SIGNATURE_MISMATCH),
                spoilt("day", replaced("20260131%2F", "20260130%2F"), Reason.WRONG_DATE),
                spoilt("expiry", replaced("Expires=60", "Expires=61"), Reason.SIGNATURE_MISMATCH),
                spoilt("expiry too late", replaced("Expires=60", "Expires=301"), Reason.EXPIRES_TOO_LATE),
                spoilt("expiry at once", replaced("Expires=60", "Expires=0"), Reason.EXPIRES_TOO_LATE),
                spoilt("expiry before", replaced("Expires=60", "Expires=-1"), Reason.MALFORMED_SIGNATURE),
                spoilt("expiry never", replaced("Expires=60", "Expires=99999999999"), Reason.MALFORMED_SIGNATURE),
                spoilt("no expiry", replaced("X-Amz-Expires=60", "a=60"), Reason.MALFORMED_SIGNATURE),
                spoilt("two expiries", query("&X-Amz-Expires=60"), Reason.MALFORMED_SIGNATURE),
                spoilt("algorithm", replaced("HMAC-SHA256", "HMAC-SHA512"), Reason.MALFORMED_SIGNATURE),
                spoilt("region", replaced("us-east-1", "us-east-2"), Reason.WRONG_REGION),
                spoilt("key", replaced(ID, "AKIDNOBODY"), Reason.UNKNOWN_KEY),
                spoilt("signature", replaced("Signature=.{5}", "Signature=00000"), Reason.SIGNATURE_MISMATCH),
                spoilt("unsigned", replaced("X-Amz-Signature", "x-amz-signature"), Reason.MISSING_SIGNATURE),
                spoilt("session token", query("&X-Amz-Security-Token=t"), Reason.SESSION_TOKEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("partsOfARequestSignedInTheQuery")
    void everyPartOfARequestThatIsSignedInItsQueryIsSigned(String part, Consumer<ClientRequest> spoil, Reason reason)
            throws Exception {
        ClientRequest request = client().inQuery(MINUTE).get(API + "customers/1/transactions?limit=5");
        assertThat(verify(request).accessKeyId).isEqualTo(ID);

        spoil.accept(request);

        assertRefused(request, reason);
    }

    @Test
    void aRequestOfAnyLengthIsReadToItsEnd() throws Exception {
        String many = IntStream.range(100_000, 200_000).mapToObj(i -> "a" + i).collect(Collectors.joining(";"));
        ClientRequest request = client().get(FEATURES);
        String authorization = request.header("Authorization");

        request.setHeader("Authorization", authorization.replace("host;", many + ";host;"));
        assertRefused(request, Reason.MALFORMED_SIGNATURE);
        request.setHeader("Authorization", authorization + ",".repeat(100_000));
        assertRefused(request, Reason.MALFORMED_SIGNATURE);
        request.setHeader("Authorization", authorization);
        request.path = "/..".repeat(100_000);
        request.query = "&a=%20".repeat(100_000);
        assertRefused(request, Reason.SIGNATURE_MISMATCH);
    }

    @Test
    void whatIsSignedProperlyForSomethingElseIsRefused() throws Exception {
        assertRefused(client().region("eu-west-1").get(FEATURES), Reason.WRONG_REGION);
        assertRefused(client().service("s3").get(FEATURES), Reason.WRONG_SERVICE);
        assertRefused(client().get("https://evil.example/v1/me"), Reason.WRONG_HOST);
        assertRefused(
                new Client(AwsSessionCredentialsIdentity.create(ID, SECRET, "token")).get(FEATURES),
                Reason.SESSION_TOKEN);
        assertRefused(
                new Client(AwsSessionCredentialsIdentity.create(ID, SECRET, "token"))
                        .inQuery(MINUTE)
                        .get(FEATURES),
                Reason.SESSION_TOKEN);
        assertRefused(client().unsignedBody().post(API + "predictions", BODY), Reason.BODY_HASH);
        assertRefused(client().chunked().post(API + "predictions", BODY), Reason.BODY_HASH);
        assertRefused(client().inQuery(MINUTE).post(API + "predictions", BODY), Reason.QUERY_SIGNATURE_NOT_ALLOWED);
        assertRefused(client().inQuery(SKEW.plusSeconds(1)).get(FEATURES), Reason.EXPIRES_TOO_LATE);
        assertRefused(new Client(ID, "another").get(FEATURES), Reason.SIGNATURE_MISMATCH);
        assertRefused(new Client("AKIDNOBODY", SECRET).get(FEATURES), Reason.UNKNOWN_KEY);
    }

    @Test
    void aBodyThatIsNotThereNeedsNoHash() throws Exception {
        ClientRequest request = client().unsignedBody().get(FEATURES);

        assertThat(request.header("x-amz-content-sha256")).isEqualTo("UNSIGNED-PAYLOAD");
        assertThat(verify(request).accessKeyId).isEqualTo(ID);
    }

    @Test
    void aSignatureIsValidFiveMinutesBeforeAndAfter_inTheQueryUntilItExpires() throws Exception {
        ClientRequest header = client().get(FEATURES);
        ClientRequest query = client().inQuery(MINUTE).get(FEATURES);

        assertRefused(header, SKEW.plusMillis(1).negated(), Reason.NOT_YET_VALID);
        assertRefused(query, SKEW.plusMillis(1).negated(), Reason.NOT_YET_VALID);
        verify(header, SKEW.negated());
        verify(query, SKEW.negated());
        verify(header, SKEW.minusMillis(1));
        verify(query, MINUTE.minusMillis(1));
        assertRefused(header, SKEW, Reason.EXPIRED);
        assertRefused(query, MINUTE, Reason.EXPIRED);
    }

    @Test
    void aSignatureOutlivesMidnight() throws Exception {
        Instant midnight = Instant.parse("2026-02-01T00:00:00Z");
        for (int round = 0; round < 3; round++) {
            for (Duration from : List.of(Duration.ofSeconds(-1), Duration.ZERO)) {
                SignatureVerifier verifier = verifier(midnight, Map.of());
                assertThat(verifier.verify(client().at(midnight.plus(from))
                                        .get(FEATURES)
                                        .received())
                                .accessKeyId)
                        .isEqualTo(ID);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "api.example, true",
        "API.Example, true",
        "api.example:8443, true",
        "other.example:444, true",
        "ported.example:8443, true",
        "ported.example, false",
        "ported.example:8444, false",
        "api.example.evil.example, false",
        "evil-api.example, false",
        "evil.example, false"
    })
    void aHostCountsWithAndWithoutItsPort_inAnyCase(String host, boolean ours) throws Exception {
        ClientRequest request = client().get("https://" + host + "/v1/me");
        assertThat(request.header("Host")).isEqualToIgnoringCase(host);
        if (ours) {
            assertThat(verify(request).accessKeyId).isEqualTo(ID);
        } else {
            assertRefused(request, Reason.WRONG_HOST);
        }
    }

    @Test
    void aForwardedHostCountsBehindAProxyAlone() throws Exception {
        ClientRequest request = client().get(FEATURES);
        request.setHeader("Host", "backend:8080");
        request.setHeader("X-Forwarded-Host", "api.example");
        SignatureVerifier behindProxy = verifier(ClientRequest.SIGNED_AT, Map.of("serve.behind-proxy", "true"));

        assertThat(behindProxy.verify(request.received()).accessKeyId).isEqualTo(ID);
        assertRefused(request, Reason.WRONG_HOST);

        request.setHeader("X-Forwarded-Host", "api.example", "other.example");
        assertRefused(behindProxy, request, Reason.DUPLICATE_HEADER);
        request.setHeader("X-Forwarded-Host", "other.example");
        assertRefused(behindProxy, request, Reason.SIGNATURE_MISMATCH);
        request.setHeader("X-Forwarded-Host", "evil.example");
        assertRefused(behindProxy, request, Reason.WRONG_HOST);
        request.setHeader("Host", "api.example");
        assertRefused(behindProxy, request, Reason.WRONG_HOST);
        request.headers.remove("X-Forwarded-Host");
        assertThat(behindProxy.verify(request.received()).accessKeyId).isEqualTo(ID);
        request.setHeader("X-Forwarded-Host", "evil.example");
        assertThat(verify(request).accessKeyId).isEqualTo(ID);
    }

    @Test
    void aKeyOpensItsPathsAlone() throws Exception {
        Client reader = new Client("AKIDREADER", READERS_SECRET);

        assertThat(verify(reader.get(FEATURES)).accessKeyId).isEqualTo("AKIDREADER");
        assertThat(verify(reader.get(API + "me")).accessKeyId).isEqualTo("AKIDREADER");
        assertRefused(reader.get(API + "mex"), Reason.PATH_NOT_ALLOWED);
        assertRefused(reader.get(API + "terminals/1/features"), Reason.PATH_NOT_ALLOWED);
        assertRefused(reader.post(API + "labels", "{}"), Reason.PATH_NOT_ALLOWED);
        assertRefused(reader.inQuery(MINUTE).get(API + "terminals/1/features"), Reason.PATH_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customers/../labels",
                "customers/%2e%2e/labels",
                "customers/.%2E/labels",
                "customers/%252e%252e/labels",
                "customers%2F..%2Flabels",
                "customers/1%2f2",
                "customers/..%5Clabels",
                "customers//1",
                "customers/./1",
                "customers/1;a=b",
                "customers/1%3Ba=b",
                "customers/1%00"
            })
    void aPathThatCouldBeReadInTwoWaysOpensNothing(String rest) throws Exception {
        ClientRequest request = new Client("AKIDREADER", READERS_SECRET).get("https://api.example/v1/customers/1");
        String canonical = CanonicalRequest.normalised("/v1/" + rest);
        ClientRequest signed = new Client("AKIDREADER", READERS_SECRET).get("https://api.example" + canonical);
        request.path = "/v1/" + rest;
        request.headers.putAll(signed.headers);

        assertRefused(request, Reason.PATH_NOT_ALLOWED);
    }

    @Test
    void whatIsSaidOfARequestIsShort_andOfItsTextHoldsAHeadersNameAtMost() throws Exception {
        ClientRequest request = client().get(FEATURES);
        request.setHeader("x-amz-\n<b>" + "y".repeat(10_000), "z");

        assertThatThrownBy(() -> verify(request))
                .hasMessage("The header x-amz-??b?" + "y".repeat(54) + " must be signed.");
        assertThat(Arrays.stream(Reason.values()).map(Reason::code))
                .contains("missing-signature", "wrong-host", "path-not-allowed")
                .allMatch(code -> code.matches("[a-z]+(-[a-z]+)*"));
    }

    private static Client client() {
        return new Client(ID, SECRET);
    }

    private static Arguments spoilt(String part, Consumer<ClientRequest> spoil, Reason reason) {
        return Arguments.of(part, spoil, reason);
    }

    private static Consumer<ClientRequest> set(String name, String... values) {
        return request -> request.setHeader(name, values);
    }

    private static Consumer<ClientRequest> gone(String name) {
        return request -> assertThat(request.headers.remove(name)).isNotNull();
    }

    private static Consumer<ClientRequest> query(String added) {
        return request -> request.query += added;
    }

    private static Consumer<ClientRequest> replaced(String regex, String replacement) {
        return request -> {
            String before = request.query;
            request.query = before.replaceFirst(regex, replacement);
            assertThat(request.query).isNotEqualTo(before);
        };
    }

    private static Consumer<ClientRequest> authorization(String regex, String replacement) {
        return request -> {
            String before = request.header("Authorization");
            request.setHeader("Authorization", before.replaceFirst(regex, replacement));
            assertThat(request.header("Authorization")).isNotEqualTo(before);
        };
    }

    private Signature verify(ClientRequest request) throws Exception {
        return verify(request, Duration.ZERO);
    }

    private Signature verify(ClientRequest request, Duration after) throws Exception {
        return verifier(ClientRequest.SIGNED_AT.plus(after), Map.of()).verify(request.received());
    }

    private void assertRefused(ClientRequest request, Reason reason) throws IOException {
        assertRefused(request, Duration.ZERO, reason);
    }

    private void assertRefused(ClientRequest request, Duration after, Reason reason) throws IOException {
        assertRefused(verifier(ClientRequest.SIGNED_AT.plus(after), Map.of()), request, reason);
    }

    private static void assertRefused(SignatureVerifier verifier, ClientRequest request, Reason reason) {
        assertThatThrownBy(() -> verifier.verify(request.received()))
                .isInstanceOfSatisfying(SignatureRefused.class, refused -> {
                    assertThat(refused.reason).isEqualTo(reason);
                    assertThat(refused.getMessage()).hasSizeLessThan(120).doesNotContain(SECRET);
                });
    }

    private SignatureVerifier verifier(Instant now, Map<String, String> more) throws IOException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("serve.host-names", "api.example,other.example,ported.example:8443");
        return new SignatureVerifier(
                new SettingsLoader().layer("test", settings).load(),
                keys.credentials(),
                Clock.fixed(now, ZoneOffset.UTC));
    }
}
