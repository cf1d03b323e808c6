package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** How well scores that are no probabilities rank rows that nothing was learned from. */
@JsonPropertyOrder({"auc", "averagePrecision", "cardPrecisionAt100", "recallInTopPercent"})
public final class RankingScore {
    private static final int CARDS = 100;
    private static final double TOP = 0.01;

    /** See {@link Ranking#auc}. */
    @JsonProperty
    public final double auc;

    /** See {@link Ranking#averagePrecision}. */
    @JsonProperty
    public final double averagePrecision;

    /** See {@link CardPrecision#at}, for 100 cards a day. */
    @JsonProperty
    public final double cardPrecisionAt100;

    /** The share of the frauds that are among the hundredth of the rows with the highest scores. */
    @JsonProperty
    public final double recallInTopPercent;

    private RankingScore(ScoredRows scored) {
        Ranking ranking = Ranking.of(scored);
        auc = ranking.auc();
        averagePrecision = ranking.averagePrecision();
        cardPrecisionAt100 = new CardPrecision(scored).at(CARDS);
        recallInTopPercent = scored.shareAtTop(TOP, scored.rows::fraud);
    }

    /** Measures {@code scored}; there must be frauds and genuine rows. */
    public static RankingScore of(ScoredRows scored) {
        return new RankingScore(scored);
    }
}
