package io.cardwatch.decide;

import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.score.FraudModel;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decides about each transaction. Its rows have no contact details yet; what challengers say is a side output. In a streaming run
 * it also has the job's health reported.
 */
public final class DecideFunction extends ProcessFunction<FeaturedTransaction, ScoredTransaction> {
    private static final long serialVersionUID = 1L;

    private final DecisionSettings settings;
    private final FraudModel model;
    private final ControlSource source;
    private final OutputTag<ShadowScore> shadows;
    private final boolean timed;

    private transient InForce inForce;
    private transient Decider decider;
    private transient Metrics metrics;
    private transient DecisionMetrics decisions;

    /**
     * @param model what decides unless {@code source} says otherwise
     * @param shadows gets what challengers say
     * @param timed whether each row is stamped with the wall clock; else it is {@link ScoredTransaction#NOT_TIMED}, so that the
     *     output depends on the input alone
     */
    public DecideFunction(
            DecisionSettings settings,
            FraudModel model,
            ControlSource source,
            OutputTag<ShadowScore> shadows,
            boolean timed) {
        this.settings = settings;
        this.model = model;
        this.source = source;
        this.shadows = shadows;
        this.timed = timed;
    }

    @Override
    public void open(OpenContext context) {
        String job = getRuntimeContext().getJobInfo().getJobId().toString();
        inForce = InForce.of(job, new Control(settings, model), source);
        decider = new Decider(inForce);
        // Monitoring systems take numbers only; the version as text is for Flink's web UI.
        getRuntimeContext().getMetricGroup().gauge("modelVersion", this::modelVersion);
        metrics = Metrics.of(getRuntimeContext().getMetricGroup());
        decisions = new DecisionMetrics(metrics, inForce);
        if (timed) {
            metrics.reportHealth(this::modelVersion);
        }
    }

    private String modelVersion() {
        return inForce.control().champion.version();
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
        if (decider != null) {
            decider.close();
        }
        if (inForce != null) {
            inForce.close();
        }
    }

    @Override
    public void processElement(FeaturedTransaction featured, Context context, Collector<ScoredTransaction> out) {
        ScoredTransaction row = new ScoredTransaction(
                featured.transaction,
                featured.features,
                decider.decide(featured),
                timed ? System.currentTimeMillis() : ScoredTransaction.NOT_TIMED,
                null,
                null,
                null);
        decisions.count(row.decision, decider.failedRules());
        decider.shadowScores(featured).forEach(score -> context.output(shadows, score));
        out.collect(row);
    }
}
