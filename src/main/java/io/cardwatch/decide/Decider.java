package io.cardwatch.decide;

import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.score.FraudModel;

/**
 * Makes every decision there is: of the job, of a run over files, of an answer. What is in force may be another from one
 * payment to the next, never within one. To be used by one thread.
 */
public final class Decider implements AutoCloseable {
    private final InForce inForce;
    /** What {@link #model} is a copy of. */
    private FraudModel original;
    /** Of this thread. */
    private FraudModel model;

    private float[] input = {};

    /** A decider by what is in force, which it reads anew for each payment. */
    public Decider(InForce inForce) {
        this.inForce = inForce;
    }

    /** Decides about a payment with its vector. */
    public Decision decide(FeaturedTransaction payment) {
        FraudModel now = inForce.model();
        if (now != original) {
            adopt(now);
        }
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) payment.features[i];
        }
        return new Decision(model.probability(input), model.threshold(), model.version());
    }

    private void adopt(FraudModel now) {
        close();
        original = now;
        model = now.forThread();
        input = new float[now.featureSet().size()];
    }

    /** Gives back what it holds outside of Java's heap; the next payment takes it again. */
    @Override
    public void close() {
        if (model != null) {
            model.release();
            model = null;
            original = null;
        }
    }
}
