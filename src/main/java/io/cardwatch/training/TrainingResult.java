package io.cardwatch.training;

import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.ScoredRows;

/** A model and what its figures come from: the rows of the hold-out, as a model scores them that never saw these days. */
public final class TrainingResult {
    public final TrainedModel model;
    /** What the search came to, if there was one. */
    public final FoundHyperparameters search;
    /** With calibrated probabilities. */
    public final ScoredRows heldOut;
    /** The figures of {@link #heldOut}, with the decision at the model's threshold. */
    public final HeldOutScore score;
    /** The same rows by logistic regression. */
    public final ScoredRows baseline;

    TrainingResult(
            TrainedModel model,
            FoundHyperparameters search,
            ScoredRows heldOut,
            HeldOutScore score,
            ScoredRows baseline) {
        this.model = model;
        this.search = search;
        this.heldOut = heldOut;
        this.score = score;
        this.baseline = baseline;
    }
}
