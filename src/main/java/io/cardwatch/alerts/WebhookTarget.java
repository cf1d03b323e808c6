package io.cardwatch.alerts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.config.PasswordSource;
import io.cardwatch.delivery.Entry;
import io.cardwatch.delivery.PutTarget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.utils.BinaryUtils;

/**
 * An address that alerts are posted to, one by one, as JSON. Each request has the headers {@code X-Cardwatch-Timestamp}, UTC epoch
 * seconds, and {@code X-Cardwatch-Signature}, {@code sha256=} and the hexadecimal HMAC-SHA256 of timestamp, a dot and body. An
 * answer from 200 to 299 takes the alert; redirects are not followed.
 */
final class WebhookTarget implements PutTarget {
    private static final long serialVersionUID = 1;
    private static final String HMAC = "HmacSHA256";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int FAMILY = 100;
    private static final int SERVER_ERRORS = 500;
    /** The server will take the same request later; the secret or the address is wrong, which somebody will mend. */
    private static final Set<Integer> AWAY = Set.of(401, 403, 404, 408, 410, 429);

    private final URI address;
    private final PasswordSource secret;

    WebhookTarget(URI address, PasswordSource secret) {
        this.address = address;
        this.secret = secret;
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public byte[] record(byte[] json) {
        return json;
    }

    @Override
    public Client open() {
        SdkHttpClient http = UrlConnectionHttpClient.builder()
                .connectionTimeout(TIMEOUT)
                .socketTimeout(TIMEOUT)
                .build();
        return new Client() {
            @Override
            public Map<Entry, String> put(List<Entry> entries) {
                // Asked for anew, so that a rotated secret is found.
                byte[] key = secret.ask().orElseThrow().getBytes(UTF_8);
                Map<Entry, String> refused = new LinkedHashMap<>();
                int taken = 0;
                for (int i = 0; i < entries.size(); i++) {
                    try {
                        int status = post(http, key, entries.get(i).data);
                        if (status >= SERVER_ERRORS || AWAY.contains(status)) {
                            throw new IOException("HTTP " + status);
                        }
                        if (status / FAMILY == OK / FAMILY) {
                            taken++;
                        } else {
                            refused.put(entries.get(i), "HTTP " + status);
                        }
                    } catch (IOException e) {
                        if (taken == 0) {
                            throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
                        }
                        // The others would only wait for the same.
                        entries.subList(i, entries.size()).forEach(entry -> refused.put(entry, e.getMessage()));
                        break;
                    }
                }
                return refused;
            }

            @Override
            public void close() {
                http.close();
            }
        };
    }

    private int post(SdkHttpClient http, byte[] key, byte[] body) throws IOException {
        String timestamp = Long.toString(System.currentTimeMillis() / 1_000);
        SdkHttpFullRequest request = SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(address)
                .putHeader("Content-Type", "application/json")
                .putHeader("Content-Length", Integer.toString(body.length))
                .putHeader("X-Cardwatch-Timestamp", timestamp)
                .putHeader("X-Cardwatch-Signature", "sha256=" + hmac(key, timestamp, body))
                .contentStreamProvider(() -> new ByteArrayInputStream(body))
                .build();
        HttpExecuteResponse answer = http.prepareRequest(HttpExecuteRequest.builder()
                        .request(request)
                        .contentStreamProvider(() -> new ByteArrayInputStream(body))
                        .build())
                .call();
        if (answer.responseBody().isPresent()) {
            // Read to its end, so that the connection serves the next alert.
            try (AbortableInputStream rest = answer.responseBody().get()) {
                rest.readNBytes(1 << 16);
            }
        }
        return answer.httpResponse().statusCode();
    }

    private static String hmac(byte[] key, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            mac.update((timestamp + ".").getBytes(UTF_8));
            return BinaryUtils.toHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }
}
