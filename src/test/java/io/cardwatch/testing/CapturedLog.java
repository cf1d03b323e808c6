package io.cardwatch.testing;

import java.io.StringWriter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;

/**
 * Everything that is logged in this process while it is open, stack traces included: libraries from INFO on, as a
 * cluster logs them, Cardwatch itself from TRACE on; and what the PostgreSQL driver says to {@code java.util.logging}.
 */
public final class CapturedLog implements AutoCloseable {
    private static final java.util.logging.Logger JAVA_LOGGING = java.util.logging.Logger.getLogger("");

    private final StringWriter text = new StringWriter();
    private final Handler javaLogging = new JavaLogging();

    public CapturedLog() {
        LoggerContext context = LoggerContext.getContext(false);
        WriterAppender appender = WriterAppender.newBuilder()
                .setName("captured")
                .setTarget(text)
                .setLayout(PatternLayout.newBuilder()
                        .withPattern("%d %p %c [%t] - %m%n%throwable")
                        .build())
                .build();
        appender.start();
        context.getConfiguration().addAppender(appender);
        context.getConfiguration().getRootLogger().addAppender(appender, null, null);
        Configurator.setRootLevel(Level.INFO);
        Configurator.setLevel("io.cardwatch", Level.TRACE);
        JAVA_LOGGING.addHandler(javaLogging);
    }

    public String text() {
        return text.toString();
    }

    @Override
    public void close() {
        JAVA_LOGGING.removeHandler(javaLogging);
        LoggerContext.getContext(false).reconfigure();
    }

    private final class JavaLogging extends Handler {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
            text.append(formatter.format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
