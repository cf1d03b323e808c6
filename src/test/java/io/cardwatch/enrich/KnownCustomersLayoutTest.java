package io.cardwatch.enrich;

import static io.cardwatch.enrich.Samples.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.testing.GoldenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.Test;

/** How the source remembers the customers: as it did, fingerprints included. */
class KnownCustomersLayoutTest {
    @Test
    void whatWasSentBeforeIsNoNewsAfterwards() throws IOException {
        KnownCustomers known = new KnownCustomers();
        known.beginReading();
        for (int id = 1; id <= 3; id++) {
            assertThat(known.isNews(customer(id, "Name " + id))).isTrue();
        }
        known.endReading();
        KnownCustomers.Serializer serializer = new KnownCustomers.Serializer();
        GoldenFiles.assertLayout("KnownCustomers", serializer.getVersion(), serializer.serialize(known));

        KnownCustomers restored = serializer.deserialize(
                serializer.getVersion(), GoldenFiles.readLayout("KnownCustomers", serializer.getVersion()));
        assertThat(restored.complete()).isTrue();
        restored.beginReading();
        assertThat(restored.isNews(customer(1, "Name 1"))).isFalse();
        assertThat(restored.isNews(customer(2, "Another name"))).isTrue();
        assertThat(restored.endReading().toLongArray()).containsExactly(3);
    }

    @Test
    void aReleaseThatRemembersMore_readsWhatThisOneWrote_andThisOneRefusesWhatThatWrites() throws IOException {
        KnownCustomers known = new KnownCustomers();
        known.beginReading();
        known.isNews(customer(1, "Name"));
        known.endReading();
        Later later = new Later();

        byte[] fromNow = SimpleVersionedSerialization.writeVersionAndSerialize(new KnownCustomers.Serializer(), known);
        KnownCustomers read = SimpleVersionedSerialization.readVersionAndDeSerialize(later, fromNow);
        assertThat(read.complete()).isTrue();
        read.beginReading();
        assertThat(read.isNews(customer(1, "Name"))).isFalse();

        byte[] fromLater = SimpleVersionedSerialization.writeVersionAndSerialize(later, known);
        assertThat(SimpleVersionedSerialization.readVersionAndDeSerialize(later, fromLater)
                        .size())
                .isOne();
        assertThatThrownBy(() -> SimpleVersionedSerialization.readVersionAndDeSerialize(
                        new KnownCustomers.Serializer(), fromLater))
                .hasMessage("Known customers of version 2 cannot be read, only of 1");
    }

    /** The serializer as it will be when there is a field more. */
    private static final class Later implements SimpleVersionedSerializer<KnownCustomers> {
        private final KnownCustomers.Serializer present = new KnownCustomers.Serializer();

        @Override
        public int getVersion() {
            return present.getVersion() + 1;
        }

        @Override
        public byte[] serialize(KnownCustomers known) {
            byte[] fields = present.serialize(known);
            return ByteBuffer.allocate(1 + fields.length)
                    .put((byte) 7)
                    .put(fields)
                    .array();
        }

        @Override
        public KnownCustomers deserialize(int version, byte[] serialized) throws IOException {
            int added = version - present.getVersion();
            return present.deserialize(present.getVersion(), Arrays.copyOfRange(serialized, added, serialized.length));
        }
    }
}
