package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.cardwatch.config.SettingsLoader;
import io.cardwatch.serve.ClientRequest.Client;
import io.cardwatch.serve.SignatureRefused.Reason;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing but {@link SignatureRefused} may come of a request that nobody signed, and it may tell nothing. */
class SignatureFuzzTest {
    private static final int REQUESTS = 5_000;
    private static final String SECRET = "hunter2hunter2";
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final List<String> SIGNED = List.of("Authorization", "Content-Type", "Host", "X-Amz-Date");
    private static final List<String> FRAGMENTS = List.of(
            "AWS4-HMAC-SHA256 ",
            "Credential=",
            "AKIDCLIENT/20260131/us-east-1/execute-api/aws4_request",
            "SignedHeaders=",
            "host;x-amz-date",
            "Signature=",
            "0".repeat(64),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=",
            "X-Amz-Date=",
            "X-Amz-Expires=60",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Signature=",
            "20260131T120000Z",
            "api.example",
            "UNSIGNED-PAYLOAD",
            "%",
            "%2F",
            "..",
            "/",
            "/v1/",
            "&",
            "=",
            ", ",
            ",",
            ";",
            "\n",
            "\u1234");
    /** Headers, and what would be right in them, but for the signature. */
    private static final Map<String, String> PLAUSIBLE = Map.of(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDCLIENT/20260131/us-east-1/execute-api/aws4_request, "
                    + "SignedHeaders=host;x-amz-date, Signature=" + "0".repeat(64),
            "Host",
            "api.example",
            "X-Amz-Date",
            "20260131T120000Z");

    private static final List<String> NAMES =
            List.of("Authorization", "Host", "X-Amz-Date", "x-amz-content-sha256", "X-Forwarded-Host", "x-amz-", "");

    @TempDir
    Path directory;

    private final Random random = new Random(7);
    private final Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    private SignatureVerifier verifier;

    @BeforeEach
    void start() throws Exception {
        verifier = new SignatureVerifier(
                new SettingsLoader()
                        .layer("test", Map.of("serve.host-names", "api.example", "serve.behind-proxy", "true"))
                        .load(),
                TestKeys.in(directory).add("AKIDCLIENT", SECRET, "/*").credentials(),
                Clock.fixed(ClientRequest.SIGNED_AT, ZoneOffset.UTC));
    }

    /** One letter or digit more, less or other, in something that is signed: no such request means what was signed. */
    @Test
    void aGoodRequestWithOneLetterChangedIsRefused() throws Exception {
        Client inHeader = new Client("AKIDCLIENT", SECRET).header("Content-Type", "application/json");
        Client inQuery = new Client("AKIDCLIENT", SECRET).inQuery(Duration.ofMinutes(1));
        for (int i = 0; i < REQUESTS; i++) {
            ClientRequest request = i % 2 == 0
                    ? inHeader.post("https://api.example/v1/predictions?a=b", "{\"TX_AMOUNT\":" + i + "}")
                    : inQuery.get("https://api.example/v1/customers/" + i + "/transactions?limit=5");
            if (i < 2) {
                assertThat(verifier.verify(request.received()).accessKeyId).isEqualTo("AKIDCLIENT");
            }
            changeALetter(request);

            assertRefused(request.received());
        }
        assertThat(reasons)
                .containsKeys(
                        Reason.SIGNATURE_MISMATCH,
                        Reason.MALFORMED_SIGNATURE,
                        Reason.UNKNOWN_KEY,
                        Reason.WRONG_HOST,
                        Reason.WRONG_DATE,
                        Reason.WRONG_REGION,
                        Reason.BODY_HASH,
                        Reason.QUERY_SIGNATURE_NOT_ALLOWED)
                .doesNotContainKey(Reason.PATH_NOT_ALLOWED);
    }

    @Test
    void randomBytesAndPiecesOfSignaturesAreRefused() {
        for (int i = 0; i < REQUESTS; i++) {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (String name : NAMES) {
                if (random.nextInt(4) > 0) {
                    String value = random.nextInt(3) > 0 ? PLAUSIBLE.getOrDefault(name, "") : junk();
                    headers.put(
                            random.nextInt(10) == 0 ? junk() : name,
                            random.nextInt(10) == 0 ? List.of(value, junk()) : List.of(value));
                }
            }
            assertRefused(new SignedRequest(
                    random.nextInt(4) == 0 ? junk() : "GET",
                    junk(),
                    random.nextInt(4) > 0 ? null : junk(),
                    headers,
                    random.nextBoolean() ? new byte[0] : junk().getBytes(UTF_8)));
        }
        assertThat(reasons)
                .containsKeys(
                        Reason.MISSING_SIGNATURE,
                        Reason.MALFORMED_SIGNATURE,
                        Reason.DUPLICATE_HEADER,
                        Reason.WRONG_HOST,
                        Reason.UNSIGNED_HEADER,
                        Reason.SIGNATURE_MISMATCH);
    }

    private void assertRefused(SignedRequest request) {
        try {
            fail("accepted " + verifier.verify(request).hex);
        } catch (SignatureRefused refused) {
            reasons.merge(refused.reason, 1, Integer::sum);
            assertThat(refused.getMessage()).hasSizeLessThan(120).doesNotContain(SECRET);
        }
    }

    private void changeALetter(ClientRequest request) {
        switch (random.nextInt(5)) {
            case 0 -> request.method = changed(request.method);
            case 1 -> request.path = changed(request.path);
            case 2 -> request.query = changed(request.query);
            case 3 -> {
                String name = SIGNED.get(random.nextInt(SIGNED.size()));
                // The host alone is signed beside a signature in the query.
                String present = request.headers.containsKey(name) ? name : "Host";
                request.setHeader(present, changed(request.header(present)));
            }
            default -> request.body =
                    changed(new String(request.body, ISO_8859_1)).getBytes(ISO_8859_1);
        }
    }

    /** The case of a letter alone would not change what an escape means. */
    private String changed(String text) {
        char letter = LETTERS.charAt(random.nextInt(LETTERS.length()));
        int[] places = IntStream.range(0, text.length())
                .filter(i -> LETTERS.indexOf(text.charAt(i)) >= 0)
                .toArray();
        if (places.length == 0 || random.nextInt(3) == 0) {
            int place = random.nextInt(text.length() + 1);
            return text.substring(0, place) + letter + text.substring(place);
        }
        int place = places[random.nextInt(places.length)];
        boolean replace =
                random.nextBoolean() && Character.toLowerCase(text.charAt(place)) != Character.toLowerCase(letter);
        return text.substring(0, place) + (replace ? letter : "") + text.substring(place + 1);
    }

    private String junk() {
        StringBuilder junk = new StringBuilder();
        for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
            if (random.nextInt(4) == 0) {
                junk.append((char) random.nextInt(256));
            } else {
                junk.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
            }
        }
        return junk.toString();
    }
}
