package io.cardwatch.domain;

/** Thrown when the machine lacks something, such as memory or disk space. One line of cause, one of remedy. */
public final class MachineLimitException extends RuntimeException {
    private final String remedy;

    public MachineLimitException(String cause, String remedy) {
        super(cause);
        this.remedy = remedy;
    }

    public MachineLimitException(String cause, String remedy, Throwable root) {
        super(cause, root);
        this.remedy = remedy;
    }

    /** What to do about it, one sentence. */
    public String remedy() {
        return remedy;
    }
}
