package io.cardwatch.training.report;

import io.cardwatch.training.evaluation.Calibration;
import io.cardwatch.training.evaluation.CardBootstrap;
import io.cardwatch.training.evaluation.CardPrecision;
import io.cardwatch.training.evaluation.ConfusionMatrix;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.evaluation.Interval;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.ScoredRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The charts of the page, drawn from one model's held-out rows. */
final class Charts {
    /** Edges that lie close together where the rare frauds' probabilities are. */
    private static final double[] PROBABILITY_EDGES = {
        1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95
    };

    private static final int POINTS = 100;
    private static final int HISTOGRAM_BARS = 20;
    private static final int MOST_CARDS = 200;
    private static final int CARD_STEP = 10;

    /** Intervals of precision and recall at the threshold, average precision and AUC. */
    final Interval precision;

    final Interval recall;
    final Interval averagePrecision;
    final Interval auc;

    private final ScoredRows scored;
    private final Ranking ranking;
    private final Ranking baseline;
    private final ConfusionMatrix decision;
    private final double[] recalls = IntStream.rangeClosed(1, POINTS)
            .mapToDouble(i -> (double) i / POINTS)
            .toArray();
    private final double[] falsePositiveRates;
    private final List<Interval> precisionBand;
    private final List<Interval> recallBand;

    /** Computes what several charts and the page's head share. */
    Charts(ScoredRows scored, ScoredRows baseline, double threshold) {
        this.scored = scored;
        this.ranking = Ranking.of(scored);
        this.baseline = Ranking.of(baseline);
        this.decision = ConfusionMatrix.at(threshold, scored);
        double lowest = Math.max(1e-5, Math.min(1e-2, Math.pow(10, Math.floor(-Math.log10(ranking.allGenuine())))));
        this.falsePositiveRates = IntStream.rangeClosed(0, POINTS)
                .mapToDouble(i -> Math.pow(lowest, 1 - (double) i / POINTS))
                .toArray();
        List<ToDoubleFunction<Ranking>> figures = new ArrayList<>();
        figures.add(each -> each.at(threshold).precision());
        figures.add(each -> each.at(threshold).recall());
        figures.add(Ranking::averagePrecision);
        figures.add(Ranking::auc);
        int firstPoint = figures.size();
        DoubleStream.of(recalls).forEach(place -> figures.add(each -> each.precisionAt(place)));
        DoubleStream.of(falsePositiveRates).forEach(place -> figures.add(each -> each.recallAt(place)));
        List<Interval> intervals = CardBootstrap.intervals(scored, figures);
        precision = intervals.get(0);
        recall = intervals.get(1);
        averagePrecision = intervals.get(2);
        auc = intervals.get(3);
        precisionBand = intervals.subList(firstPoint, firstPoint + recalls.length);
        recallBand = intervals.subList(firstPoint + recalls.length, intervals.size());
    }

    String precisionRecall() {
        return new Chart(
                        "Precision-recall curve: share of alerts that are fraud, over the share of frauds found",
                        shares("frauds found (recall)"),
                        shares("alerts that are fraud (precision)"))
                .band("band", recalls, lows(precisionBand), highs(precisionBand))
                .line("line second", recalls, values(recalls, baseline::precisionAt))
                .line("line", recalls, values(recalls, ranking::precisionAt))
                .dot("dot", decision.recall(), decision.precision())
                .note("threshold", decision.recall(), decision.precision())
                .svg();
    }

    String roc() {
        double rate = (double) decision.falsePositives / ranking.allGenuine();
        return new Chart(
                        "ROC curve: share of frauds found, over the share of genuine payments that alert",
                        Axis.logarithmic(
                                "genuine payments that alert (logarithmic)",
                                falsePositiveRates[0],
                                1,
                                Numbers::smallPercent),
                        shares("frauds found (recall)"))
                .band("band", falsePositiveRates, lows(recallBand), highs(recallBand))
                .line("line chance", falsePositiveRates, falsePositiveRates)
                .line("line second", falsePositiveRates, values(falsePositiveRates, baseline::recallAt))
                .line("line", falsePositiveRates, values(falsePositiveRates, ranking::recallAt))
                .dot("dot", rate, decision.recall())
                .note("threshold", rate, decision.recall())
                .svg();
    }

    /** Groups of similar probability, each so large that at least one fraud is expected in it, except the last. */
    List<Calibration.Bin> probabilityGroups() {
        List<Double> edges = new ArrayList<>(List.of(0.0));
        for (double edge : PROBABILITY_EDGES) {
            double from = edges.get(edges.size() - 1);
            double expected = IntStream.range(0, scored.probabilities.length)
                    .mapToDouble(row -> scored.probabilities[row])
                    .filter(probability -> probability >= from && probability < edge)
                    .sum();
            if (expected >= 1) {
                edges.add(edge);
            }
        }
        return Calibration.bins(
                scored, edges.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Both axes logarithmic, since most probabilities are small. */
    String reliability(List<Calibration.Bin> bins) {
        double least =
                bins.stream().mapToDouble(bin -> bin.meanProbability).min().orElseThrow();
        double low = Math.pow(10, Math.floor(Math.log10(Math.max(1e-6, Math.min(1e-2, least)))));
        Chart chart = new Chart(
                "Reliability diagram: share of payments that were fraud, over the probability that the model gave them",
                Axis.logarithmic("probability given (logarithmic)", low, 1, Numbers::smallPercent),
                Axis.logarithmic("share that was fraud", low, 1, Numbers::smallPercent));
        chart.line("line chance", new double[] {low, 1}, new double[] {low, 1});
        for (Calibration.Bin bin : bins) {
            Interval interval = bin.shareInterval();
            chart.dot("dot", bin.meanProbability, bin.shareOfFrauds(), interval.low, interval.high);
        }
        return chart.svg();
    }

    /** Two bars side by side for each twentieth of the probabilities. */
    String scores() {
        int[][] counts = new int[2][HISTOGRAM_BARS];
        for (int row = 0; row < scored.probabilities.length; row++) {
            int bar = Math.min(HISTOGRAM_BARS - 1, (int) (scored.probabilities[row] * HISTOGRAM_BARS));
            counts[scored.rows.fraud(row) ? 1 : 0][bar]++;
        }
        int most = IntStream.concat(IntStream.of(counts[0]), IntStream.of(counts[1]))
                .max()
                .orElseThrow();
        double top = Math.pow(10, Math.ceil(Math.log10(most + 1)));
        Chart chart = new Chart(
                "Histogram: number of genuine payments and of frauds by probability",
                Axis.linear("probability of fraud", 0, 1, 0.2, value -> String.format(Locale.ROOT, "%.1f", value)),
                Axis.logarithmic("payments (logarithmic)", 0.5, top, Numbers::tick));
        double width = 1.0 / HISTOGRAM_BARS;
        for (int bar = 0; bar < HISTOGRAM_BARS; bar++) {
            double left = bar * width;
            if (counts[0][bar] > 0) {
                chart.bar("bar genuine", left + 0.08 * width, left + 0.48 * width, counts[0][bar]);
            }
            if (counts[1][bar] > 0) {
                chart.bar("bar fraud", left + 0.52 * width, left + 0.92 * width, counts[1][bar]);
            }
        }
        return chart.marker("marker", decision.threshold).svg();
    }

    static String cardPrecision(CardPrecision cards) {
        int[] numbers = IntStream.rangeClosed(1, MOST_CARDS / CARD_STEP)
                .map(i -> i * CARD_STEP)
                .toArray();
        double[] places = IntStream.of(numbers).asDoubleStream().toArray();
        return new Chart(
                        "Share of checked cards that were defrauded that day, over the number of cards checked a day",
                        Axis.linear("cards checked a day", 0, MOST_CARDS, 50, Numbers::count),
                        shares("of them defrauded"))
                .line(
                        "line second",
                        places,
                        IntStream.of(numbers).mapToDouble(cards::attainable).toArray())
                .line(
                        "line",
                        places,
                        IntStream.of(numbers).mapToDouble(cards::at).toArray())
                .svg();
    }

    /** Losses deeper than what could be saved are cut off. */
    String money(CostModel costs) {
        double attainable = Math.max(1, costs.attainable(scored));
        double[] thresholds =
                IntStream.range(1, POINTS).mapToDouble(i -> (double) i / POINTS).toArray();
        double[] saved = values(thresholds, threshold -> costs.saved(scored, threshold));
        double floor = Math.max(
                -attainable / 4, Math.min(0, DoubleStream.of(saved).min().orElseThrow()));
        double own = costs.saved(scored, decision.threshold);
        return new Chart(
                        "Money saved, over the threshold",
                        Axis.linear("threshold", 0, 1, 0.2, value -> String.format(Locale.ROOT, "%.1f", value)),
                        Axis.linear("saved", floor, attainable, Axis.step(attainable), Numbers::tick))
                .line("line second", new double[] {0, 1}, new double[] {attainable, attainable})
                .line("line", thresholds, saved)
                .dot("dot", decision.threshold, own)
                .note("this threshold", decision.threshold, own)
                .svg();
    }

    private static Axis shares(String label) {
        return Axis.linear(label, 0, 1, 0.2, share -> Numbers.count(100 * share) + "\u00a0%");
    }

    private static double[] values(double[] places, DoubleUnaryOperator curve) {
        return DoubleStream.of(places).map(curve).toArray();
    }

    private static double[] lows(List<Interval> band) {
        return band.stream().mapToDouble(interval -> interval.low).toArray();
    }

    private static double[] highs(List<Interval> band) {
        return band.stream().mapToDouble(interval -> interval.high).toArray();
    }
}
