package io.cardwatch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.SettingsLoader;
import io.cardwatch.serve.ClientRequest.Client;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
    private static final int CLIENTS = 3;
    private static final int ROTATIONS = 30;

    @TempDir
    Path directory;

    /**
     * As an operator rotates: the new key beside the old one, then clients change over, then the old key goes. The file is
     * written in place, so that some look at it while half of it is there.
     */
    @Test
    @Timeout(120)
    void aKeyIsReplacedUnderLoad_andNoGoodRequestIsRefused() throws Exception {
        AtomicReference<SignedRequest> current = new AtomicReference<>(signedBy(0));
        SignatureVerifier verifier = new SignatureVerifier(
                new SettingsLoader()
                        .layer("test", Map.of("serve.host-names", "api.example"))
                        .load(),
                keys(0).credentials(),
                Clock.fixed(ClientRequest.SIGNED_AT, ZoneOffset.UTC));
        List<AtomicInteger> sent = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            AtomicInteger count = new AtomicInteger();
            sent.add(count);
            clients.add(threads.submit(() -> {
                while (!over.get()) {
                    verifier.verify(current.get());
                    count.incrementAndGet();
                }
                return null;
            }));
        }

        for (int key = 1; key <= ROTATIONS; key++) {
            SignedRequest before = current.get();
            SignedRequest after = signedBy(key);
            keys(key - 1, key).write();
            untilAccepted(verifier, after, true, clients);
            current.set(after);
            for (AtomicInteger count : sent) {
                // The request that is under way may be the last of the old key; the one after it is not.
                int seen = count.get();
                while (count.get() < seen + 2 && clients.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
            }
            keys(key).write();
            untilAccepted(verifier, before, false, clients);
        }
        over.set(true);
        for (Future<?> client : clients) {
            client.get();
        }
        threads.shutdown();

        assertThat(sent).allMatch(count -> count.get() > ROTATIONS);
        SignedRequest first = signedBy(0);
        assertThatThrownBy(() -> verifier.verify(first)).isInstanceOf(SignatureRefused.class);
    }

    private static void untilAccepted(
            SignatureVerifier verifier, SignedRequest request, boolean expected, List<Future<?>> clients) {
        while (isAccepted(verifier, request) != expected && clients.stream().noneMatch(Future::isDone)) {
            Thread.onSpinWait();
        }
    }

    private static boolean isAccepted(SignatureVerifier verifier, SignedRequest request) {
        try {
            return verifier.verify(request).accessKeyId.startsWith("AKID");
        } catch (SignatureRefused refused) {
            return false;
        }
    }

    private TestKeys keys(int... numbers) {
        TestKeys keys = TestKeys.in(directory);
        for (int number : numbers) {
            keys.add("AKID" + number, "secret" + number, "/v1/*");
        }
        return keys;
    }

    private static SignedRequest signedBy(int number) throws Exception {
        return new Client("AKID" + number, "secret" + number)
                .post("https://api.example/v1/labels", "{}")
                .received();
    }
}
