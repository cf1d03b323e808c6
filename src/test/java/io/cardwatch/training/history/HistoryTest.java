package io.cardwatch.training.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.Postgres;
import io.cardwatch.training.SyntheticHistory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** Reading history gives the same rows wherever they stand. */
class HistoryTest {
    @TempDir
    Path directory;

    @Test
    void readsPlainAndGzippedFilesOfEitherCase() throws IOException {
        TrainingData plain = CsvHistory.read(
                file("history.csv", SyntheticHistory.header(), SyntheticHistory.lines()), FeatureSet.REFERENCE);
        Path gzipped = directory.resolve("history.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzipped))) {
            out.write((SyntheticHistory.header().toLowerCase(Locale.ROOT) + "\n"
                            + String.join("\n", SyntheticHistory.lines()))
                    .getBytes(StandardCharsets.UTF_8));
        }

        assertThat(plain.rows()).isEqualTo(SyntheticHistory.lines().size());
        assertThat(plain.firstSecond()).isEqualTo(SyntheticHistory.FIRST_SECOND);
        assertThat(CsvHistory.read(gzipped, FeatureSet.REFERENCE).sha256()).isEqualTo(plain.sha256());
    }

    @Test
    void quotesAByteOrderMarkAndIsoTimesAreReadAsScoringReadsThem() throws IOException {
        TrainingData plain = CsvHistory.read(
                file("plain.csv", SyntheticHistory.header(), SyntheticHistory.lines()), FeatureSet.REFERENCE);
        List<String> quoted = SyntheticHistory.lines().stream()
                .map(line -> quoted(line.replaceFirst("^([^,]*),(\\S+) ([^,]*)", "$1,$2T$3Z")))
                .collect(Collectors.toList());

        TrainingData read = CsvHistory.read(
                file("quoted.csv", "\uFEFF" + quoted(SyntheticHistory.header()), quoted), FeatureSet.REFERENCE);

        assertThat(read.rows()).isEqualTo(plain.rows());
        assertThat(read.sha256()).isEqualTo(plain.sha256());
    }

    @Test
    void takesEachFeatureFromItsColumn_asTheFloatThatScoringUses() throws IOException {
        String names = String.join(",", FeatureSet.REFERENCE.names());
        String values = "57.16,1,0,3,4.1,5,6.25,7,8,9,0.1,11,0.2,13,0.3";

        TrainingData data = CsvHistory.read(
                file(
                        "one.csv",
                        "TX_FRAUD," + names + ",TX_DATETIME,CUSTOMER_ID",
                        List.of("1," + values + ",2018-04-01 00:00:31,7")),
                FeatureSet.REFERENCE);

        assertThat(data.vector(0))
                .containsExactly(
                        (float) 57.16,
                        1,
                        0,
                        3,
                        (float) 4.1,
                        5,
                        6.25f,
                        7,
                        8,
                        9,
                        (float) 0.1,
                        11,
                        (float) 0.2,
                        13,
                        (float) 0.3);
        assertThat(data.fraud(0)).isTrue();
        assertThat(data.lastSecond()).isEqualTo(1_522_540_831L);
    }

    @Test
    void leavesOutRowsWithoutAVerdict() throws IOException {
        List<String> lines = SyntheticHistory.lines().subList(0, 3).stream()
                .map(line -> line.replaceFirst("^((?:[^,]*,){7})[01]", "$1"))
                .collect(Collectors.toList());
        lines.addAll(SyntheticHistory.lines().subList(3, 5));

        assertThat(CsvHistory.read(file("open.csv", SyntheticHistory.header(), lines), FeatureSet.REFERENCE)
                        .rows())
                .isEqualTo(2);
    }

    /** A row every ten minutes; of frauds the verdict came, of the others none. */
    @Test
    void rowsWithoutAVerdictCountAsGenuineWhenTheyAreOldEnough_andBothClassesEndThere() throws IOException {
        List<String> lines = SyntheticHistory.lines().subList(0, 100).stream()
                .map(line -> line.replaceFirst("^((?:[^,]*,){7})0", "$1"))
                .collect(Collectors.toList());
        Path file = file("frauds-only.csv", SyntheticHistory.header(), lines);
        TrainingData frauds = CsvHistory.read(file, FeatureSet.REFERENCE);
        int lastFraud = 99 - (int) ((SyntheticHistory.FIRST_SECOND + 99 * 600L - frauds.lastSecond()) / 600);

        TrainingData data = CsvHistory.read(
                file, FeatureSet.REFERENCE, Optional.of(Duration.ofMinutes(10L * (99 - lastFraud + 1))));

        assertThat(frauds.frauds()).isEqualTo(frauds.rows()).isGreaterThan(5);
        assertThat(data.rows()).isEqualTo(lastFraud);
        assertThat(data.frauds()).isEqualTo(frauds.frauds() - 1);
        for (int row = 0; row < data.rows(); row++) {
            assertThat(data.epochSecond(row)).isEqualTo(SyntheticHistory.FIRST_SECOND + row * 600L);
            assertThat(data.fraud(row)).isEqualTo(lines.get(row).matches("(?:[^,]*,){7}1.*"));
        }
    }

    @Test
    void aHistoryOfFraudsAloneIsRefused_namingTheWayOut() throws IOException {
        List<String> lines = SyntheticHistory.lines().subList(0, 100).stream()
                .map(line -> line.replaceFirst("^((?:[^,]*,){7})0", "$1"))
                .collect(Collectors.toList());
        TrainingData frauds =
                CsvHistory.read(file("frauds-only.csv", SyntheticHistory.header(), lines), FeatureSet.REFERENCE);

        assertThatThrownBy(() -> frauds.requireBothClasses("it"))
                .isInstanceOf(BadInputException.class)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("--genuine-after 7d"));
    }

    @Test
    void theWarehousesTableGivesTheSameRowsAsTheFile() throws Exception {
        TrainingData fromFile = CsvHistory.read(
                file("h.csv", SyntheticHistory.header(), SyntheticHistory.lines()), FeatureSet.REFERENCE);
        try (Connection connection = Postgres.connect(Postgres.freshDatabase())) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY cust_payment_tx_history (" + SyntheticHistory.header() + ") FROM STDIN (FORMAT csv)",
                            new StringReader(String.join("\n", SyntheticHistory.lines())));
            execute(
                    connection,
                    "INSERT INTO cust_payment_tx_history SELECT 99, tx_datetime, customer_id, terminal_id, tx_amount,"
                            + " 0, 0, NULL, NULL, " + SyntheticHistory.header().replaceFirst(".*TX_FRAUD_SCENARIO,", "")
                            + " FROM cust_payment_tx_history WHERE transaction_id = 1");

            TrainingData fromTable =
                    TableHistory.HISTORY.read(connection, "public", FeatureSet.REFERENCE, Optional.empty());

            assertThat(fromTable.rows()).isEqualTo(fromFile.rows());
            assertThat(fromTable.sha256()).isEqualTo(fromFile.sha256());
        }
    }

    @Test
    void aTableOfManyPages_isReadWholeAndInOrder_alsoWherePaymentsOfOneSecondFillPages() throws SQLException {
        try (Connection connection = Postgres.connect(Postgres.freshDatabase())) {
            execute(
                    connection,
                    "INSERT INTO cust_payment_tx_history SELECT id / 2, timestamp '2018-04-01' + interval '1 second'"
                            + " * (id / 120000), id % 2, 1, 1, 0, 0, 0, 0, 0, 0, 1, id, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0"
                            + " FROM generate_series(0, 299999) AS id ORDER BY md5(id::text)");

            TrainingData data = TableHistory.HISTORY.read(connection, "public", FeatureSet.REFERENCE, Optional.empty());

            assertThat(data.rows()).isEqualTo(300_000);
            for (int row = 0; row < data.rows(); row++) {
                assertThat(data.value(row, Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW.index()))
                        .isEqualTo(row);
            }
        }
    }

    @Test
    void outcomesGiveThePredictionsThatHaveAVerdict() throws SQLException {
        try (Connection connection = Postgres.connect(Postgres.freshDatabase())) {
            String features = FeatureSet.REFERENCE.features().stream()
                    .map(Feature::column)
                    .collect(Collectors.joining(", "));
            for (int id = 1; id <= 3; id++) {
                execute(
                        connection,
                        "INSERT INTO cust_payment_tx_fraud_predictions (transaction_id, tx_datetime, customer_id,"
                                + " terminal_id, fraud_probability, fraud_prediction, threshold, model_version, "
                                + features + ") VALUES (" + id + ", '2018-04-0" + id + "', 5, 6, 0.5, 1, 0.5, 'v', "
                                + id
                                + ", 0, 1, 1, 2, 3, 4, 5, 6, 7, 0.25, 9, 0.5, 11, 1)");
            }
            execute(
                    connection,
                    "INSERT INTO cust_payment_tx_labels (transaction_id, tx_datetime, customer_id, terminal_id, tx_fraud,"
                            + " label_datetime) VALUES (2, '2018-04-02', 5, 6, 1, '2018-04-09'),"
                            + " (3, '2018-04-03', 5, 6, 1, '2018-04-09'), (3, '2018-04-03', 5, 6, 0, '2018-04-10')");

            TrainingData data =
                    TableHistory.OUTCOMES.read(connection, "public", FeatureSet.REFERENCE, Optional.empty());

            assertRefused(
                    () -> TableHistory.OUTCOMES.read(connection, "public", FeatureSet.EXTENDED, Optional.empty()),
                    "a row has no customer_id_amount_ratio");
            assertThat(data.rows()).isEqualTo(2);
            assertThat(data.vector(0)).containsExactly(2, 0, 1, 1, 2, 3, 4, 5, 6, 7, 0.25f, 9, 0.5f, 11, 1);
            assertThat(data.fraud(0)).isTrue();
            assertThat(data.fraud(1)).isFalse();
            TrainingData old = ofOutcomes(connection, Duration.ofDays(1));
            assertThat(old.rows()).isEqualTo(2);
            assertThat(old.fraud(0)).isFalse();
            assertThat(old.fraud(1)).isTrue();
            assertThat(ofOutcomes(connection, Duration.ofDays(2)).rows()).isEqualTo(1);
            assertThat(ofOutcomes(connection, Duration.ofDays(3)).rows()).isZero();
        }
    }

    @Test
    void aMissingTableIsNamed() throws SQLException {
        try (Connection connection = Postgres.connect(Postgres.emptyDatabase())) {
            assertRefused(
                    () -> TableHistory.HISTORY.read(connection, "public", FeatureSet.REFERENCE, Optional.empty()),
                    "cannot read cust_payment_tx_history");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TX_FRAUD, has no column TX_FRAUD",
        "TX_DATETIME, has no column TX_DATETIME",
        "TERMINAL_ID_RISK_7DAY_WINDOW, has no column TERMINAL_ID_RISK_7DAY_WINDOW",
    })
    void refusesAFileWithoutAColumn_namingIt(String column, String cause) throws IOException {
        String header = SyntheticHistory.header().replaceFirst("\\b" + column + "\\b", "OTHER");
        Path file = file("short.csv", header, SyntheticHistory.lines());

        assertRefused(() -> CsvHistory.read(file, FeatureSet.REFERENCE), cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7|NaN|line 2 of|has TX_FRAUD 'NaN'",
                "7|2|line 2 of|has TX_FRAUD '2'",
                "1|yesterday|line 2 of|has TX_DATETIME 'yesterday'",
                "4|much|line 2 of|has TX_AMOUNT 'much'",
                "10|NaN|line 2 of|has TX_DURING_NIGHT 'NaN'",
                "4|1e39|line 2 of|has TX_AMOUNT '1e39'",
                "4|1,2|line 2 of|has 24 fields, the header 23",
                "4|\"1|line 2 of|has a quote that is never closed",
            })
    void refusesABadValue_namingLineAndColumn(int field, String value, String where, String what) throws IOException {
        String[] fields = SyntheticHistory.lines().get(0).split(",", -1);
        fields[field] = value;
        Path file = file("bad.csv", SyntheticHistory.header(), List.of(String.join(",", fields)));

        assertRefused(() -> CsvHistory.read(file, FeatureSet.REFERENCE), what);
        assertRefused(() -> CsvHistory.read(file, FeatureSet.REFERENCE), where);
    }

    @Test
    void refusesAHeaderThatIsNoCsvOrNamesAColumnTwice() throws IOException {
        Path unclosed = file("unclosed.csv", '"' + SyntheticHistory.header(), List.of());
        assertRefused(() -> CsvHistory.read(unclosed, FeatureSet.REFERENCE), "has a quote that is never closed");
        Path twice = file("twice.csv", SyntheticHistory.header() + ",tx_fraud", List.of());
        assertRefused(() -> CsvHistory.read(twice, FeatureSet.REFERENCE), "has the column TX_FRAUD twice");
    }

    @Test
    void refusesAnEmptyOrMissingFile() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty.csv"));
        assertRefused(() -> CsvHistory.read(empty, FeatureSet.REFERENCE), "is empty");
        assertRefused(() -> CsvHistory.read(directory.resolve("none.csv"), FeatureSet.REFERENCE), "does not exist");
        Path notGzip = Files.writeString(directory.resolve("x.gz"), "TX_FRAUD\n");
        assertRefused(() -> CsvHistory.read(notGzip, FeatureSet.REFERENCE), "has no column TX_DATETIME");
    }

    private Path file(String name, String header, List<String> lines) throws IOException {
        return Files.writeString(directory.resolve(name), header + "\n" + String.join("\n", lines) + "\n");
    }

    private static TrainingData ofOutcomes(Connection connection, Duration genuineAfter) {
        return TableHistory.OUTCOMES.read(connection, "public", FeatureSet.REFERENCE, Optional.of(genuineAfter));
    }

    private static String quoted(String line) {
        return '"' + line.replace(",", "\",\"") + '"';
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertRefused(Runnable reading, String cause) {
        assertThatThrownBy(reading::run)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(cause)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).isNotBlank());
    }
}
