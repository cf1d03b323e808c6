package io.cardwatch.codec;

import io.cardwatch.domain.DeadLetterReason;

/** Ends the decoding of one record; stays inside this package. It has no stack trace: bad input may throw it often. */
final class Rejection extends Exception {
    final DeadLetterReason reason;

    /** @param message names the field and the rule, never what the record holds */
    Rejection(DeadLetterReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }
}
