package io.cardwatch.training;

import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.ScoredRows;
import java.util.Optional;

/** A model and the source of its figures: the hold-out's rows, scored by a model that never saw those days. */
public final class TrainingResult {
    public final TrainedModel model;
    /** The result of the search, if there was one. */
    public final FoundHyperparameters search;
    /** The hold-out's rows with calibrated probabilities. */
    public final ScoredRows heldOut;
    /** The figures of {@link #heldOut}, with the decision at the model's threshold. */
    public final HeldOutScore score;
    /** The hold-out's rows by logistic regression. */
    public final ScoredRows baseline;
    /** The hold-out's rows with anomaly scores, if they were asked for. */
    public final Optional<ScoredRows> anomaly;

    TrainingResult(
            TrainedModel model,
            FoundHyperparameters search,
            ScoredRows heldOut,
            HeldOutScore score,
            ScoredRows baseline,
            Optional<ScoredRows> anomaly) {
        this.model = model;
        this.search = search;
        this.heldOut = heldOut;
        this.score = score;
        this.baseline = baseline;
        this.anomaly = anomaly;
    }
}
