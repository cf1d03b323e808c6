package io.cardwatch.codec;

import io.cardwatch.domain.DeadLetterReason;

/** Ends the decoding of one record, inside this package only. Without a stack trace: half of a bad input may end so. */
final class Rejection extends Exception {
    final DeadLetterReason reason;

    /** @param message names the field and the rule, never what the record holds */
    Rejection(DeadLetterReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }
}
