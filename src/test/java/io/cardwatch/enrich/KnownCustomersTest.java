package io.cardwatch.enrich;

import static io.cardwatch.enrich.Samples.customer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.Customer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownCustomersTest {
    private final KnownCustomers known = new KnownCustomers();

    @Test
    void aCustomerIsNewsOnce_untilAColumnChanges() {
        known.beginReading();
        assertThat(known.isNews(customer(1, "Ann"))).isTrue();
        assertThat(missing(known)).isEmpty();

        known.beginReading();
        assertThat(known.isNews(customer(1, "Ann"))).isFalse();
        known.beginReading();
        assertThat(known.isNews(customer(1, "Anne"))).isTrue();
    }

    @Test
    void everyColumnTellsCustomersApart_andSoDoNullAndEmptyAndWhereAColumnEnds() {
        List<Customer> versions = List.of(
                new Customer(1, "a", "b", "c", "d", "e", "f"),
                new Customer(1, "A", "b", "c", "d", "e", "f"),
                new Customer(1, "a", "B", "c", "d", "e", "f"),
                new Customer(1, "a", "b", "C", "d", "e", "f"),
                new Customer(1, "a", "b", "c", "D", "e", "f"),
                new Customer(1, "a", "b", "c", "d", "E", "f"),
                new Customer(1, "a", "b", "c", "d", "e", "F"),
                new Customer(1, "ab", "", "c", "d", "e", "f"),
                new Customer(1, "", "ab", "c", "d", "e", "f"),
                new Customer(1, null, "ab", "c", "d", "e", "f"),
                new Customer(1, null, null, null, null, null, null),
                new Customer(1, "", "", "", "", "", ""));
        for (Customer first : versions) {
            for (Customer second : versions) {
                known.beginReading();
                known.isNews(first);
                known.beginReading();
                assertThat(known.isNews(second)).isEqualTo(!first.equals(second));
            }
        }
    }

    @Test
    void ofTwoRowsWithOneIdInAReadingTheFirstCounts() {
        known.beginReading();
        known.isNews(customer(1, "Ann"));
        assertThat(known.isNews(customer(1, "Bob"))).isFalse();

        known.beginReading();
        assertThat(known.isNews(customer(1, "Ann"))).isFalse();
    }

    @Test
    void whoeverIsNotInAReadingIsMissing_untilForgotten() {
        known.beginReading();
        known.isNews(customer(1, "Ann"));
        known.isNews(customer(2, "Bob"));
        known.endReading();

        known.beginReading();
        known.isNews(customer(2, "Bob"));
        assertThat(missing(known)).containsExactly(1L);

        known.forget(1);
        known.beginReading();
        known.isNews(customer(2, "Bob"));
        assertThat(missing(known)).isEmpty();
    }

    @Test
    void anUnfinishedReadingCountsForNothing() {
        known.beginReading();
        known.isNews(customer(1, "Ann"));
        assertThat(known.complete()).isFalse();

        known.beginReading();
        assertThat(missing(known)).containsExactly(1L);
        assertThat(known.complete()).isTrue();
    }

    @Test
    void itsBinaryFormKeepsEverything_evenInTheMiddleOfAReading() throws IOException {
        known.beginReading();
        for (int id = -500; id < 500; id++) {
            known.isNews(customer(id, "Name" + id));
        }
        KnownCustomers half = copy(known);
        assertThat(half.complete()).isFalse();
        known.endReading();
        KnownCustomers whole = copy(known);
        assertThat(whole.complete()).isTrue();

        for (KnownCustomers restored : List.of(half, whole)) {
            assertThat(restored.size()).isEqualTo(1000);
            restored.beginReading();
            for (int id = -500; id < 499; id++) {
                assertThat(restored.isNews(customer(id, "Name" + id))).isFalse();
            }
            assertThat(missing(restored)).containsExactly(499L);
        }
    }

    /** The fingerprint was computed by a program in another language from the comments in {@link KnownCustomers}. */
    @Test
    void theBinaryFormIsFixed_sinceCheckpointsHoldIt() throws IOException {
        known.beginReading();
        known.isNews(new Customer(1, "Baker", "ann@example.org", "Ann Miller", "555-1", "Zürich", null));
        known.endReading();
        byte[] bytes = new KnownCustomers.Serializer().serialize(known);

        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("01" + "0000000000000001" + "081cd65d5de1ea0d");
    }

    @Test
    void aLaterVersionIsRefused() {
        assertThatThrownBy(() -> new KnownCustomers.Serializer().deserialize(2, new byte[1]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    private static List<Long> missing(KnownCustomers known) {
        return List.copyOf(known.endReading());
    }

    private static KnownCustomers copy(KnownCustomers known) throws IOException {
        KnownCustomers.Serializer serializer = new KnownCustomers.Serializer();
        return serializer.deserialize(serializer.getVersion(), serializer.serialize(known));
    }
}
