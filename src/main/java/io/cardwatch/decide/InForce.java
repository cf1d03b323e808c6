package io.cardwatch.decide;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import java.util.HashMap;
import java.util.Map;

/**
 * What is in force for one job in this process: today the model with its threshold, one immutable object that is
 * replaced as a whole. All subtasks of the process share it, so that one reader serves them. Thread-safe.
 */
public final class InForce implements AutoCloseable {
    private static final Map<String, InForce> OF_JOBS = new HashMap<>();

    private final String job;
    private final FeatureSet computed;
    private volatile FraudModel model;
    /** Subtasks that hold it; guarded by the map. */
    private int holders;

    private InForce(String job, FeatureSet computed, FraudModel model) {
        this.job = job;
        this.computed = computed;
        this.model = model;
    }

    /**
     * What is in force for a job in this process. Each caller must close it.
     *
     * @param job names the job, the same in all its subtasks
     * @param computed the features of the job, of which a model may read fewer
     * @param first what the job began with; used for the first caller
     */
    public static InForce of(String job, FeatureSet computed, FraudModel first) {
        synchronized (OF_JOBS) {
            InForce shared = OF_JOBS.computeIfAbsent(job, name -> new InForce(name, computed, first));
            shared.holders++;
            return shared;
        }
    }

    /** The model that scores the next payment. */
    public FraudModel model() {
        return model;
    }

    /**
     * Makes another model score from the next payment on.
     *
     * @param next one that {@link FraudModel#load} has verified
     * @throws BadInputException when it reads features that the job does not compute; then nothing changes
     */
    public void exchange(FraudModel next) {
        if (next.featureSet().size() > computed.size()) {
            throw new BadInputException(
                    "model " + next.version() + " reads the features of features.set="
                            + next.featureSet().lowerCaseName() + ", but the job computes those of "
                            + computed.lowerCaseName(),
                    "Take a model that was trained on the job's features.");
        }
        model = next;
    }

    @Override
    public void close() {
        synchronized (OF_JOBS) {
            holders--;
            if (holders == 0) {
                OF_JOBS.remove(job, this);
            }
        }
    }
}
