package io.cardwatch.domain;

import java.util.Locale;

/** What is to be done about a payment. */
public enum Action {
    NONE,
    ALERT,
    REVIEW,
    BLOCK,
    /** Nothing, although the model or a later rule would do something. */
    ALLOW;

    /** Its name in tables, files and answers. */
    public String lowerCaseName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
