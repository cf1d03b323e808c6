package io.cardwatch.training.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.training.TrainedModel;
import io.cardwatch.training.TrainingResult;
import io.cardwatch.training.evaluation.Calibration;
import io.cardwatch.training.evaluation.CardBootstrap;
import io.cardwatch.training.evaluation.CardPrecision;
import io.cardwatch.training.evaluation.ConfusionMatrix;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.RankingScore;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The page about a trained model: how good it is on the payments at the end of the history that nothing was learned
 * from, what that means for a day's work, where it is weak, and what it was trained on.
 */
public final class FraudReport {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int[] CARDS_A_DAY = {10, 20, 50, 100, 200};
    private static final int SECONDS_PER_DAY = 86_400;
    /** The parts of the history under their names in the metrics, and their purpose. */
    private static final String[][] PARTS = {
        {"learned", "Rehearsal: learned from"},
        {"validation", "Rehearsal: trees, calibration, threshold chosen on"},
        {"heldOut", "Judged on"},
        {"history", "The model: learned from"}
    };

    private final TrainedModel model;
    private final ScoredRows scored;
    private final HeldOutScore score;
    private final ConfusionMatrix decision;
    private final Charts charts;
    private final Map<String, Object> page = new LinkedHashMap<>();

    private FraudReport(TrainingResult result) {
        model = result.model;
        scored = result.heldOut;
        score = result.score;
        decision = result.score.decision;
        charts = new Charts(scored, result.baseline, decision.threshold);
    }

    /**
     * The page as one file of HTML that needs no other; the same result gives the same text.
     *
     * @param costs what alerts cost and save, if the page is to show money
     */
    public static String html(TrainingResult result, Optional<CostModel> costs) {
        FraudReport report = new FraudReport(result);
        report.head();
        report.ranking();
        report.decision();
        report.calibration();
        report.cards();
        costs.ifPresent(report::money);
        report.page.put("money", costs.isPresent());
        report.page.put(
                "anomaly",
                result.anomaly
                        .<Object>map(scored -> anomaly(RankingScore.of(scored)))
                        .orElse(false));
        report.scenarios();
        report.segments();
        report.importance();
        report.provenance();
        return Page.html("report.html", report.page);
    }

    private void head() {
        TrainingData rows = scored.rows;
        page.put("version", model.version());
        page.put("from", Numbers.day(rows.firstSecond()));
        page.put("to", Numbers.day(rows.lastSecond()));
        page.put("rows", Numbers.count(rows.rows()));
        page.put("frauds", Numbers.count(rows.frauds()));
        page.put("prevalence", Numbers.smallPercent((double) rows.frauds() / rows.rows()));
        page.put("chance", Numbers.score((double) rows.frauds() / rows.rows()));
        page.put("precision", Numbers.percent(decision.precision()));
        page.put("precisionRange", Numbers.range(charts.precision, Numbers::percent));
        page.put("recall", Numbers.percent(decision.recall()));
        page.put("recallRange", Numbers.range(charts.recall, Numbers::percent));
        page.put("averagePrecision", Numbers.score(score.averagePrecision));
        page.put("averagePrecisionRange", Numbers.range(charts.averagePrecision, Numbers::score));
        page.put("threshold", Numbers.score(decision.threshold));
        page.put("policy", policy(String.valueOf(model.provenance.get("thresholdPolicy"))));
        List<Map<String, Object>> parts = new ArrayList<>();
        for (String[] part : PARTS) {
            Map<?, ?> described = (Map<?, ?>) model.metrics.get(part[0]);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", part[1]);
            row.put("from", day(described.get("from")));
            row.put("to", day(described.get("to")));
            row.put("rows", Numbers.count(((Number) described.get("rows")).doubleValue()));
            row.put("frauds", Numbers.count(((Number) described.get("frauds")).doubleValue()));
            parts.add(row);
        }
        page.put("parts", parts);
    }

    /** How the threshold was chosen, from the policy's text. */
    private static String policy(String policy) {
        String value = policy.substring(policy.indexOf('=') + 1);
        String chosen = "Of all thresholds it ";
        if (policy.equals("best-f1")) {
            chosen += "has the best F1";
        } else if (policy.startsWith("precision=")) {
            chosen += "is the lowest with a precision of " + value;
        } else if (policy.startsWith("cards-per-day=")) {
            chosen += "is the lowest that alerts at most " + value + " cards a day";
        } else if (policy.startsWith("cost=")) {
            chosen += "saves most at the costs in " + value;
        } else {
            return "That probability was given, not chosen.";
        }
        return chosen + ", on payments before these.";
    }

    private static String day(Object instant) {
        return Numbers.day(Instant.parse((String) instant).getEpochSecond());
    }

    private void ranking() {
        HeldOutScore baseline = (HeldOutScore) model.metrics.get("baseline");
        page.put("auc", Numbers.score(score.auc));
        page.put("aucRange", Numbers.range(charts.auc, Numbers::score));
        page.put("baselineAveragePrecision", Numbers.score(baseline.averagePrecision));
        page.put("baselineAuc", Numbers.score(baseline.auc));
        page.put("precisionRecallChart", charts.precisionRecall());
        page.put("rocChart", charts.roc());
    }

    private void decision() {
        double days = days();
        page.put("caught", Numbers.count(decision.truePositives));
        page.put("missed", Numbers.count(decision.falseNegatives));
        page.put("falseAlarms", Numbers.count(decision.falsePositives));
        page.put("leftAlone", Numbers.count(decision.trueNegatives));
        page.put("alerts", Numbers.count(decision.flagged()));
        page.put("alertsADay", Numbers.count(decision.flagged() / days));
        page.put("f1", Numbers.score(decision.f1()));
        page.put("scoreChart", charts.scores());
    }

    /** UTC days from the first to the last row. */
    private double days() {
        return Math.floorDiv(scored.rows.lastSecond(), SECONDS_PER_DAY)
                - Math.floorDiv(scored.rows.firstSecond(), SECONDS_PER_DAY)
                + 1.0;
    }

    private void calibration() {
        List<Calibration.Bin> bins = charts.probabilityGroups();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Calibration.Bin bin : bins) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("given", Numbers.smallPercent(bin.meanProbability));
            row.put("rows", Numbers.count(bin.rows));
            row.put("expected", String.format(Locale.ROOT, "%,.1f", bin.meanProbability * bin.rows));
            row.put("frauds", Numbers.count(bin.frauds));
            row.put("came", Numbers.smallPercent(bin.shareOfFrauds()));
            rows.add(row);
        }
        page.put("bins", rows);
        page.put("expectedCalibrationError", Numbers.smallPercent(score.expectedCalibrationError));
        page.put("brier", String.format(Locale.ROOT, "%.5f", score.brier));
        page.put("reliabilityChart", charts.reliability(bins));
    }

    private void cards() {
        CardPrecision cards = new CardPrecision(scored);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int k : CARDS_A_DAY) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("cards", Numbers.count(k));
            row.put("found", Numbers.percent(cards.at(k)));
            row.put("attainable", Numbers.percent(cards.attainable(k)));
            rows.add(row);
        }
        page.put("cards", rows);
        page.put("cards100", Numbers.percent(cards.at(100)));
        page.put("attainable100", Numbers.percent(cards.attainable(100)));
        page.put("cardChart", Charts.cardPrecision(cards));
    }

    private void money(CostModel costs) {
        double caught = IntStream.range(0, scored.rows.rows())
                .filter(row -> scored.rows.fraud(row) && scored.probabilities[row] >= decision.threshold)
                .mapToDouble(row -> scored.rows.value(row, Feature.TX_AMOUNT.index()))
                .sum();
        page.put("saved", Numbers.count(costs.saved(scored, decision.threshold)));
        page.put("attainableSaved", Numbers.count(costs.attainable(scored)));
        page.put("caughtAmount", Numbers.count(caught));
        page.put("savedShare", Numbers.percent(costs.savedShare));
        page.put("savedAmount", Numbers.count(costs.savedShare * caught));
        page.put("review", Numbers.money(costs.review));
        page.put("reviews", Numbers.count(costs.review * decision.flagged()));
        page.put("blockedGenuine", Numbers.money(costs.blockedGenuine));
        page.put("blocked", Numbers.count(costs.blockedGenuine * decision.falsePositives));
        page.put("moneyChart", charts.money(costs));
    }

    private static Map<String, Object> anomaly(RankingScore score) {
        Map<String, Object> anomaly = new LinkedHashMap<>();
        anomaly.put("auc", Numbers.score(score.auc));
        anomaly.put("averagePrecision", Numbers.score(score.averagePrecision));
        anomaly.put("cards", Numbers.percent(score.cardPrecisionAt100));
        anomaly.put("recall", Numbers.percent(score.recallInTopPercent));
        return anomaly;
    }

    /** Each scenario's frauds among all genuine payments. */
    private void scenarios() {
        TrainingData rows = scored.rows;
        int[] known = IntStream.range(0, rows.rows())
                .filter(rows::fraud)
                .map(rows::scenario)
                .filter(scenario -> scenario > 0)
                .sorted()
                .distinct()
                .toArray();
        List<Map<String, Object>> list = new ArrayList<>();
        for (int scenario : known) {
            ScoredRows part = scored.where(row -> !rows.fraud(row) || rows.scenario(row) == scenario);
            ConfusionMatrix decided = ConfusionMatrix.at(decision.threshold, part);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", scenario);
            row.put("frauds", Numbers.count(part.rows.frauds()));
            row.put("caught", Numbers.count(decided.truePositives));
            row.put("recall", Numbers.percent(decided.recall()));
            row.put("averagePrecision", Numbers.score(Ranking.of(part).averagePrecision()));
            list.add(row);
        }
        page.put("scenarios", list);
        page.put("scenariosKnown", !list.isEmpty());
    }

    private void segments() {
        List<Map<String, Object>> list = new ArrayList<>();
        String group = "";
        for (Segment segment : Segment.ALL) {
            IntPredicate holds = row -> segment.holds(scored.rows, row);
            ScoredRows part = scored.where(holds);
            ConfusionMatrix decided = ConfusionMatrix.at(decision.threshold, part);
            int frauds = part.rows.frauds();
            boolean ranked = frauds > 0 && frauds < part.rows.rows();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("heading", segment.group.equals(group) ? false : segment.group);
            row.put("name", segment.name);
            row.put("rows", Numbers.count(part.rows.rows()));
            row.put("frauds", Numbers.count(frauds));
            row.put("precision", Numbers.percent(decided.truePositives, decided.flagged()));
            row.put("recall", Numbers.percent(decided.truePositives, frauds));
            row.put("averagePrecision", ranked ? Numbers.score(Ranking.of(part).averagePrecision()) : "–");
            list.add(row);
            group = segment.group;
        }
        page.put("segments", list);
    }

    private void importance() {
        Map<?, ?> shares = (Map<?, ?>) model.metrics.get("importance");
        double most = shares.values().stream()
                .mapToDouble(share -> (Double) share)
                .max()
                .orElse(0);
        List<Map<String, Object>> list = new ArrayList<>();
        shares.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<?, ?> entry) -> -(Double) entry.getValue()))
                .forEach(entry -> {
                    double share = (Double) entry.getValue();
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("words", FeatureWords.of((String) entry.getKey()));
                    row.put("name", entry.getKey());
                    row.put("share", Numbers.percent(share));
                    row.put("width", String.format(Locale.ROOT, "%.1f", most == 0 ? 0 : 100 * share / most));
                    list.add(row);
                });
        page.put("importance", list);
    }

    private void provenance() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model version", model.version());
        flatten("", JSON.valueToTree(model.provenance), facts);
        facts.put("features", String.join(", ", model.set.names()));
        facts.put("threshold", Double.toString(model.threshold));
        facts.put(
                "Cardwatch",
                Optional.ofNullable(FraudReport.class.getPackage().getImplementationVersion())
                        .orElse("(not from a jar)"));
        facts.put("XGBoost", xgboostVersion());
        facts.put("Java", System.getProperty("java.version"));
        List<Map<String, Object>> list = new ArrayList<>();
        facts.forEach((name, value) -> list.add(Map.of("name", name, "value", value)));
        page.put("provenance", list);
        page.put("draws", Numbers.count(CardBootstrap.DRAWS));
    }

    private static void flatten(String path, JsonNode node, Map<String, String> facts) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                flatten(
                        path.isEmpty() ? property.getKey() : path + " · " + property.getKey(),
                        property.getValue(),
                        facts);
            }
        } else {
            facts.put(path, node.isValueNode() ? node.asText() : node.toString());
        }
    }

    /** The version that the library wrote into the trees. */
    private String xgboostVersion() {
        try {
            List<String> numbers = new ArrayList<>();
            JSON.readTree(model.xgboostJson).path("version").forEach(number -> numbers.add(number.asText()));
            return String.join(".", numbers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
