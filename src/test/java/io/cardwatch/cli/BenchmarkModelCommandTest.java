package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkModelCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void aWeekOfTrainingGivesThePublishedFigureOfLogisticRegression_andTreesThatBeatThePublishedOnes()
            throws IOException {
        Path json = directory.resolve("rows.json");

        assertThat(run("--rows", "reference-train7,logistic-regression", "--json", json.toString()))
                .isZero();

        JsonNode rows = new JsonMapper().readTree(json.toFile());
        assertThat(rows).hasSize(2);
        JsonNode regression = rows.get(0);
        assertThat(fields(regression)).containsExactly("row", "auc", "ap", "cp100", "ece", "brier");
        assertThat(regression.get("row").asText()).isEqualTo("logistic-regression");
        assertThat(regression.get("auc").doubleValue()).isCloseTo(0.868, within(0.002));
        assertThat(regression.get("ap").doubleValue()).isCloseTo(0.623, within(0.002));
        assertThat(regression.get("cp100").doubleValue()).isCloseTo(0.297, within(0.002));
        JsonNode trees = rows.get(1);
        assertThat(trees.get("row").asText()).isEqualTo("reference-train7");
        assertThat(trees.get("ap").doubleValue()).isGreaterThanOrEqualTo(0.690);
        assertThat(trees.get("cp100").doubleValue()).isGreaterThanOrEqualTo(0.303);
        assertThat(out.toString().lines())
                .anyMatch(line -> line.matches("published: XGBoost +0.869 +0.687 +0.303"))
                .anyMatch(line -> line.matches("logistic-regression +0.868 +0.623 +0.297 +0.00\\d{3}"));
    }

    @Test
    void refusesWhatItCannotDoBeforeItMeasures_andLeavesTheFileAsItIs() throws IOException {
        Path json = Files.writeString(directory.resolve("rows.json"), "[1]");

        assertThat(run("--rows", "no-such-row", "--json", json.toString())).isEqualTo(3);
        assertThat(run("--threads", "0", "--json", json.toString())).isEqualTo(3);
        assertThat(run("--json", directory.resolve("none/rows.json").toString()))
                .isEqualTo(3);

        assertThat(err.toString().lines().filter(line -> line.startsWith("error: ")))
                .containsExactly(
                        "error: there is no row no-such-row",
                        "error: --threads is 0",
                        "error: " + directory.resolve("none") + " is no directory");
        assertThat(json).hasContent("[1]");
    }

    private static List<String> fields(JsonNode row) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private int run(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "benchmark-model";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), command);
    }
}
