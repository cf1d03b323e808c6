package io.cardwatch.online;

/** The online store does not answer, or refuses us. */
public final class StoreUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    StoreUnavailableException(StoreConnection connection, Exception cause) {
        super("the online store " + connection + " does not answer: " + cause.getMessage(), cause);
    }
}
