package io.cardwatch.training;

/** Is told how far training is, from the thread that trains. */
@FunctionalInterface
public interface TrainingProgress {
    /**
     * Another bit is done.
     *
     * @param step what is being done
     * @param share of this step and all steps of the same kind, 0 to 1; early stopping may end it sooner
     */
    void at(String step, double share);
}
