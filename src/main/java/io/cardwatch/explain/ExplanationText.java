package io.cardwatch.explain;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.databind.JsonNode;
import io.cardwatch.codec.EventTime;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.Feature;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.Rule;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Writes an explanation for a person: sections with a heading, aligned, no line longer than 100 columns. */
final class ExplanationText {
    private static final int WIDTH = 100;
    private static final int GAP = 2;

    private final Explanation explanation;
    private final long epochSecond;
    private final StringBuilder text = new StringBuilder();
    /** How far behind the start of its label a field's words begin. */
    private int labels;

    ExplanationText(Explanation explanation) {
        this.explanation = explanation;
        this.epochSecond = explanation.payment.transaction.epochSecond;
        verdict();
        payment();
        compared();
        model();
        labels();
        rules();
        reasons();
        features();
    }

    private void verdict() {
        line(
                0,
                "Customer " + stored("customer_id") + ", transaction " + stored("transaction_id") + ", "
                        + stored("tx_datetime") + " UTC");
        line(0, "The decision: " + explanation.verdict().toUpperCase(Locale.ROOT));
    }

    private void payment() {
        List<String> columns = List.of(
                "terminal_id",
                "tx_amount",
                "approximate_arrival_timestamp",
                "shard_id",
                "sequence_number",
                "partition_key",
                "scored_at");
        heading("PAYMENT AS STORED (all times UTC)", columns);
        columns.forEach(column -> field(column, stored(column)));
    }

    private void compared() {
        List<Finding> findings = explanation.findings;
        int states = widest(findings.stream().map(finding -> finding.state.text).collect(toList()));
        heading(
                "DECISION MADE AGAIN",
                findings.stream().map(finding -> finding.column).collect(toList()));
        int columns = labels;
        String told = "";
        for (Finding finding : findings) {
            labels = columns + states;
            field(padded(finding.column, columns) + finding.state.text, shown(finding.stored));
            labels = columns;
            if (finding.state == Finding.State.DIFFERS) {
                field("  made again", shown(finding.again));
            }
            if (!finding.why.equals(told)) {
                field("  why", finding.why);
            }
            told = finding.why;
        }
    }

    private void model() {
        heading("MODEL", List.of("also searched"));
        String version = stored("model_version");
        field("model_version", version);
        field("hash", version.substring(version.lastIndexOf('-') + 1));
        explanation.search.model.ifPresent(
                model -> field("features", model.featureSet().lowerCaseName()));
        field("threshold", stored("threshold") + ", " + explanation.thresholdFrom);
        field("found in", explanation.search.place.isEmpty() ? "nowhere" : explanation.search.place);
        explanation.search.elsewhere.forEach(place -> field("also searched", place));
    }

    private void labels() {
        heading("LABELS THAT COUNT (all times UTC)", List.of("terminal's 30 days"));
        field("label_datetime", "up to " + EventTime.format(epochSecond) + ", the payment's time");
        for (TerminalSpan span : TerminalSpan.windows(epochSecond, explanation.terminalDelay)) {
            field(
                    "terminal's " + span.days + (span.days == 1 ? " day" : " days"),
                    "after " + EventTime.format(span.after) + " up to " + EventTime.format(span.until));
        }
    }

    private void rules() {
        heading("RULES IN FORCE", List.of("did not fire"));
        if (!explanation.rulesUnread.isEmpty()) {
            line(2, "Not known: " + explanation.rulesUnread);
        } else if (explanation.rules.isEmpty()) {
            line(2, "none");
        }
        for (CompiledRule compiled : explanation.rules) {
            Rule rule = compiled.rule();
            field(
                    explanation.fired(compiled) ? "fired" : "did not fire",
                    rule.id + " version " + rule.version + ": " + rule.action.lowerCaseName() + ", priority "
                            + rule.priority + (rule.dryRun ? ", dry run" : ""));
            field("", rule.expression);
        }
    }

    private void reasons() {
        FiredRule.array(explanation.row.get(DecisionColumn.REASONS.column())).ifPresent(reasons -> {
            heading("REASONS AS STORED (contribution to the log-odds)", List.of("+0.0000"));
            reasons.forEach(reason -> field(
                    String.format(
                            Locale.ROOT, "%+.4f", reason.path("contribution").asDouble()),
                    reason.path("text").asText()));
        });
    }

    private void features() {
        List<Feature> features = explanation.row.featureSet().features();
        heading("FEATURES AS STORED", features.stream().map(Feature::column).collect(toList()));
        int columns = labels;
        int values = widest(
                features.stream().map(feature -> stored(feature.column())).collect(toList()));
        for (Feature feature : features) {
            labels = columns + values;
            field(
                    padded(feature.column(), columns) + stored(feature.column()),
                    feature.sentence(explanation.payment.features, explanation.terminalDelay));
        }
    }

    private String stored(String column) {
        String value = explanation.row.text(column);
        return value.isEmpty() ? "-" : value;
    }

    private static String shown(Object value) {
        if (value == null) {
            return "NULL";
        }
        return FiredRule.array(value instanceof String ? value : null)
                .map(array -> IntStream.range(0, array.size())
                        .mapToObj(array::get)
                        .map(ExplanationText::shown)
                        .collect(joining("; ", "", array.isEmpty() ? "none" : "")))
                .orElse(value.toString());
    }

    private static String shown(JsonNode entry) {
        return entry.has("feature")
                ? entry.path("feature").asText() + " "
                        + entry.path("contribution").asText()
                : entry.path("id").asText() + " version "
                        + entry.path("version").asText();
    }

    /** The section's title, and the labels that its words are to stand behind. */
    private void heading(String title, List<String> ofSection) {
        text.append('\n');
        line(0, title);
        labels = widest(ofSection);
    }

    private static int widest(List<String> words) {
        return words.stream().mapToInt(String::length).max().orElse(0) + GAP;
    }

    private static String padded(String words, int width) {
        return words + " ".repeat(Math.max(1, width - words.length()));
    }

    /** A label, and behind it words that go on below themselves. */
    private void field(String label, String words) {
        String start = "  " + padded(printable(label), labels);
        wrap(start, start.length(), printable(words));
    }

    private void line(int indent, String words) {
        wrap(" ".repeat(indent), indent, printable(words));
    }

    private void wrap(String start, int indent, String words) {
        StringBuilder line = new StringBuilder(start);
        boolean first = true;
        for (String word : words.split(" ", -1)) {
            String rest = word;
            if (!first && line.length() + 1 + rest.length() > WIDTH) {
                end(line, indent);
                first = true;
            }
            line.append(first ? "" : " ");
            while (line.length() + rest.length() > WIDTH) {
                int fits = WIDTH - line.length();
                line.append(rest, 0, Math.max(0, fits));
                rest = rest.substring(Math.max(0, fits));
                end(line, indent);
            }
            line.append(rest);
            first = false;
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private void end(StringBuilder line, int indent) {
        text.append(line.toString().stripTrailing()).append('\n');
        line.setLength(0);
        line.append(" ".repeat(indent));
    }

    /** What stands in a table must not steer a terminal. */
    private static String printable(String words) {
        return words.replaceAll("\\R", " ").replaceAll("[\\p{Cc}\\p{Cf}]", "?");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
