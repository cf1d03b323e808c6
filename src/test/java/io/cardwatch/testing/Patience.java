package io.cardwatch.testing;

import java.time.Duration;
import java.time.Instant;

/** Ends a wait for a number to grow when it has not for two minutes: whatever is missing then does not come any more. */
final class Patience {
    private static final Duration END = Duration.ofMinutes(2);

    private final String what;
    private long last = Long.MIN_VALUE;
    private Instant since;

    /** @param what is counted, for the error */
    Patience(String what) {
        this.what = what;
    }

    /** Fails where the number, of {@code all} that are waited for, has been the same for too long. */
    void observe(long number, long all) {
        if (number != last) {
            last = number;
            since = Instant.now();
        } else if (since.plus(END).isBefore(Instant.now())) {
            throw new AssertionError(
                    what + ": " + number + " of " + all + ", and no more for " + END.toSeconds() + " s");
        }
    }
}
