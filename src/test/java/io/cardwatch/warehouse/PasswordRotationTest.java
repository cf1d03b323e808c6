package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.OwnPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A password that is changed while a writer runs, in the database first and in its file only after a refusal. */
@Timeout(600)
class PasswordRotationTest {
    private static final String REFUSAL = "password authentication failed for user \"job\"";

    @TempDir
    Path directory;

    @Test
    void aChangedPasswordIsTakenUp_nothingIsLost_andNobodyHelps() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "first-pass-phrase");
        try (OwnPostgres server = new OwnPostgres(directory.resolve("server"));
                Connection reader = server.connect();
                CapturedLog log = new CapturedLog()) {
            server.createRoleWithPassword("job", "first-pass-phrase");
            try (var sink = sink(server.url(), password)) {
                write(sink, 0, 120);
                server.changePassword("job", "second-pass-phrase");
                CompletableFuture<Void> rewriting =
                        CompletableFuture.runAsync(() -> rewriteOnceRefused(log, password, "second-pass-phrase"));
                write(sink, 120, 300);
                sink.checkpoint();
                rewriting.join();
            }
            assertThat(WarehouseTablesTest.strings(
                            reader,
                            "SELECT count(*) || ' ' || count(DISTINCT transaction_id)"
                                    + " FROM cust_payment_tx_fraud_predictions"))
                    .containsExactly("300 300");
            assertThat(log.text()).doesNotContain("pass-phrase");
        }
    }

    private static SinkHarness<ScoredTransaction> sink(String url, Path password) throws Exception {
        Settings settings = Settings.fromArguments(List.of(
                "--warehouse.url=" + url,
                "--warehouse.user=job",
                "--warehouse.password-file=" + password,
                "--warehouse.batch-size=50"));
        return new SinkHarness<>(new WarehouseSink<>(
                Tables.predictions(FeatureSet.REFERENCE),
                WarehouseConnection.of(settings),
                WritePolicy.of(settings, Options.WAREHOUSE_BATCH_SIZE)));
    }

    private static void write(SinkHarness<ScoredTransaction> sink, int from, int to) throws Exception {
        for (int id = from; id < to; id++) {
            sink.write(Rows.scored(1, id, Rows.NOON, 1000, 0.1));
        }
    }

    private static void rewriteOnceRefused(CapturedLog log, Path file, String password) {
        try {
            while (!log.text().contains("will be written again") || !log.text().contains(REFUSAL)) {
                Thread.sleep(20);
            }
            Files.writeString(file, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
