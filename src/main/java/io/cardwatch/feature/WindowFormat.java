package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import java.io.IOException;
import java.util.Locale;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Windows as bytes outside a job: the number of the layout, then the bytes of state. Valid only with the same {@link #settings}. */
public final class WindowFormat {
    private static final int USUAL_BYTES = 1_024;

    private final WireSerializer<CustomerWindow> customers;
    private final WireSerializer<TerminalWindow> terminals;
    private final String settings;

    /** The format of windows of {@code set} that are filled with {@code times}. */
    public WindowFormat(FeatureSet set, WindowTimes times) {
        customers = CustomerWindow.serializer(set);
        terminals = TerminalWindow.serializer(set);
        settings = String.format(
                Locale.ROOT,
                "format=%d.%d features=%s %s",
                customers.version(),
                terminals.version(),
                set.lowerCaseName(),
                times.settings());
    }

    /** The settings that the bytes depend on, as one line of text. */
    public String settings() {
        return settings;
    }

    /**
     * Checks that bytes were written with these settings.
     *
     * @param written the {@link #settings} of the writer
     * @throws BadInputException when they differ
     */
    public void require(String written) {
        if (!written.equals(settings)) {
            throw new BadInputException(
                    "the windows were written with " + written + ", but are to be read with " + settings,
                    "Give both sides the same options features.* and the same release.");
        }
    }

    /** The bytes of a customer's window. */
    public byte[] write(CustomerWindow window) {
        return write(customers, window);
    }

    /** The bytes of a terminal's window, without the records of the labels that wait for their payment. */
    public byte[] write(TerminalWindow window) {
        return write(terminals, window.forReaders());
    }

    /**
     * Reads a customer's window.
     *
     * @throws BadInputException when the bytes are not a window
     */
    public CustomerWindow readCustomer(byte[] bytes) {
        return read(customers, bytes);
    }

    /**
     * Reads a terminal's window.
     *
     * @throws BadInputException when the bytes are not a window
     */
    public TerminalWindow readTerminal(byte[] bytes) {
        return read(terminals, bytes);
    }

    private static <W> byte[] write(WireSerializer<W> serializer, W window) {
        DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
        try {
            serializer.serialize(window, out);
        } catch (IOException e) {
            throw new IllegalStateException("memory takes every byte", e);
        }
        return out.getCopyOfBuffer();
    }

    private static <W> W read(WireSerializer<W> serializer, byte[] bytes) {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        try {
            W window = serializer.deserialize(in);
            if (in.available() == 0) {
                return window;
            }
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
        throw unreadable(null);
    }

    private static BadInputException unreadable(Exception cause) {
        return new BadInputException(
                "the bytes of a window cannot be read", "Remove them: the job publishes the window anew.", cause);
    }
}
