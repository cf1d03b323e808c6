package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.files.OutputFile;
import io.cardwatch.training.benchmark.BenchmarkResult;
import io.cardwatch.training.benchmark.BenchmarkRow;
import io.cardwatch.training.benchmark.ModelBenchmark;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Repeats the handbook's protocol on its data, and prints our figures beside the published ones. */
@Command(
        name = "benchmark-model",
        description = {
            "Simulate the Fraud Detection Handbook's data, train and test by its protocol, and print the figures beside"
                    + " the published ones."
        })
final class BenchmarkModelCommand implements Callable<Integer> {
    /** Means over the same four test folds, as the handbook publishes them. */
    private static final List<String> PUBLISHED = List.of(
            line("published: logistic regression", 0.868, 0.623, 0.297),
            line("published: random forest", 0.870, 0.678, 0.299),
            line("published: XGBoost", 0.869, 0.687, 0.303),
            line("published: neural network", 0.876, 0.675, 0.303),
            line("published: best of each column", 0.879, 0.694, 0.305));

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Seed of the handbook's world; 0 is the published data.")
    private long seed;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            showDefaultValue = Visibility.NEVER,
            description = "Measure only these rows, by their names in the table.")
    private List<String> rows = new ArrayList<>();

    @Option(
            names = "--validation",
            description = "Test on the four earlier folds instead, those that settings are chosen on.")
    private boolean validation;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of XGBoost; another number may change the last digits.")
    private int threads = 1;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write the rows as an array of objects, too, - for standard output; an existing file is replaced at"
                            + " the end.")
    private Optional<Path> json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        boolean jsonAlone = json.filter(OutputFile::isStandardOutput).isPresent();
        PrintWriter out = jsonAlone
                ? command.commandLine().getErr()
                : command.commandLine().getOut();
        requireKnown();
        json.ifPresent(OutputFile::requireWritable);
        List<BenchmarkResult> results = new ArrayList<>();
        ProgressLine progress = new ProgressLine(out);
        ModelBenchmark benchmark = new ModelBenchmark(seed, threads, progress);
        out.println(header());
        if (!validation) {
            PUBLISHED.forEach(out::println);
        }
        out.flush();
        benchmark.run(ModelBenchmark.rows(rows), validation, result -> {
            progress.end();
            results.add(result);
            out.println(line(result.row, result.auc, result.ap, result.cp100) + rest(result));
            out.flush();
        });
        if (json.isPresent()) {
            write(json.get(), results);
        }
        return 0;
    }

    private void requireKnown() {
        for (String row : rows) {
            if (!BenchmarkRow.names().contains(row)) {
                throw new BadInputException(
                        "there is no row " + row, "Choose from " + String.join(", ", BenchmarkRow.names()) + ".");
            }
        }
        if (threads < 1) {
            throw new BadInputException("--threads is " + threads, "Give 1 or more.");
        }
    }

    private static String header() {
        return String.format(Locale.ROOT, "%-32s %6s %6s %6s %8s", "", "AUC", "AP", "CP@100", "ECE");
    }

    private static String line(String row, double auc, double ap, double cp100) {
        return String.format(Locale.ROOT, "%-32s %6.3f %6.3f %6.3f", row, auc, ap, cp100);
    }

    private static String rest(BenchmarkResult result) {
        String ece = result.ece == null ? "" : String.format(Locale.ROOT, " %8.5f", result.ece);
        if (result.unlabelledAtTop != null) {
            return String.format(
                    Locale.ROOT, "%-9s  of the unlabelled frauds %.3f in the top 1 %%", ece, result.unlabelledAtTop);
        }
        return result.f1 == null
                ? ece
                : String.format(
                        Locale.ROOT,
                        "%s  Brier %.5f; precision %.3f, recall %.3f, F1 %.3f at %.3f; class-balanced F1 %.3f",
                        ece,
                        result.brier,
                        result.precision,
                        result.recall,
                        result.f1,
                        result.threshold,
                        result.balancedF1);
    }

    private static void write(Path file, List<BenchmarkResult> results) throws IOException {
        try (OutputFile json = new OutputFile(file)) {
            json.stream().write(BenchmarkResult.json(results).getBytes(UTF_8));
            json.complete();
        }
    }
}
