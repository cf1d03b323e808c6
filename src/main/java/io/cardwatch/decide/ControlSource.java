package io.cardwatch.decide;

import java.io.Serializable;

/** Where people change what is in force. It travels with the job. */
public interface ControlSource extends Serializable {
    /** What is in force stays what the job began with. */
    ControlSource NONE = inForce -> () -> {};

    /**
     * Puts what is to be in force into {@code inForce} before it returns, and again whenever it changes, until the result is
     * closed.
     *
     * @throws io.cardwatch.domain.BadInputException when it cannot be read, or what is there cannot be used
     */
    Following follow(InForce inForce);

    /** Ends when it is closed. */
    interface Following extends AutoCloseable {
        @Override
        void close();
    }
}
