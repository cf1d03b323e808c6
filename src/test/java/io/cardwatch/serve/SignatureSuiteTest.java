package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** AWS's own 38 requests, signed in the header and in the query, through the steps that {@link SignatureVerifier} takes. */
class SignatureSuiteTest {
    private static final Path SUITE = Path.of("src/test/resources/sigv4");
    private static final int CASES = 38;

    @TempDir
    Path directory;

    static Stream<Arguments> everyCaseInBothForms() throws IOException {
        try (Stream<Path> entries = Files.list(SUITE)) {
            List<Path> cases = entries.filter(Files::isDirectory).sorted().toList();
            assertThat(cases).hasSize(CASES);
            return cases.stream().flatMap(each -> Stream.of("header", "query")
                    .map(form -> Arguments.of(each.getFileName().toString(), form)));
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyCaseInBothForms")
    void canonicalRequest_stringToSign_andSignatureAreThosePublished(String name, String form) throws Exception {
        Path folder = SUITE.resolve(name);
        JsonNode context =
                new JsonMapper().readTree(folder.resolve("context.json").toFile());
        SignedRequest request = parse(text(folder, form + "-signed-request"));
        Set<String> unsigned = new HashSet<>(Set.of(SignatureClaim.QUERY_SIGNATURE));
        if (context.path("omit_session_token").asBoolean()) {
            unsigned.add("X-Amz-Security-Token");
        }

        List<String[]> parameters = CanonicalRequest.parameters(request.query);
        SignatureClaim claim = SignatureClaim.of(request, parameters);
        String canonical = CanonicalRequest.text(
                request,
                context.get("normalize").asBoolean() ? CanonicalRequest.normalised(request.path) : request.path,
                CanonicalRequest.query(parameters, unsigned),
                claim.signedHeaders,
                request.header("host").get(0),
                Sha256.of(request.body));
        String stringToSign = CanonicalRequest.stringToSign(claim.timestamp, claim.scope, canonical);

        assertThat(canonical).isEqualTo(text(folder, form + "-canonical-request"));
        assertThat(stringToSign).isEqualTo(text(folder, form + "-string-to-sign"));
        JsonNode key = context.get("credentials");
        assertThat(claim.accessKeyId).isEqualTo(key.get("access_key_id").textValue());
        assertThat(TestKeys.in(directory)
                        .add(claim.accessKeyId, key.get("secret_access_key").textValue(), "/*")
                        .credentials()
                        .key(claim.accessKeyId)
                        .orElseThrow()
                        .signature(claim.scope, stringToSign))
                .isEqualTo(text(folder, form + "-signature"))
                .isEqualTo(claim.signature);
        assertThat(claim.signedAt).isEqualTo(context.get("timestamp").textValue());
        assertThat(claim.hasSessionToken).isEqualTo(key.has("token"));
    }

    private static String text(Path folder, String file) throws IOException {
        return Files.readString(folder.resolve(file + ".txt"), ISO_8859_1);
    }

    /** The message of HTTP/1.1; lines that begin with a blank continue the header before. */
    private static SignedRequest parse(String message) {
        int end = message.indexOf("\n\n");
        List<String> lines = message.substring(0, end).lines().toList();
        Map<String, List<String>> headers = new TreeMap<>();
        String name = "";
        for (String line : lines.subList(1, lines.size())) {
            if (line.startsWith(" ")) {
                List<String> values = headers.get(name);
                values.set(values.size() - 1, values.get(values.size() - 1) + "\n" + line);
            } else {
                name = line.substring(0, line.indexOf(':'));
                headers.computeIfAbsent(name, each -> new ArrayList<>()).add(line.substring(name.length() + 1));
            }
        }
        String first = lines.get(0);
        String method = first.substring(0, first.indexOf(' '));
        String[] target = first.substring(method.length() + 1, first.lastIndexOf(" HTTP/1.1"))
                .split("\\?", 2);
        return new SignedRequest(
                method,
                target[0],
                target.length == 2 ? target[1] : null,
                headers,
                message.substring(end + 2).getBytes(ISO_8859_1));
    }
}
