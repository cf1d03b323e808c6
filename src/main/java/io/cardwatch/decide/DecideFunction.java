package io.cardwatch.decide;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.score.FraudModel;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Decides about each transaction. Its rows have no contact details yet. In a streaming run it also has the job's health
 * reported.
 */
public final class DecideFunction extends RichMapFunction<FeaturedTransaction, ScoredTransaction> {
    private static final long serialVersionUID = 1L;

    private final FraudModel model;
    private final FeatureSet computed;
    private final boolean timed;

    private transient InForce inForce;
    private transient Decider decider;
    private transient Metrics metrics;
    private transient DecisionMetrics decisions;

    private DecideFunction(FraudModel model, FeatureSet computed, boolean timed) {
        this.model = model;
        this.computed = computed;
        this.timed = timed;
    }

    /** Stamps each row with the wall clock. */
    public static DecideFunction streaming(FraudModel model, FeatureSet computed) {
        return new DecideFunction(model, computed, true);
    }

    /** Leaves rows {@link ScoredTransaction#NOT_TIMED}, so that the output depends on the input alone. */
    public static DecideFunction bounded(FraudModel model, FeatureSet computed) {
        return new DecideFunction(model, computed, false);
    }

    @Override
    public void open(OpenContext context) {
        inForce = InForce.of(getRuntimeContext().getJobInfo().getJobId().toString(), computed, model);
        decider = new Decider(inForce);
        // Monitoring systems take numbers only; the version as text is for Flink's web UI.
        getRuntimeContext().getMetricGroup().gauge("modelVersion", () -> inForce.model()
                .version());
        metrics = Metrics.of(getRuntimeContext().getMetricGroup());
        decisions = new DecisionMetrics(metrics, inForce);
        if (timed) {
            metrics.reportHealth(() -> inForce.model().version());
        }
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
        if (decider != null) {
            decider.close();
            inForce.close();
        }
    }

    @Override
    public ScoredTransaction map(FeaturedTransaction featured) {
        ScoredTransaction row = new ScoredTransaction(
                featured.transaction,
                featured.features,
                decider.decide(featured),
                timed ? System.currentTimeMillis() : ScoredTransaction.NOT_TIMED,
                null,
                null,
                null);
        decisions.count(row.decision);
        return row;
    }
}
