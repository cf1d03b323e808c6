package io.cardwatch.delivery;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** What has to be known of a file part after a failure, as the file system wrote it down. */
final class PartBytes {
    /** The hour's folder; empty where nothing is written on. */
    final String hour;
    /** Wall clock when the part began, UTC epoch milliseconds. */
    final long begun;
    /** Version of the file system's layout. */
    final int version;

    final byte[] bytes;
    /** Earlier states of the part, each with its version; what the file system keeps for them goes with the commit. */
    final List<byte[]> passed;

    PartBytes(String hour, long begun, int version, byte[] bytes, List<byte[]> passed) {
        this.hour = hour;
        this.begun = begun;
        this.version = version;
        this.bytes = bytes;
        this.passed = new ArrayList<>(passed);
    }

    /** Layout 2; layout 1 ends before the states that have passed. */
    static final class Serializer implements SimpleVersionedSerializer<PartBytes> {
        @Override
        public int getVersion() {
            return 2;
        }

        @Override
        public byte[] serialize(PartBytes part) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(part.hour);
            out.writeLong(part.begun);
            out.writeInt(part.version);
            out.writeInt(part.bytes.length);
            out.write(part.bytes);
            out.writeInt(part.passed.size());
            for (byte[] state : part.passed) {
                out.writeInt(state.length);
                out.write(state);
            }
            return bytes.toByteArray();
        }

        @Override
        public PartBytes deserialize(int version, byte[] serialized) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            String hour = in.readUTF();
            long begun = in.readLong();
            int layout = in.readInt();
            byte[] bytes = in.readNBytes(in.readInt());
            List<byte[]> passed = new ArrayList<>();
            for (int left = version == 1 ? 0 : in.readInt(); left > 0; left--) {
                passed.add(in.readNBytes(in.readInt()));
            }
            return new PartBytes(hour, begun, layout, bytes, passed);
        }
    }
}
