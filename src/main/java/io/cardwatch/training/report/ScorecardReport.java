package io.cardwatch.training.report;

import io.cardwatch.training.evaluation.AlertQuality;
import io.cardwatch.training.evaluation.CardBootstrap;
import io.cardwatch.training.evaluation.Figure;
import io.cardwatch.training.evaluation.ScoreQuality;
import io.cardwatch.training.scorecard.DataQuality;
import io.cardwatch.training.scorecard.Drift;
import io.cardwatch.training.scorecard.Scorecard;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.apache.flink.util.TimeUtils;

/** The page about a scorecard, for a fraud team. */
public final class ScorecardReport {
    /** A PSI that fills the whole meter. */
    private static final double FULL_METER = 0.5;

    private final Scorecard card;
    private final Map<String, Object> page = new LinkedHashMap<>();

    private ScorecardReport(Scorecard card) {
        this.card = card;
    }

    /** The page as one file of HTML that needs no other; the same scorecard gives the same text. */
    public static String html(Scorecard card) {
        ScorecardReport report = new ScorecardReport(card);
        report.head();
        report.models();
        report.challengers();
        report.rules();
        report.drift();
        report.dataQuality();
        return Page.html("scorecard.html", report.page);
    }

    private void head() {
        page.put("from", day(card.period.from));
        page.put("to", day(card.period.until.minusDays(1)));
        page.put("asOf", moment(card.period.asOf));
        page.put("delay", TimeUtils.formatWithHighestUnit(card.period.labelDelay));
        page.put("payments", Numbers.count(card.payments));
        page.put("labelled", Numbers.count(card.labelled));
        page.put("frauds", Numbers.count(card.frauds));
        page.put("prevalence", Numbers.smallPercent((double) card.frauds / card.payments));
        page.put("alertsPerDay", value(card.decisions.alertsPerDay, ScorecardText::rate));
        page.put("alertsPerDayRange", range(card.decisions.alertsPerDay, ScorecardText::rate));
        page.put("precision", value(card.decisions.precision, Numbers::percent));
        page.put("precisionRange", range(card.decisions.precision, Numbers::percent));
        page.put("recall", value(card.decisions.recall, Numbers::percent));
        page.put("recallRange", range(card.decisions.recall, Numbers::percent));
        page.put("cardsPerDay", value(card.decisions.cardsPerDay, ScorecardText::rate));
        page.put("money", card.costs != null);
        page.put("daysChart", daysChart());
        page.put("draws", Numbers.count(CardBootstrap.DRAWS));
    }

    /** Bars of each day: the model's alerts, and those of them that were fraud. */
    private String daysChart() {
        List<Scorecard.Day> days = card.days;
        double most = Math.max(
                1,
                days.stream()
                        .mapToDouble(day -> Math.max(day.alerts(), day.frauds()))
                        .max()
                        .orElseThrow());
        long first = card.period.from.toEpochDay();
        int count = card.period.days();
        Chart chart = new Chart(
                "Alerts of the models by day, and frauds by day, caught and missed",
                Axis.linear("day", 0, count, Math.max(1, Math.ceil(count / 5.0)), place -> day(LocalDate.ofEpochDay(
                                first + (long) place))
                        .replaceFirst(" \\d+$", "")),
                Axis.linear("payments", 0, most, Axis.step(most), Numbers::tick));
        for (Scorecard.Day day : days) {
            double left = LocalDate.parse(day.day).toEpochDay() - first;
            chart.bar("bar genuine", left + 0.08, left + 0.48, day.alerts());
            chart.bar("bar fraud", left + 0.52, left + 0.92, day.frauds());
        }
        return chart.svg();
    }

    private void models() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Scorecard.Model model : card.models) {
            rows.add(row(
                    model.modelVersion,
                    "threshold "
                            + model.thresholds.stream().map(Numbers::score).collect(Collectors.joining(", ")) + "; "
                            + volume(model.decision),
                    model.decision,
                    model.ranking));
        }
        rows.add(row("all decisions", "alerts, reviews and blocks; " + volume(card.decisions), card.decisions, null));
        page.put("models", rows);
    }

    private static String volume(AlertQuality quality) {
        return Numbers.count(quality.payments) + " payments on " + Numbers.count(quality.days) + " days, "
                + Numbers.count(quality.frauds) + " frauds";
    }

    private void challengers() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Scorecard.Challenger challenger : card.challengers) {
            Map<String, Figure> less = challenger.difference;
            List<Map<String, Object>> rows = new ArrayList<>();
            rows.add(row(
                    challenger.modelVersion,
                    "the challenger",
                    challenger.challenger.decision,
                    challenger.challenger.ranking));
            rows.add(row(
                    String.join(", ", challenger.championVersions),
                    "what decided",
                    challenger.champion.decision,
                    challenger.champion.ranking));
            Map<String, Object> difference = new LinkedHashMap<>();
            difference.put("name", "difference");
            difference.put("about", "challenger less champion");
            put(difference, "alerts", less.get("alertsPerDay"), ScorecardText::rate);
            put(difference, "precision", less.get("precision"), Numbers::percent);
            put(difference, "recall", less.get("recall"), Numbers::percent);
            put(difference, "ap", less.get("averagePrecision"), Numbers::score);
            put(difference, "cards", less.get("cardPrecisionAt100"), Numbers::percent);
            put(difference, "share", null, Numbers::percent);
            put(difference, "saved", less.get("saved"), Numbers::count);
            rows.add(difference);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("slot", challenger.slot);
            entry.put("volume", volume(challenger.challenger.decision));
            entry.put("rows", rows);
            list.add(entry);
        }
        page.put("challengers", list);
        page.put("challengersKnown", !list.isEmpty());
    }

    private void rules() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Scorecard.FiredRule rule : card.rules) {
            Map<String, Object> row = row(
                    rule.id + " version " + rule.version,
                    rule.action + (rule.dryRun ? ", dry run" : "") + "; fired " + Numbers.count(rule.firings.alerts)
                            + " times, " + day(LocalDate.parse(rule.firstFired)) + " to "
                            + day(LocalDate.parse(rule.lastFired)),
                    rule.firings,
                    null);
            rows.add(row);
        }
        page.put("rules", rows);
        page.put("rulesAsked", card.rulesAsked > 0 ? Numbers.count(card.rulesAsked) : false);
        page.put("rulesFired", !rows.isEmpty());
    }

    private static Map<String, Object> row(String name, String about, AlertQuality quality, ScoreQuality ranking) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("about", about);
        put(row, "alerts", quality.alertsPerDay, ScorecardText::rate);
        put(row, "precision", quality.precision, Numbers::percent);
        put(row, "recall", quality.recall, Numbers::percent);
        put(row, "ap", ranking == null ? null : ranking.averagePrecision, Numbers::score);
        put(row, "cards", ranking == null ? null : ranking.cardPrecisionAt100, Numbers::percent);
        put(row, "share", ranking == null ? null : ranking.shareOfAttainable, Numbers::percent);
        put(row, "saved", quality.saved.orElse(null), Numbers::count);
        return row;
    }

    /** A figure and its range under two names; empty text for none. */
    private static void put(Map<String, Object> row, String name, Figure figure, DoubleFunction<String> number) {
        row.put(name, figure == null ? "" : value(figure, number));
        row.put(name + "Range", figure == null ? "" : range(figure, number));
    }

    private static String value(Figure figure, DoubleFunction<String> number) {
        return figure.isKnown() ? number.apply(figure.value) : "–";
    }

    /** The unit once: 14.6 to 24.6 %. */
    private static String range(Figure figure, DoubleFunction<String> number) {
        return figure.isKnown() ? Numbers.range(figure.interval, number).replace("\u00a0% to ", " to ") : "";
    }

    private void drift() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Scorecard.ModelDrift model : card.drift) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("version", model.modelVersion);
            entry.put("count", Numbers.count((double) model.payments));
            entry.put("known", model.drifts != null);
            List<Map<String, Object>> rows = new ArrayList<>();
            if (model.drifts != null) {
                int features = model.drifts.size() - 1;
                rows.add(drift(model.drifts.get(features), "score"));
                model.drifts.subList(0, features).stream()
                        .sorted(Comparator.comparingDouble(drift -> -drift.psi))
                        .forEach(drift -> rows.add(drift(drift, FeatureWords.of(drift.name))));
            }
            entry.put("rows", rows);
            list.add(entry);
        }
        page.put("drift", list);
        page.put("driftFrom", moment(Instant.ofEpochSecond(card.period.driftFrom())));
        page.put("driftUntil", moment(Instant.ofEpochSecond(card.period.driftUntil())));
    }

    private static Map<String, Object> drift(Drift drift, String words) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("words", words);
        row.put("name", drift.name);
        row.put("psi", Numbers.score(drift.psi));
        row.put("verdict", drift.verdict());
        row.put("width", String.format(Locale.ROOT, "%.1f", 100 * Math.min(1, drift.psi / FULL_METER)));
        row.put(
                "missing",
                drift.missing == 0 && drift.missingInTraining == 0
                        ? ""
                        : Numbers.smallPercent(drift.missing) + ", was "
                                + Numbers.smallPercent(drift.missingInTraining));
        return row;
    }

    private void dataQuality() {
        DataQuality quality = card.dataQuality;
        page.put("newestLabel", quality.newestLabel == null ? false : moment(Instant.parse(quality.newestLabel)));
        page.put(
                "labelAge",
                quality.daysSinceNewestLabel == null
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", quality.daysSinceNewestLabel));
        page.put("pause", Numbers.count(Math.max(0, quality.longestPauseDays - 1)));
        page.put("stopped", quality.labelsStopped);
        page.put("terminals", Numbers.count(quality.terminals));
        page.put("silent", Numbers.count(quality.silentTerminals));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (DataQuality.SilentTerminal terminal : quality.mostSilentTerminals) {
            rows.add(Map.of(
                    "id",
                    terminal.terminalId,
                    "since",
                    Numbers.count(terminal.paymentsSince),
                    "last",
                    terminal.lastLabelled == null ? "none judged" : moment(Instant.parse(terminal.lastLabelled))));
        }
        page.put("silentTerminals", rows);
        page.put("silentKnown", !rows.isEmpty());
        page.put(
                "unknown",
                quality.contactsKept
                        ? Numbers.count(quality.unknownCustomerPayments) + " payments ("
                                + Numbers.smallPercent((double) quality.unknownCustomerPayments / card.payments)
                                + ") were of customers who were not known."
                        : "No payment has contact details, so unknown customers cannot be told.");
    }

    private static String day(LocalDate day) {
        return Numbers.day(day.atStartOfDay().toEpochSecond(ZoneOffset.UTC));
    }

    private static String moment(Instant moment) {
        return Numbers.day(moment.getEpochSecond()) + ", "
                + moment.atOffset(ZoneOffset.UTC).toLocalTime().withNano(0).withSecond(0);
    }
}
