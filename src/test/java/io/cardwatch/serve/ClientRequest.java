package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** A request that AWS's SDK for Java signs, and that a test may spoil afterwards, before it is {@link #received}. */
public final class ClientRequest {
    /** When all are signed, unless they say otherwise. */
    public static final Instant SIGNED_AT = Instant.parse("2026-01-31T12:00:00Z");

    private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

    String method;
    String path;
    String query;
    final Map<String, List<String>> headers = new LinkedHashMap<>();
    byte[] body;

    private ClientRequest(SdkHttpRequest signed, byte[] body) {
        method = signed.method().name();
        path = signed.encodedPath();
        query = signed.encodedQueryParameters().orElse("");
        signed.headers().forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        this.body = body;
    }

    /** What the server gets. */
    public SignedRequest received() {
        return new SignedRequest(method, path, query, headers, body);
    }

    /** The first value of a header. */
    String header(String name) {
        return headers.get(name).get(0);
    }

    void setHeader(String name, String... values) {
        headers.put(name, new ArrayList<>(List.of(values)));
    }

    /** What a client sets before it signs. */
    public static final class Client {
        private final SignRequest.Builder<AwsCredentialsIdentity> signing;
        private final Map<String, String> headers = new LinkedHashMap<>();

        /** Signs for {@code execute-api} in {@code us-east-1}, in the header. */
        public Client(AwsCredentialsIdentity identity) {
            signing = SignRequest.builder(identity)
                    .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1");
            at(SIGNED_AT);
        }

        public Client(String accessKeyId, String secret) {
            this(AwsCredentialsIdentity.create(accessKeyId, secret));
        }

        Client at(Instant time) {
            signing.putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(time, ZoneOffset.UTC));
            return this;
        }

        Client region(String region) {
            signing.putProperty(AwsV4HttpSigner.REGION_NAME, region);
            return this;
        }

        Client service(String service) {
            signing.putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, service);
            return this;
        }

        Client unsignedBody() {
            signing.putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false);
            return this;
        }

        Client chunked() {
            signing.putProperty(AwsV4FamilyHttpSigner.CHUNK_ENCODING_ENABLED, true);
            return this;
        }

        public Client header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /** Signs in the query. */
        public Client inQuery(Duration expires) {
            signing.putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                    .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, expires);
            return this;
        }

        /** Signs a request for an address with its percent signs. */
        public ClientRequest get(String address) throws IOException {
            return sign(SdkHttpMethod.GET, address, "");
        }

        public ClientRequest post(String address, String body) throws IOException {
            return sign(SdkHttpMethod.POST, address, body);
        }

        private ClientRequest sign(SdkHttpMethod method, String address, String body) throws IOException {
            SdkHttpFullRequest.Builder request =
                    SdkHttpFullRequest.builder().method(method).uri(URI.create(address));
            headers.forEach(request::putHeader);
            var signed = SIGNER.sign(signing.request(request.build())
                    .payload(ContentStreamProvider.fromUtf8String(body))
                    .build());
            byte[] sent = signed.payload().isEmpty()
                    ? body.getBytes(UTF_8)
                    : signed.payload().get().newStream().readAllBytes();
            return new ClientRequest(signed.request(), sent);
        }
    }
}
