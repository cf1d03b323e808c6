package io.cardwatch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.AwsStub;
import io.cardwatch.testing.Postgres;
import io.cardwatch.testing.RedshiftDoor;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

/** The answers are those of the service's documentation; the SDK reads them. */
class RedshiftCredentialsTest {
    private static final String URL = "jdbc:redshift://c.example.com:5439/fraud?sslmode=verify-full";

    private static String ofCluster(String user) {
        return "<GetClusterCredentialsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\">"
                + "<GetClusterCredentialsResult><DbUser>" + user + "</DbUser><DbPassword>s3cret</DbPassword>"
                + "<Expiration>2026-11-30T21:00:00Z</Expiration></GetClusterCredentialsResult>"
                + "</GetClusterCredentialsResponse>";
    }

    @Test
    void aClusterIsAskedForTheUsersLogin_eachTimeAnew() throws Exception {
        try (AwsStub redshift = new AwsStub("Redshift")) {
            redshift.answer = ofCluster("IAM:cardwatch");
            RedshiftCredentials credentials = InstantiationUtil.clone(
                    RedshiftCredentials.of(settings(URL, "iam-cluster", "cards", "user", "cardwatch"))
                            .orElseThrow());

            Login login = credentials.ask();
            credentials.ask();

            assertThat(login.user).isEqualTo("IAM:cardwatch");
            assertThat(login.password).isEqualTo("s3cret");
            assertThat(redshift.requests).hasSize(2).allSatisfy(request -> assertThat(request.split("&"))
                    .contains(
                            "Action=GetClusterCredentials",
                            "ClusterIdentifier=cards",
                            "DbUser=cardwatch",
                            "DbName=fraud",
                            "AutoCreate=false"));
        }
    }

    @Test
    void aWorkgroupIsAskedForTheRolesLogin() throws Exception {
        try (AwsStub redshift = new AwsStub("RedshiftServerless")) {
            redshift.answer = "{\"dbUser\":\"IAMR:cardwatch-role\",\"dbPassword\":\"s3cret\"}";

            Login login = RedshiftCredentials.of(settings(URL, "iam-workgroup", "cards"))
                    .orElseThrow()
                    .ask();

            assertThat(login.user).isEqualTo("IAMR:cardwatch-role");
            assertThat(login.password).isEqualTo("s3cret");
            assertThat(redshift.requests).containsExactly("{\"dbName\":\"fraud\",\"workgroupName\":\"cards\"}");
        }
    }

    @Test
    void aRoleThatMayNotAsk_isToldWhatItNeeds() throws Exception {
        try (AwsStub redshift = new AwsStub("Redshift")) {
            redshift.status = 403;
            redshift.answer =
                    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
            WarehouseConnection warehouse =
                    WarehouseConnection.of(settings(URL, "iam-cluster", "cards", "user", "cardwatch"));

            assertThatThrownBy(() -> warehouse.check(List.of(Tables.DEAD_LETTERS)))
                    .isInstanceOfSatisfying(BadInputException.class, error -> {
                        assertThat(error)
                                .hasMessage("Amazon Redshift gave no login for user cardwatch of cluster cards"
                                        + " (RedshiftException)");
                        assertThat(error.remedy()).contains("redshift:GetClusterCredentials");
                    });
        }
    }

    @Test
    void connectionsAreOpenedWithThatLogin() throws Exception {
        String url = Postgres.databaseWithoutKeys();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                RedshiftDoor door = new RedshiftDoor(Postgres.port(url));
                AwsStub redshift = new AwsStub("Redshift")) {
            String role = "IAM:of" + url.substring(url.lastIndexOf('/') + 1);
            statement.execute("CREATE ROLE \"" + role
                    + "\" LOGIN; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO \"" + role + "\"");
            redshift.answer = ofCluster(role);

            WarehouseConnection.of(settings(door.url(url), "iam-cluster", "cards", "user", "cardwatch"))
                    .check(List.of(), List.of(Tables.DEAD_LETTERS));
            statement.execute("REVOKE INSERT ON cust_payment_tx_dead_letters FROM \"" + role + '"');

            assertThatThrownBy(() -> WarehouseConnection.of(
                                    settings(door.url(url), "iam-cluster", "cards", "user", "cardwatch"))
                            .check(List.of(), List.of(Tables.DEAD_LETTERS)))
                    .hasMessageContaining("may not add rows");
            statement.execute("DROP OWNED BY \"" + role + "\"; DROP ROLE \"" + role + '"');
        }
    }

    @Test
    void withoutIamThereIsNone() {
        assertThat(RedshiftCredentials.of(settings(URL, "user", "cardwatch"))).isEmpty();
    }

    private static Settings settings(String url, String... more) {
        SettingsLoader loader = new SettingsLoader().layer("test", Map.of("warehouse.url", url));
        for (int i = 0; i < more.length; i += 2) {
            loader.layer("test", Map.of("warehouse." + more[i], more[i + 1]));
        }
        return loader.load();
    }
}
