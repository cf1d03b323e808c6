package io.cardwatch.training.report;

import io.cardwatch.training.evaluation.AlertQuality;
import io.cardwatch.training.evaluation.Figure;
import io.cardwatch.training.evaluation.ScoreQuality;
import io.cardwatch.training.scorecard.DataQuality;
import io.cardwatch.training.scorecard.Drift;
import io.cardwatch.training.scorecard.Scorecard;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.apache.flink.util.TimeUtils;

/** A scorecard as text of at most 100 columns. */
public final class ScorecardText {
    /** Features that are shown of each model, those that moved most. */
    private static final int MOST_DRIFTS = 10;

    private static final int WIDTH = 16;
    private static final List<String> COLUMNS =
            List.of("alerts/day", "precision", "recall", "AP", "CP@100", "of attainable");
    /** A rule has no score that would rank. */
    private static final int RULE_COLUMNS = 3;

    private final Scorecard card;
    private final StringBuilder text = new StringBuilder();

    private ScorecardText(Scorecard card) {
        this.card = card;
    }

    /** The text; it ends with a line feed. */
    public static String of(Scorecard card) {
        ScorecardText page = new ScorecardText(card);
        page.head();
        page.models();
        page.challengers();
        page.rules();
        page.drift();
        page.dataQuality();
        return page.text.toString();
    }

    private void head() {
        line(
                "Scorecard of %s to %s (UTC), as of %s",
                card.period.from, card.period.until.minusDays(1), card.period.asOf);
        line(
                "%,d payments, %,d with a label, %,d frauds (%s).",
                card.payments, card.labelled, card.frauds, Numbers.smallPercent((double) card.frauds / card.payments));
        line(
                "Only payments at least %s old count; of these, one without a label counts as genuine.",
                TimeUtils.formatWithHighestUnit(card.period.labelDelay));
        line("Second lines are 95 %% intervals: how far a figure would move with other customers.");
    }

    private void models() {
        heading("Models that decide, and all decisions");
        columns(COLUMNS.size());
        for (Scorecard.Model model : card.models) {
            row(
                    model.modelVersion + ", threshold "
                            + model.thresholds.stream().map(Numbers::score).collect(Collectors.joining(", "))
                            + volume(model.decision),
                    model.decision,
                    model.ranking);
        }
        row("all decisions: alerts, reviews and blocks" + volume(card.decisions), card.decisions, null);
    }

    private static String volume(AlertQuality quality) {
        return String.format(
                Locale.ROOT, ": %,d payments on %,d days, %,d frauds", quality.payments, quality.days, quality.frauds);
    }

    private void challengers() {
        for (Scorecard.Challenger challenger : card.challengers) {
            heading("Challenger " + challenger.slot + ", on the payments that both scored");
            columns(COLUMNS.size());
            row(
                    challenger.modelVersion + volume(challenger.challenger.decision),
                    challenger.challenger.decision,
                    challenger.challenger.ranking);
            row(
                    "champion " + String.join(", ", challenger.championVersions),
                    challenger.champion.decision,
                    challenger.champion.ranking);
            line("challenger less champion");
            figures(
                    challenger.difference.get("alertsPerDay"),
                    challenger.difference.get("precision"),
                    challenger.difference.get("recall"),
                    challenger.difference.get("averagePrecision"),
                    challenger.difference.get("cardPrecisionAt100"),
                    null,
                    challenger.difference.get("saved"));
        }
    }

    private void rules() {
        if (card.rulesAsked == 0) {
            return;
        }
        heading(String.format(Locale.ROOT, "Rules, on the %,d payments on which they were asked", card.rulesAsked));
        if (card.rules.isEmpty()) {
            line("None fired.");
            return;
        }
        columns(RULE_COLUMNS);
        for (Scorecard.FiredRule rule : card.rules) {
            row(
                    String.format(
                            Locale.ROOT,
                            "%s version %d, %s%s: fired %,d times, %s to %s",
                            rule.id,
                            rule.version,
                            rule.action,
                            rule.dryRun ? ", dry run" : "",
                            rule.firings.alerts,
                            rule.firstFired,
                            rule.lastFired),
                    rule.firings,
                    null);
        }
    }

    /** A name, the figures, and their intervals. */
    private void row(String name, AlertQuality quality, ScoreQuality ranking) {
        line("%s", name);
        figures(
                quality.alertsPerDay,
                quality.precision,
                quality.recall,
                ranking == null ? null : ranking.averagePrecision,
                ranking == null ? null : ranking.cardPrecisionAt100,
                ranking == null ? null : ranking.shareOfAttainable,
                quality.saved.orElse(null));
    }

    private void figures(
            Figure alerts, Figure precision, Figure recall, Figure ap, Figure cards, Figure share, Figure saved) {
        StringBuilder values = new StringBuilder();
        StringBuilder ranges = new StringBuilder();
        column(values, ranges, alerts, ScorecardText::rate);
        column(values, ranges, precision, Numbers::score);
        column(values, ranges, recall, Numbers::score);
        column(values, ranges, ap, Numbers::score);
        column(values, ranges, cards, Numbers::score);
        column(values, ranges, share, Numbers::score);
        text.append(values.toString().stripTrailing()).append('\n');
        text.append(ranges.toString().stripTrailing()).append('\n');
        if (saved != null) {
            line("      saved %s (%s)", Numbers.count(saved.value), Numbers.range(saved.interval, Numbers::count));
        }
    }

    private static void column(
            StringBuilder values, StringBuilder ranges, Figure figure, DoubleFunction<String> number) {
        String value = figure == null ? "" : figure.isKnown() ? number.apply(figure.value) : "–";
        String range = figure == null || !figure.isKnown()
                ? ""
                : number.apply(figure.interval.low) + ".." + number.apply(figure.interval.high);
        values.append(right(value, WIDTH));
        ranges.append(right(range, WIDTH));
    }

    /** At least one blank before it. */
    private static String right(String value, int width) {
        return " ".repeat(Math.max(1, width - value.length())) + value;
    }

    /** 12.3, or 1,234 */
    static String rate(double value) {
        return Math.abs(value) < 100 ? String.format(Locale.ROOT, "%.1f", value) : Numbers.count(value);
    }

    private void drift() {
        heading("Drift since training");
        line(
                "PSI of the payments of the %s up to %s; below 0.1 stable, above 0.25 drifted.",
                card.period.days() == 1 ? "day" : card.period.days() + " days",
                Instant.ofEpochSecond(card.period.driftUntil()));
        for (Scorecard.ModelDrift model : card.drift) {
            line("%s: %,d payments", model.modelVersion, model.payments);
            if (model.drifts == null) {
                line("  Its training profile is not at hand: give its directory by --model, or train it again.");
                continue;
            }
            Drift score = model.drifts.get(model.drifts.size() - 1);
            drift(score);
            List<Drift> features = model.drifts.subList(0, model.drifts.size() - 1).stream()
                    .sorted(Comparator.comparingDouble(feature -> -feature.psi))
                    .limit(MOST_DRIFTS)
                    .collect(Collectors.toList());
            features.forEach(this::drift);
            int rest = model.drifts.size() - 1 - features.size();
            if (rest > 0) {
                line("  %d more features moved less.", rest);
            }
        }
    }

    private void drift(Drift drift) {
        line(
                "  %-44s %8.3f  %-8s %s",
                drift.name.toLowerCase(Locale.ROOT),
                drift.psi,
                drift.verdict(),
                drift.missing == drift.missingInTraining
                        ? ""
                        : "missing " + Numbers.smallPercent(drift.missing) + ", was "
                                + Numbers.smallPercent(drift.missingInTraining));
    }

    private void dataQuality() {
        DataQuality quality = card.dataQuality;
        heading("Data");
        if (quality.newestLabel == null) {
            line("Labels: there are none.");
        } else {
            line(
                    "Labels: the newest is of %s, %.1f days ago; before it at most %d days without one.%s",
                    quality.newestLabel,
                    quality.daysSinceNewestLabel,
                    Math.max(0, quality.longestPauseDays - 1),
                    quality.labelsStopped ? " They stopped." : "");
        }
        line(
                "Terminals: %,d of %,d have had no label for longer than usual: as often as payments are",
                quality.silentTerminals, quality.terminals);
        line("labelled, 10 labels or more were to be expected since their last one.");
        for (DataQuality.SilentTerminal terminal : quality.mostSilentTerminals) {
            line(
                    "  terminal %d: %,d payments since %s",
                    terminal.terminalId,
                    terminal.paymentsSince,
                    terminal.lastLabelled == null ? "the first judged day" : terminal.lastLabelled);
        }
        line(
                "%s",
                quality.contactsKept
                        ? String.format(
                                Locale.ROOT,
                                "Customers: %,d payments (%s) were of customers who were not known.",
                                quality.unknownCustomerPayments,
                                Numbers.smallPercent((double) quality.unknownCustomerPayments / card.payments))
                        : "Customers: no payment has contact details, so unknown customers cannot be told.");
    }

    private void heading(String words) {
        text.append('\n').append(words).append('\n');
    }

    private void columns(int count) {
        for (int column = 0; column < count; column++) {
            text.append(right(COLUMNS.get(column), WIDTH));
        }
        text.append('\n');
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}
