package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** How a window is stored: its timer and its version, then its content. */
abstract class WindowSerializer<W extends ExpiringWindow> extends WireSerializer<W> {
    private final int firstWithVersion;

    /**
     * @param layout number of the layout that it writes
     * @param firstWithVersion the first layout that has the window's version
     */
    WindowSerializer(int layout, int firstWithVersion) {
        super(layout);
        this.firstWithVersion = firstWithVersion;
    }

    abstract void writeContent(W window, DataOutputView out) throws IOException;

    abstract W readContent(DataInputView in, int layout) throws IOException;

    abstract W copyContent(W from);

    @Override
    protected final void write(W window, DataOutputView out) throws IOException {
        out.writeLong(window.timer);
        writeVarint(window.version, out);
        writeContent(window, out);
    }

    @Override
    protected final W read(DataInputView in, int layout) throws IOException {
        long timer = in.readLong();
        long version = layout >= firstWithVersion ? readVarint(in) : 0;
        W window = readContent(in, layout);
        window.timer = timer;
        window.version = version;
        window.announced = version;
        return window;
    }

    @Override
    public final W copy(W from) {
        W copy = copyContent(from);
        copy.timer = from.timer;
        copy.version = from.version;
        copy.announced = from.announced;
        return copy;
    }

    @Override
    public final boolean isImmutableType() {
        return false;
    }
}
