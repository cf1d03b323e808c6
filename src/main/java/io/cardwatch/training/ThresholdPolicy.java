package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.training.evaluation.ConfusionMatrix;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.ScoredRows;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** The aim by which a threshold is chosen on scored rows: the probability from which a transaction counts as fraud. */
public final class ThresholdPolicy {
    /** The best harmonic mean of precision and recall. */
    public static final ThresholdPolicy BEST_F1 = new ThresholdPolicy(Aim.BEST_F1, 0, null, "best-f1");

    private static final String FORMS =
            "best-f1, precision=0.9, cards-per-day=100, cost=FILE or a probability like 0.5";
    private static final int SECONDS_PER_DAY = 86_400;

    private final Aim aim;
    private final double wanted;
    private final CostModel costs;
    private final String text;

    private ThresholdPolicy(Aim aim, double wanted, CostModel costs, String text) {
        this.aim = aim;
        this.wanted = wanted;
        this.costs = costs;
        this.text = text;
    }

    /**
     * Reads a policy: {@code best-f1}; {@code precision=P}, the lowest threshold whose precision is at least P;
     * {@code cards-per-day=K}, the lowest whose alerts concern at most K different cards, as the mean over UTC days;
     * {@code cost=FILE}, the one that saves most by the {@link CostModel} in the file; or the threshold itself.
     *
     * @throws BadInputException if it is none of these, or the file cannot be used
     */
    public static ThresholdPolicy parse(String text) {
        if (text.equals("best-f1")) {
            return BEST_F1;
        }
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        String value = text.substring(equals + 1);
        if (equals >= 0 && name.equals("precision")) {
            double precision = number(text, value);
            Hyperparameters.require(
                    precision > 0 && precision <= 1, "--threshold precision", precision, "above 0, up to 1");
            return new ThresholdPolicy(Aim.PRECISION, precision, null, text);
        }
        if (equals >= 0 && name.equals("cards-per-day")) {
            double cards = number(text, value);
            Hyperparameters.require(
                    cards > 0 && cards <= 1e9, "--threshold cards-per-day", cards, "above 0, up to 1000000000");
            return new ThresholdPolicy(Aim.CARDS_PER_DAY, cards, null, text);
        }
        if (equals >= 0 && name.equals("cost")) {
            return new ThresholdPolicy(Aim.COST, 0, CostModel.read(Path.of(value)), text);
        }
        double probability = number(text, text);
        Hyperparameters.require(probability >= 0 && probability <= 1, "--threshold", probability, "0 to 1");
        return new ThresholdPolicy(Aim.GIVEN, probability, null, text);
    }

    private static double number(String text, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw unknown(text);
        }
    }

    private static BadInputException unknown(String text) {
        return new BadInputException("'" + text + "' is no threshold policy", "Give " + FORMS + ".");
    }

    /** The threshold, if the policy is one. */
    public OptionalDouble given() {
        return aim == Aim.GIVEN ? OptionalDouble.of(wanted) : OptionalDouble.empty();
    }

    /** The costs, if the policy has them. */
    public Optional<CostModel> costs() {
        return Optional.ofNullable(costs);
    }

    /** The policy's text as given. */
    @Override
    public String toString() {
        return text;
    }

    /**
     * The threshold for rows that nothing was learned from; there must be frauds and genuine ones.
     *
     * @throws BadInputException if no threshold reaches the aim
     */
    double choose(ScoredRows scored) {
        switch (aim) {
            case PRECISION:
                return atPrecision(Ranking.of(scored));
            case CARDS_PER_DAY:
                return atCardsPerDay(scored);
            case COST:
                return mostSaved(scored);
            case GIVEN:
                return wanted;
            default:
                return Ranking.of(scored).bestF1().threshold;
        }
    }

    private double atPrecision(Ranking ranking) {
        ConfusionMatrix best = ranking.at(0);
        for (int step = ranking.steps() - 1; step >= 0; step--) {
            ConfusionMatrix decision = ranking.at(step);
            if (decision.precision() >= wanted) {
                return decision.threshold;
            }
            best = decision.precision() > best.precision() ? decision : best;
        }
        throw unreached(
                String.format(Locale.ROOT, "the best precision is %.3f", best.precision()), "Ask for less precision");
    }

    private double atCardsPerDay(ScoredRows scored) {
        long days = Math.floorDiv(scored.rows.lastSecond(), SECONDS_PER_DAY)
                - Math.floorDiv(scored.rows.firstSecond(), SECONDS_PER_DAY)
                + 1;
        int[] descending = scored.descending();
        Map<Long, Set<Long>> cardsByDay = new HashMap<>();
        int alerted = 0;
        double threshold = Double.NaN;
        for (int i = 0; i < descending.length; ) {
            float step = scored.probabilities[descending[i]];
            for (; i < descending.length && scored.probabilities[descending[i]] == step; i++) {
                int row = descending[i];
                long day = Math.floorDiv(scored.rows.epochSecond(row), SECONDS_PER_DAY);
                Set<Long> cards = cardsByDay.computeIfAbsent(day, none -> new HashSet<>());
                alerted += cards.add(scored.rows.customerId(row)) ? 1 : 0;
            }
            if (alerted > wanted * days) {
                break;
            }
            threshold = step;
        }
        if (Double.isNaN(threshold)) {
            throw unreached(
                    String.format(
                            Locale.ROOT,
                            "the highest probability alone alerts %.2f cards a day",
                            (double) alerted / days),
                    "Ask for more cards");
        }
        return threshold;
    }

    private double mostSaved(ScoredRows scored) {
        int[] descending = scored.descending();
        double saved = 0;
        double most = 0;
        double threshold = Double.NaN;
        for (int i = 0; i < descending.length; ) {
            float step = scored.probabilities[descending[i]];
            for (; i < descending.length && scored.probabilities[descending[i]] == step; i++) {
                saved += costs.saved(scored, descending[i]);
            }
            if (saved > most) {
                most = saved;
                threshold = step;
            }
        }
        if (Double.isNaN(threshold)) {
            throw unreached("no threshold saves more than its alerts cost", "Check the costs");
        }
        return threshold;
    }

    private BadInputException unreached(String fact, String remedy) {
        return new BadInputException(
                "--threshold " + text + " is not reached on the validation rows: " + fact,
                remedy + ", or train on more history.");
    }

    private enum Aim {
        BEST_F1,
        PRECISION,
        CARDS_PER_DAY,
        COST,
        GIVEN
    }
}
