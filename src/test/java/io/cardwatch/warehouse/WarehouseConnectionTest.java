package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.Postgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarehouseConnectionTest {
    private static final List<Table<?>> ALL =
            List.of(Tables.PREDICTIONS, Tables.LABELS, Tables.DEAD_LETTERS, Tables.HISTORY, Tables.CUSTOMERS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://localhost/db?preferQueryMode=simple",
                "jdbc:postgresql://localhost/db?socketFactory=org.example.Any",
                "jdbc:postgresql://localhost/db?ssl=true&sslfactory=org.example.Any",
                "jdbc:postgresql://localhost/db?loggerFile=/tmp/x",
                "jdbc:postgresql://localhost/db?authenticationPluginClassName=org.example.Any",
                "jdbc:postgresql://localhost/db?user=me",
                "jdbc:postgresql://localhost/db?password=secret",
                "jdbc:postgresql://warehouse.example.org/db",
                "jdbc:postgresql://warehouse.example.org/db?sslmode=require",
                "jdbc:postgresql://localhost,warehouse.example.org/db",
                "jdbc:postgresql://localhost/db?PGHOST=warehouse.example.org",
                "jdbc:postgresql://localhost.example.org/db",
                "jdbc:postgresql://localhost:port/db",
                "jdbc:mysql://localhost/db",
                "postgresql://localhost/db",
                ""
            })
    void anUnsafeOrForeignUrlIsRefused(String url) {
        assertThatThrownBy(() -> to(url))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("warehouse.url")
                .hasMessageNotContainingAny("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://localhost/db",
                "jdbc:postgresql://127.0.0.1:6543/db",
                "jdbc:postgresql://[::1]/db",
                "jdbc:postgresql:db",
                "jdbc:postgresql://localhost/db?preferQueryMode=extended",
                "jdbc:postgresql://a.example.org,b.example.org/db?sslmode=verify-full"
            })
    void aSafeUrlIsAccepted(String url) {
        assertThat(to(url).schema).isEqualTo("public");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a\"b", "a.b", "a b", "ä", "public; DROP TABLE x"})
    void aNameThatIsNoNameIsRefused(String schema) {
        assertThatThrownBy(() -> new WarehouseConnection("jdbc:postgresql:db", "me", () -> "", schema))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(schema);
    }

    @Test
    void aNameOfSixtyThreeIsTheLongest() {
        assertThat(PostgresDialect.quoted("a".repeat(63))).hasSize(65);
        assertThatThrownBy(() -> PostgresDialect.quoted("a".repeat(64))).isInstanceOf(BadInputException.class);
    }

    @Test
    void theSettingsTravelToTheCluster_andPrintWithoutUserAndPassword() throws Exception {
        WarehouseConnection settings = new WarehouseConnection(
                "jdbc:postgresql://localhost:6543/db?ApplicationName=x", "me", () -> "secret", "public");

        assertThat(InstantiationUtil.clone(settings)).hasToString("localhost:6543/db");
    }

    @Test
    void aCompleteWarehousePasses_alsoInAnotherSchema() throws Exception {
        String url = Postgres.emptyDatabase();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA \"Fraud\"");
            connection.setSchema("Fraud");
            SqlScripts.apply(connection);
        }

        new WarehouseConnection(url, Postgres.USER, () -> "", "Fraud").check(ALL);
        assertBad(to(url), "has no table public.cust_payment_tx_fraud_predictions", "sql/postgresql");
    }

    @Test
    void aMissingColumnIsNamed() throws Exception {
        String url = Postgres.freshDatabase();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "ALTER TABLE cust_payment_tx_labels DROP COLUMN label_source CASCADE, DROP COLUMN terminal_id");
        }

        assertBad(to(url), "lacks the columns label_source, terminal_id", "sql/postgresql");
    }

    @Test
    void anUnreachableWarehouseIsNamed() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = closed.getLocalPort();
        }
        assertBad(to("jdbc:postgresql://localhost:" + nobody + "/db"), "localhost:" + nobody + "/db", "Start it");
    }

    @Test
    void aMissingDatabaseIsNamed() throws Exception {
        String url = Postgres.freshDatabase() + "_missing";

        assertBad(to(url), "does not exist", "create it");
    }

    @Test
    void aWrongPasswordIsToldWithoutPrintingIt(@TempDir Path data) throws Exception {
        try (OwnPostgres server = new OwnPostgres(data)) {
            server.createRoleWithPassword("job", "right");

            new WarehouseConnection(server.url(), "job", () -> "right", "public").check(ALL);
            WarehouseConnection wrong = new WarehouseConnection(server.url(), "job", () -> "wr0ng", "public");
            assertBad(wrong, "refused user job", "warehouse.password");
            assertThatThrownBy(() -> wrong.check(ALL)).hasMessageNotContaining("wr0ng");
        }
    }

    private static void assertBad(WarehouseConnection warehouse, String cause, String remedy) {
        assertThatThrownBy(() -> warehouse.check(ALL))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .extracting(e -> ((BadInputException) e).remedy())
                .asString()
                .contains(remedy);
    }

    private static WarehouseConnection to(String url) {
        return new WarehouseConnection(url, Postgres.USER, () -> "", "public");
    }
}
