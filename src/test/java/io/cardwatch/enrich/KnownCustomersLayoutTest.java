package io.cardwatch.enrich;

import static io.cardwatch.enrich.Samples.customer;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.GoldenFiles;
import java.io.IOException;
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
}
