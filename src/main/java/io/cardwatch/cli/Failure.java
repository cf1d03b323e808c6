package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.MachineLimitException;
import java.io.PrintWriter;
import java.net.BindException;
import org.apache.flink.util.SerializedThrowable;

/** The message for a person when a command has failed, and its exit code. */
final class Failure {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int BAD_INPUT = 3;

    private static final String BAD_INPUT_CLASS = BadInputException.class.getName();

    final int exitCode;
    private final String cause;
    private final String remedy;

    Failure(int exitCode, String cause, String remedy) {
        this.exitCode = exitCode;
        this.cause = cause;
        this.remedy = remedy;
    }

    /**
     * The failure that {@code thrown} stands for. Flink wraps an operator's exception several times and sends it as
     * {@link SerializedThrowable}. So the chain of causes is searched for something that the user can mend. If there is
     * none, the innermost cause is reported.
     */
    static Failure of(Throwable thrown) {
        Throwable unpacked = unpack(thrown);
        if (unpacked instanceof BadInputException) {
            return new Failure(BAD_INPUT, unpacked.getMessage(), ((BadInputException) unpacked).remedy());
        }
        if (unpacked instanceof MachineLimitException) {
            return new Failure(FAILED, unpacked.getMessage(), ((MachineLimitException) unpacked).remedy());
        }
        if (unpacked instanceof OutOfMemoryError) {
            return new Failure(
                    FAILED,
                    "Java's memory is used up: " + unpacked.getMessage(),
                    "Start it with more: java -Xmx2g -jar cardwatch.jar …, and -XX:MaxDirectMemorySize=1g where it was"
                            + " direct memory.");
        }
        if (unpacked instanceof BindException) {
            return new Failure(
                    BAD_INPUT,
                    "no port is available: " + unpacked.getMessage(),
                    "Give another port with --web-port, or stop what uses it.");
        }
        if (isForeignBadInput(unpacked)) {
            String message = unpacked.getMessage().substring((BAD_INPUT_CLASS + ": ").length());
            return new Failure(BAD_INPUT, message, "Correct that and start again; --verbose tells more.");
        }
        return unpacked.getCause() == null ? unexpected(unpacked) : of(unpacked.getCause());
    }

    /** Writes one line of cause and one of remedy. */
    void print(PrintWriter err) {
        err.println("error: " + oneLine(cause));
        err.println("remedy: " + oneLine(remedy));
        err.flush();
    }

    private static Throwable unpack(Throwable thrown) {
        return thrown instanceof SerializedThrowable
                ? ((SerializedThrowable) thrown).deserializeError(Failure.class.getClassLoader())
                : thrown;
    }

    /** Whether Flink could not serialize the exception: then only its class's name and its message arrive. */
    private static boolean isForeignBadInput(Throwable thrown) {
        return thrown instanceof SerializedThrowable
                && ((SerializedThrowable) thrown).getOriginalErrorClassName().equals(BAD_INPUT_CLASS);
    }

    private static Failure unexpected(Throwable thrown) {
        String name = thrown.getClass().getSimpleName();
        return new Failure(
                FAILED,
                thrown.getMessage() == null ? name : name + ": " + thrown.getMessage(),
                "Start again with --verbose to see where it happened; warnings before it are in " + Surroundings.log()
                        + ".");
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
