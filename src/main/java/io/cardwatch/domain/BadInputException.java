package io.cardwatch.domain;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Input that the user gave and can correct: a configuration, a file, a model. One line of cause, one of remedy. */
@SuppressWarnings("OverrideThrowableToString") // the message is the cause alone: the command line prints two lines
public final class BadInputException extends RuntimeException {
    private final String remedy;

    public BadInputException(String cause, String remedy) {
        super(cause);
        this.remedy = remedy;
    }

    public BadInputException(String cause, String remedy, Throwable root) {
        super(cause, root);
        this.remedy = remedy;
    }

    /** A file that cannot be read, for the reason in {@code root}. */
    public static BadInputException unreadable(Path file, IOException root, String remedy) {
        String cause = root instanceof NoSuchFileException
                ? file + " does not exist"
                : root instanceof AccessDeniedException
                        ? file + " may not be read"
                        : file + " cannot be read: " + root.getMessage();
        return new BadInputException(cause, remedy, root);
    }

    /** What to do about it, one sentence. */
    public String remedy() {
        return remedy;
    }

    /** Cause and remedy, for the logs of a cluster. */
    @Override
    public String toString() {
        return super.toString() + " " + remedy;
    }
}
