package io.cardwatch.datagen;

/** The destination of a simulation: files or Kinesis. If closed before {@link #complete}, events may be missing. */
public interface EventSink extends AutoCloseable {
    /** Takes the next event; events come in the order of {@link SimulatedEvents}. */
    void accept(SimulatedEvent event);

    /** Called after the last event: writes what is still waiting. */
    void complete();

    @Override
    void close();
}
