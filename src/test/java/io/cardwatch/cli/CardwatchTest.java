package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Options;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CardwatchTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void validateConfigPrintsEverySettingWithItsValueAndSource() throws Exception {
        Path file = Files.writeString(
                directory.resolve("c.json"),
                "[{\"PropertyGroupId\":\"warehouse\",\"PropertyMap\":{\"password-env\":\"PW\",\"writers\":\"4\"}}]");

        int exitCode = run("validate-config", "--config", file.toString(), "--features.terminal-delay=5 d");

        assertThat(exitCode).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .anyMatch(line -> line.matches("features.terminal-delay +5 d +command line"))
                .anyMatch(line -> line.matches("warehouse.writers +4 +" + file))
                .anyMatch(line -> line.matches("source.stream +cust-payment-txn-stream +default"))
                .contains("Password of the warehouse: ****** from environment variable PW");
        assertThat(Options.all())
                .allSatisfy(option -> assertThat(out.toString()).contains("\n" + option.key + " "));
    }

    @Test
    void validateConfigNamesAllProblems_twoLinesEach_andNeverASecret() {
        int exitCode = run(
                "validate-config",
                "--features.terminal-dealy",
                "5 d",
                "--warehouse.password=hunter2",
                "--model.threshold=2");

        assertThat(exitCode).isEqualTo(3);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .hasSize(6)
                .startsWith(
                        "error: features.terminal-dealy (command line) is not a setting",
                        "remedy: Did you mean features.terminal-delay?")
                .endsWith(
                        "error: model.threshold is '2', which is not allowed (command line)",
                        "remedy: model.threshold must be a number from 0.0 to 1.0.");
        assertThat(err.toString()).doesNotContain("hunter2");
    }

    @Test
    void wrongUsageIsTwoLinesAndExitCode2() {
        assertThat(run("validate-config", "--confg=x")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: Unknown option: '--confg=x'",
                        "remedy: Did you mean --config? See cardwatch validate-config --help.");
    }

    @Test
    void optionsThatExcludeOneAnother_andAValueThatIsNone_areNamed() {
        assertThat(run("backfill", "--transactions=t", "--out=a", "--savepoint=b"))
                .isEqualTo(2);
        assertThat(run("replay-dead-letters", "--reason=TYPE", "--since=yesterday"))
                .isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: --out=FILE, --savepoint=DIR are mutually exclusive (specify only one)",
                        "remedy: See cardwatch backfill --help.",
                        "error: Invalid value for option '--since': 'yesterday' is no time in UTC, such as"
                                + " 2026-01-31T00:00:00Z",
                        "remedy: See cardwatch replay-dead-letters --help.");
    }

    @Test
    void aStrayWord_anUnknownCommandAndNoCommandAreWrongUsage() {
        assertThat(run("validate-config", "stray")).isEqualTo(2);
        assertThat(run("validate-config", "--features.terminal-delay=5 d", "stray"))
                .isEqualTo(2);
        assertThat(run("validate-confg")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString().lines())
                .hasSize(8)
                .allMatch(line -> line.startsWith("error: ") || line.startsWith("remedy: "));
    }

    @Test
    void theHelpOfACommandShowsEverySettingWithItsDefault() {
        assertThat(run("validate-config", "--help")).isZero();
        assertThat(Options.all()).allSatisfy(option -> assertThat(out.toString())
                .contains("  --" + option.key + "=" + option.defaultText + System.lineSeparator()));
    }

    @Test
    void theHelpNamesTheCommands() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("validate-config", "explain");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("cardwatch ");
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
