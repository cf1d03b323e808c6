package io.cardwatch.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What is logged from INFO up, by anybody in this process, from when it is made until it is closed. */
public final class LoggedLines implements AutoCloseable {
    /** Of a message, enough to know it by. */
    private static final int BEGINNING = 40;

    private record Line(long millis, String text) {}

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final LoggerConfig root = context.getConfiguration().getRootLogger();
    private final Level levelBefore = root.getLevel();
    private final List<Line> lines = new ArrayList<>();
    private final Collector collector = new Collector();

    public LoggedLines() {
        collector.start();
        root.addAppender(collector, Level.INFO, null);
        root.setLevel(Level.INFO);
        context.updateLoggers();
    }

    private final class Collector extends AbstractAppender {
        Collector() {
            super("captured", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            String message = event.getMessage().getFormattedMessage();
            String text = event.getLevel() + " " + event.getLoggerName() + " "
                    + message.substring(0, Math.min(BEGINNING, message.length()));
            synchronized (lines) {
                lines.add(new Line(event.getTimeMillis(), text));
            }
        }
    }

    /** The most lines that were logged within a minute. */
    public int mostInAMinute() {
        synchronized (lines) {
            int most = 0;
            int first = 0;
            for (int last = 0; last < lines.size(); last++) {
                while (lines.get(last).millis() - lines.get(first).millis()
                        > Duration.ofMinutes(1).toMillis()) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
            return most;
        }
    }

    /** How often each beginning of a line was logged. */
    public Map<String, Long> lines() {
        synchronized (lines) {
            return lines.stream().collect(Collectors.groupingBy(Line::text, Collectors.counting()));
        }
    }

    @Override
    public void close() {
        root.removeAppender(collector.getName());
        root.setLevel(levelBefore);
        context.updateLoggers();
        collector.stop();
    }
}
