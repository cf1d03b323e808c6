package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.Postgres;
import io.cardwatch.training.SyntheticHistory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private String history;
    private String model;

    @BeforeEach
    void writeHistory() throws IOException {
        history = Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv())
                .toString();
        model = directory.resolve("model").toString();
    }

    @Test
    void writesAModelThatIsReadyToScore_andSaysHowGoodItIs() {
        assertThat(run("--history", history, "--out", model, "--rounds", "10")).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .hasSize(4)
                .anyMatch(line -> line.matches("Training on 8,640 rows, 1,\\d\\d\\d of them frauds."))
                .anyMatch(line -> line.matches("Held-out end: average precision 0.9\\d\\d, AUC .*"))
                .anyMatch(line -> line.startsWith("Wrote model 2018-08-29-"));
        assertThat(FraudModel.load(model).version()).startsWith("2018-08-29-");
    }

    @Test
    void refusesAnExistingDirectoryBeforeItTrains() {
        assertThat(run("--history", history, "--out", directory.toString())).isEqualTo(3);

        assertThat(err.toString().lines())
                .containsExactly(
                        "error: " + directory + " exists already",
                        "remedy: Give a new directory, or remove this one first.");
    }

    @Test
    void needsExactlyOneSourceOfHistory() {
        assertThat(run("--out", model)).isEqualTo(2);
        assertThat(run("--out", model, "--history", history, "--from-table")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(4);
    }

    @Test
    void readsTheWarehouseThatTheSettingsName() throws Exception {
        assertThat(run("--from-table", "--out", model)).isEqualTo(3);
        assertThat(err.toString()).contains("error: warehouse.url is not set");

        String url = "--warehouse.url=" + Postgres.freshDatabase();
        assertThat(run("--from-outcomes", "--out", model, url, "--warehouse.user=" + Postgres.USER))
                .isEqualTo(3);
        assertThat(err.toString()).contains("error: the history has 0 labelled rows");

        assertThat(run("--from-table", "--out", model, "--warehouse.url=jdbc:postgresql://localhost:1/none"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("cannot be reached");
    }

    @Test
    void helpShowsTheDefaults() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString().lines().map(String::strip))
                .contains("Default: 300", "Default: 0.1", "Default: 4096", "Default: 14", "Default: 7");
    }

    private int run(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "train";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), command);
    }
}
