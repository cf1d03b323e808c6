package io.cardwatch.score;

import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.platform.Metrics;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Scores each transaction with the model. A row leaves with no contact details yet. While streaming it has the
 * job's health reported.
 */
public final class ScoreFunction extends RichMapFunction<FeaturedTransaction, ScoredTransaction> {
    private static final long serialVersionUID = 1L;

    private final FraudModel model;
    private final boolean timed;

    private transient float[] input;
    private transient Metrics metrics;
    private transient ScoreMetrics scores;

    private ScoreFunction(FraudModel model, boolean timed) {
        this.model = model;
        this.timed = timed;
    }

    /** Stamps each row with the wall clock. */
    public static ScoreFunction streaming(FraudModel model) {
        return new ScoreFunction(model, true);
    }

    /** Leaves rows {@link ScoredTransaction#NOT_TIMED}, so that the output is a function of the input alone. */
    public static ScoreFunction bounded(FraudModel model) {
        return new ScoreFunction(model, false);
    }

    @Override
    public void open(OpenContext context) {
        input = new float[model.featureSet().size()];
        // A host's monitoring takes numbers only, so the version as text is for Flink's own pages.
        getRuntimeContext().getMetricGroup().gauge("modelVersion", model::version);
        metrics = Metrics.of(getRuntimeContext().getMetricGroup());
        scores = new ScoreMetrics(metrics, model.version());
        if (timed) {
            metrics.reportHealth(model.version());
        }
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
        model.release();
    }

    @Override
    public ScoredTransaction map(FeaturedTransaction featured) {
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) featured.features[i];
        }
        ScoredTransaction row = new ScoredTransaction(
                featured.transaction,
                featured.features,
                model.probability(input),
                model.threshold(),
                model.version(),
                timed ? System.currentTimeMillis() : ScoredTransaction.NOT_TIMED,
                null,
                null,
                null);
        scores.count(row);
        return row;
    }
}
