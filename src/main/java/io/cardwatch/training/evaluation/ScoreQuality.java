package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** How well a score ranks payments, whatever the threshold. Every figure has its interval by card. */
@JsonPropertyOrder({"averagePrecision", "cardPrecisionAt100", "attainableAt100", "shareOfAttainable"})
public final class ScoreQuality {
    private static final int CARDS = 100;

    /** See {@link Ranking#averagePrecision}. */
    @JsonProperty
    public final Figure averagePrecision;

    /** See {@link CardPrecision#at}, for 100 cards a day. */
    @JsonProperty
    public final Figure cardPrecisionAt100;

    /** See {@link CardPrecision#attainable}, for 100 cards a day. */
    @JsonProperty
    public final Figure attainableAt100;

    /** The former's share of the latter. */
    @JsonProperty
    public final Figure shareOfAttainable;

    /**
     * Measures a score; without frauds or without genuine rows all figures say nothing.
     *
     * @param scores by row, 0 or more, higher for likelier frauds
     */
    public ScoreQuality(Outcomes rows, float[] scores) {
        if (rows.frauds() == 0 || rows.frauds() == rows.rows()) {
            averagePrecision = Figure.unknown();
            cardPrecisionAt100 = Figure.unknown();
            attainableAt100 = Figure.unknown();
            shareOfAttainable = Figure.unknown();
            return;
        }
        float[] labels = new float[rows.rows()];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = rows.fraud(row) ? 1 : 0;
        }
        CardPrecision cards = new CardPrecision(rows, scores);
        double[][] draws = CardBootstrap.values(rows, scores, (ranking, times) -> {
            double found = cards.at(CARDS, times);
            double attainable = cards.attainable(CARDS, times);
            return new double[] {ranking.averagePrecision(), found, attainable, found / attainable};
        });
        double found = cards.at(CARDS);
        double attainable = cards.attainable(CARDS);
        averagePrecision = new Figure(Ranking.of(scores, labels).averagePrecision(), draws[0]);
        cardPrecisionAt100 = new Figure(found, draws[1]);
        attainableAt100 = new Figure(attainable, draws[2]);
        shareOfAttainable = new Figure(found / attainable, draws[3]);
    }
}
