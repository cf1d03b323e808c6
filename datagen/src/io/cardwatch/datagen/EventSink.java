package io.cardwatch.datagen;

/** Where a simulation goes: files or Kinesis. What was not completed when it is closed, need not have been written. */
public interface EventSink extends AutoCloseable {
    /** Takes the next event; events come in the order of {@link SimulatedEvents}. */
    void accept(SimulatedEvent event);

    /** Everything has been accepted: writes what is still waiting. */
    void complete();

    @Override
    void close();
}
