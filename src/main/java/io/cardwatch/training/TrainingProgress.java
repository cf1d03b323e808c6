package io.cardwatch.training;

/** Receives the progress of training, in the thread that trains. */
@FunctionalInterface
public interface TrainingProgress {
    /**
     * Called after each part of the work.
     *
     * @param step the name of the step
     * @param share done of this step and all of the same kind, 0 to 1; early stopping may end it sooner
     */
    void at(String step, double share);
}
