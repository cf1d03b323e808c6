package io.cardwatch.training.scorecard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.training.evaluation.AlertQuality;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.evaluation.Figure;
import io.cardwatch.training.evaluation.Outcomes;
import io.cardwatch.training.evaluation.ScoreQuality;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How models and rules did, on payments whose labels have had time to come. Its fields are the JSON of the command. */
@JsonPropertyOrder({
    "asOf",
    "labelDelay",
    "from",
    "until",
    "payments",
    "labelled",
    "frauds",
    "costs",
    "decisions",
    "models",
    "challengers",
    "rulesAsked",
    "rules",
    "driftFrom",
    "driftUntil",
    "drift",
    "dataQuality",
    "days"
})
public final class Scorecard {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @JsonIgnore
    public final Period period;

    /** Judged payments. */
    @JsonProperty
    public final int payments;

    /** Those with a label; the others count as genuine. */
    @JsonProperty
    public final int labelled;

    @JsonProperty
    public final int frauds;

    @JsonProperty
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public final CostModel costs;

    /** What was done, by models and rules together: alerts, reviews and blocks. */
    @JsonProperty
    public final AlertQuality decisions;

    /** The models that decided, the one with the most payments first. */
    @JsonProperty
    public final List<Model> models;

    /** The models that only scored, each beside what decided on the same payments. */
    @JsonProperty
    public final List<Challenger> challengers;

    /** Payments on which rules were asked. */
    @JsonProperty
    public final int rulesAsked;

    /** The rules that fired, by id and version. */
    @JsonProperty
    public final List<FiredRule> rules;

    /** By model version of the payments that drift looks at. */
    @JsonProperty
    public final List<ModelDrift> drift;

    @JsonProperty
    public final DataQuality dataQuality;

    /** By UTC day. */
    @JsonProperty
    public final List<Day> days;

    /**
     * Measures what was read.
     *
     * @throws BadInputException if no judged payment, or none with a label, is there
     */
    public Scorecard(ScorecardReader read, Period period, Optional<CostModel> costs) {
        ScoredPayments scored = read.payments;
        String which = period.from + " to " + period.until.minusDays(1);
        if (scored.rows() == 0) {
            throw new BadInputException(
                    "no payment was scored from " + which,
                    "Give other days by --from, --days or --as-of, or a shorter --label-delay.");
        }
        if (scored.labelled.isEmpty()) {
            throw new BadInputException(
                    String.format("none of the %d payments from %s has a label", scored.rows(), which),
                    "Check that labels reach cust_payment_tx_labels, or give other days by --from, --days or --as-of.");
        }
        this.period = period;
        this.costs = costs.orElse(null);
        payments = scored.rows();
        labelled = scored.labelled.cardinality();
        frauds = scored.outcomes.frauds();
        decisions = new AlertQuality(scored.outcomes, scored.acted::get, costs);
        models = models(scored, costs);
        List<Challenger> beside = new ArrayList<>();
        read.shadows.values().forEach(shadow -> beside.add(new Challenger(shadow, costs)));
        challengers = List.copyOf(beside);
        int[] asked = IntStream.range(0, scored.rows())
                .filter(row -> scored.rules(row) != ScoredPayments.NOT_ASKED)
                .toArray();
        rulesAsked = asked.length;
        rules = rules(scored, asked, costs);
        List<ModelDrift> moved = new ArrayList<>();
        read.recent.forEach((version, count) -> moved.add(new ModelDrift(version, count, read.drifts.get(version))));
        drift = List.copyOf(moved);
        dataQuality = new DataQuality(read, period);
        days = days(scored);
    }

    @JsonProperty
    String asOf() {
        return period.asOf.toString();
    }

    @JsonProperty
    String labelDelay() {
        return period.labelDelay.toString();
    }

    /** The first judged day. */
    @JsonProperty
    String from() {
        return period.from.toString();
    }

    /** The day after the last judged one. */
    @JsonProperty
    String until() {
        return period.until.toString();
    }

    /** The first second that drift looks at. */
    @JsonProperty
    String driftFrom() {
        return Instant.ofEpochSecond(period.driftFrom()).toString();
    }

    /** The second after the last one that drift looks at. */
    @JsonProperty
    String driftUntil() {
        return Instant.ofEpochSecond(period.driftUntil()).toString();
    }

    /** Everything as one JSON object. */
    public String json() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Model> models(ScoredPayments scored, Optional<CostModel> costs) {
        List<Model> models = new ArrayList<>();
        int number = 0;
        for (String version : scored.versions.keySet()) {
            int wanted = number++;
            int[] rows = IntStream.range(0, scored.rows())
                    .filter(row -> scored.version(row) == wanted)
                    .toArray();
            float[] scores = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                scores[i] = scored.probability(rows[i]);
            }
            Outcomes own = scored.outcomes.where(row -> scored.version(row) == wanted);
            models.add(new Model(
                    version,
                    List.copyOf(scored.versions.get(version)),
                    new AlertQuality(own, row -> scored.alerts.get(rows[row]), costs),
                    new ScoreQuality(own, scores)));
        }
        models.sort((left, right) -> Integer.compare(right.decision.payments, left.decision.payments));
        return List.copyOf(models);
    }

    private static List<FiredRule> rules(ScoredPayments scored, int[] asked, Optional<CostModel> costs) {
        Map<String, FiredRule.Builder> found = new TreeMap<>();
        for (int text = 0; text < scored.ruleTexts.size(); text++) {
            for (JsonNode fired : parse(scored.ruleTexts.get(text))) {
                String key = String.format(
                        "%s %010d",
                        fired.path("id").asText(), fired.path("version").asInt());
                found.computeIfAbsent(key, absent -> new FiredRule.Builder(fired))
                        .texts
                        .set(text);
            }
        }
        if (found.isEmpty()) {
            return List.of();
        }
        Outcomes all = scored.outcomes.where(row -> scored.rules(row) != ScoredPayments.NOT_ASKED);
        List<FiredRule> rules = new ArrayList<>();
        for (FiredRule.Builder rule : found.values()) {
            IntPredicate fired = row -> rule.texts.get(scored.rules(asked[row]));
            rules.add(new FiredRule(rule, all, fired, costs));
        }
        return List.copyOf(rules);
    }

    private static JsonNode parse(String rules) {
        try {
            return JSON.readTree(rules);
        } catch (JsonProcessingException e) {
            throw new BadInputException(
                    "the column rules holds '" + rules + "', which is no JSON",
                    "Only the job writes predictions: correct the rows that somebody else wrote.",
                    e);
        }
    }

    private static List<Day> days(ScoredPayments scored) {
        Map<Long, Day> days = new TreeMap<>();
        for (int row = 0; row < scored.rows(); row++) {
            Day day = days.computeIfAbsent(scored.outcomes.day(row), Day::new);
            boolean fraud = scored.outcomes.fraud(row);
            boolean alert = scored.alerts.get(row);
            day.payments++;
            day.alerts += alert ? 1 : 0;
            day.labelled += scored.labelled.get(row) ? 1 : 0;
            day.frauds += fraud ? 1 : 0;
            day.caught += fraud && alert ? 1 : 0;
        }
        return List.copyOf(days.values());
    }

    /** A model that decided. */
    @JsonPropertyOrder({"modelVersion", "thresholds", "decision", "ranking"})
    public static final class Model {
        @JsonProperty
        public final String modelVersion;

        /** Those of its rows, ascending. */
        @JsonProperty
        public final List<Double> thresholds;

        /** Its alerts at the threshold of each row, before rules. */
        @JsonProperty
        public final AlertQuality decision;

        @JsonProperty
        public final ScoreQuality ranking;

        Model(String modelVersion, List<Double> thresholds, AlertQuality decision, ScoreQuality ranking) {
            this.modelVersion = modelVersion;
            this.thresholds = thresholds;
            this.decision = decision;
            this.ranking = ranking;
        }
    }

    /** A challenger, and what decided on the payments that it scored. */
    @JsonPropertyOrder({"slot", "modelVersion", "championVersions", "challenger", "champion", "difference"})
    public static final class Challenger {
        @JsonProperty
        public final String slot;

        @JsonProperty
        public final String modelVersion;

        /** The versions that decided, in order of their names. */
        @JsonProperty
        public final List<String> championVersions;

        @JsonProperty
        public final Side challenger;

        @JsonProperty
        public final Side champion;

        /** The challenger's figures less the champion's, by name. */
        @JsonProperty
        public final Map<String, Figure> difference = new LinkedHashMap<>();

        Challenger(ShadowPayments shadow, Optional<CostModel> costs) {
            slot = shadow.slot;
            modelVersion = shadow.modelVersion;
            championVersions = List.copyOf(shadow.champions);
            challenger = new Side(shadow.outcomes, shadow.challengerAlerts, shadow.challengerScores(), costs);
            champion = new Side(shadow.outcomes, shadow.championAlerts, shadow.championScores(), costs);
            AlertQuality ours = challenger.decision;
            AlertQuality theirs = champion.decision;
            difference.put("alertsPerDay", ours.alertsPerDay.minus(theirs.alertsPerDay));
            difference.put("precision", ours.precision.minus(theirs.precision));
            difference.put("recall", ours.recall.minus(theirs.recall));
            difference.put(
                    "averagePrecision", challenger.ranking.averagePrecision.minus(champion.ranking.averagePrecision));
            difference.put(
                    "cardPrecisionAt100",
                    challenger.ranking.cardPrecisionAt100.minus(champion.ranking.cardPrecisionAt100));
            ours.saved.ifPresent(saved -> difference.put("saved", saved.minus(theirs.saved.orElseThrow())));
        }
    }

    /** One of two models over the same payments. */
    @JsonPropertyOrder({"decision", "ranking"})
    public static final class Side {
        @JsonProperty
        public final AlertQuality decision;

        @JsonProperty
        public final ScoreQuality ranking;

        Side(Outcomes rows, BitSet alerts, float[] scores, Optional<CostModel> costs) {
            decision = new AlertQuality(rows, alerts::get, costs);
            ranking = new ScoreQuality(rows, scores);
        }
    }

    /** A version of a rule that fired on a judged payment. */
    @JsonPropertyOrder({"id", "version", "action", "dryRun", "firstFired", "lastFired", "firings"})
    public static final class FiredRule {
        @JsonProperty
        public final String id;

        @JsonProperty
        public final int version;

        @JsonProperty
        public final String action;

        /** Whether it changes no decision. */
        @JsonProperty
        public final boolean dryRun;

        /** The UTC day of the first payment that it fired on. */
        @JsonProperty
        public final String firstFired;

        /** The UTC day of the last one. */
        @JsonProperty
        public final String lastFired;

        /** Its firings as alerts, among all payments on which rules were asked. */
        @JsonProperty
        public final AlertQuality firings;

        FiredRule(Builder rule, Outcomes asked, IntPredicate fired, Optional<CostModel> costs) {
            id = rule.id;
            version = rule.version;
            action = rule.action;
            dryRun = rule.dryRun;
            long[] days = IntStream.range(0, asked.rows())
                    .filter(fired)
                    .mapToLong(asked::day)
                    .toArray();
            firstFired = LocalDate.ofEpochDay(Arrays.stream(days).min().orElseThrow())
                    .toString();
            lastFired = LocalDate.ofEpochDay(Arrays.stream(days).max().orElseThrow())
                    .toString();
            firings = new AlertQuality(asked, fired, costs);
        }

        /** What a row says about a rule, and which rows say it. */
        private static final class Builder {
            final String id;
            final int version;
            final String action;
            final boolean dryRun;
            /** The places of the texts that name it. */
            final BitSet texts = new BitSet();

            Builder(JsonNode fired) {
                id = fired.path("id").asText();
                version = fired.path("version").asInt();
                action = fired.path("action").asText();
                dryRun = fired.path("dry_run").asBoolean();
            }
        }
    }

    /** How far the payments of one model have moved from its training rows. */
    @JsonPropertyOrder({"modelVersion", "payments", "drifts"})
    public static final class ModelDrift {
        @JsonProperty
        public final String modelVersion;

        @JsonProperty
        public final long payments;

        /** By feature in vector order, then the score; null if the model's training profile is not at hand. */
        @JsonProperty
        public final List<Drift> drifts;

        ModelDrift(String modelVersion, long payments, DriftCount count) {
            this.modelVersion = modelVersion;
            this.payments = payments;
            this.drifts = count == null || count.payments() == 0 ? null : count.drifts();
        }
    }

    /** The judged payments of one UTC day. */
    @JsonPropertyOrder({"day", "payments", "alerts", "labelled", "frauds", "caught"})
    public static final class Day {
        @JsonProperty
        public final String day;

        @JsonProperty
        int payments;

        /** Of the model. */
        @JsonProperty
        int alerts;

        @JsonProperty
        int labelled;

        @JsonProperty
        int frauds;

        /** Frauds with such an alert. */
        @JsonProperty
        int caught;

        Day(long epochDay) {
            day = LocalDate.ofEpochDay(epochDay).toString();
        }

        public int payments() {
            return payments;
        }

        public int alerts() {
            return alerts;
        }

        public int frauds() {
            return frauds;
        }

        public int caught() {
            return caught;
        }
    }
}
