package io.cardwatch.decide;

import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.score.FraudModel;

/**
 * Makes every decision: of the job, of a run over files, of an answer. What is in force may change between two
 * payments, never within one. For use by one thread.
 */
public final class Decider implements AutoCloseable {
    private final InForce inForce;
    /** The shared model that {@link #model} is a copy of. */
    private FraudModel original;
    /** This thread's own copy. */
    private FraudModel model;

    private float[] input = {};

    /** A decider that reads what is in force anew for each payment. */
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

    /** Frees what it holds outside of Java's heap; the next payment allocates it again. */
    @Override
    public void close() {
        if (model != null) {
            model.release();
            model = null;
            original = null;
        }
    }
}
