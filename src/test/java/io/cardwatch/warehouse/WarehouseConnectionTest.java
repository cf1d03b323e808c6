package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.Postgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarehouseConnectionTest {
    private static final List<Table<?>> ALL = List.of(
            Tables.predictions(FeatureSet.REFERENCE),
            Tables.LABELS,
            Tables.DEAD_LETTERS,
            Tables.history(FeatureSet.REFERENCE),
            Tables.CUSTOMERS);

    @Test
    void theSettingsTravelToTheCluster_andPrintWithoutUserAndPassword() throws Exception {
        WarehouseConnection settings = WarehouseConnection.of(Settings.fromArguments(
                List.of("--warehouse.url=jdbc:postgresql://localhost:6543/db?ApplicationName=x")));

        assertThat(InstantiationUtil.clone(settings)).hasToString("localhost:6543/db");
    }

    @Test
    void aWarehouseThatIsNotNamedIsBadInput() {
        assertThatThrownBy(() -> WarehouseConnection.of(Settings.fromArguments(List.of())))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("warehouse.url");
    }

    @Test
    void aQuoteInANameEndsNothing() throws Exception {
        String url = Postgres.emptyDatabase();
        String schema = "x\"; DROP TABLE y; --";
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA \"x\"\"; DROP TABLE y; --\"");
            connection.setSchema(schema);
            SqlScripts.apply(connection);
        }
        WarehouseConnection warehouse = new WarehouseConnection(url, Postgres.USER, () -> "", schema);

        warehouse.check(ALL);
        try (Connection connection = warehouse.open()) {
            Table<FeaturedTransaction> table = Tables.history(FeatureSet.REFERENCE);
            List<FeaturedTransaction> rows = List.of(Rows.labelled(1, 1, Rows.NOON, 1, 0));
            int written =
                    new PostgresDialect().writer(connection, schema, table).write(new Batch<>(table, rows, null));
            assertThat(written).isEqualTo(1);
        }
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

    @ParameterizedTest
    @EnumSource
    void whoMayNotAddRows_isToldSoAtTheStart(WarehouseDialect kind) throws Exception {
        Dialect dialect = Dialect.of(kind);
        String url = kind == WarehouseDialect.REDSHIFT ? Postgres.databaseWithoutKeys() : Postgres.freshDatabase();
        String role = "reader_of_" + kind.name().toLowerCase(Locale.ROOT);
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role
                    + "; GRANT INSERT ON cust_payment_tx_dead_letters TO " + role);
        }
        WarehouseConnection warehouse = new WarehouseConnection(dialect, url, role, () -> "", "public");

        warehouse.check(ALL, List.of(Tables.DEAD_LETTERS));
        assertThatThrownBy(() -> warehouse.check(ALL, List.of(Tables.DEAD_LETTERS, Tables.LABELS)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(role + " may not add rows to public.cust_payment_tx_labels of localhost:")
                .extracting(e -> ((BadInputException) e).remedy())
                .isEqualTo("GRANT SELECT, INSERT ON public.cust_payment_tx_labels TO " + role + ".");
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
