package io.cardwatch.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.testing.FaultyKinesis;
import io.cardwatch.testing.KinesaliteServer;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;

class KinesisFeedTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** So few customers that most requests would hold one of them twice. */
    private static final Simulation SIMULATION = Simulation.of(Profile.reference()
            .seed(3)
            .customers(100)
            .terminals(200)
            .radius(20)
            .days(15)
            .build());

    private static KinesaliteServer kinesis;

    @BeforeAll
    static void startKinesis() {
        kinesis = KinesaliteServer.start();
    }

    @AfterAll
    static void stopKinesis() {
        kinesis.close();
    }

    @Test
    void anEmulatorNeedsNoRegion() {
        try (KinesisClient client = KinesisFeed.client(Optional.of(kinesis.endpoint()), Optional.empty())) {
            assertThat(client.serviceClientConfiguration().region()).isNotNull();
        }
    }

    @Test
    void everyEventArrivesOnce_eachKeyInOrder_withoutItsTruth() throws IOException {
        kinesis.createStream("payments", 3);
        kinesis.createStream("verdicts", 2);

        feed(kinesis.endpoint(), "payments", "verdicts", Double.POSITIVE_INFINITY);

        assertArrived("payments", "verdicts");
        JsonNode payment =
                JSON.readTree(kinesis.records("payments").get(0).data().asByteArray());
        assertThat(payment.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "TRANSACTION_ID",
                        "TX_DATETIME",
                        "CUSTOMER_ID",
                        "TERMINAL_ID",
                        "TX_AMOUNT",
                        "TX_TIME_SECONDS",
                        "TX_TIME_DAYS");
    }

    @Test
    void whatKinesisRefusesIsSentAgain_beforeLaterRecordsOfItsKey_orRecordsAnHourLater() throws IOException {
        kinesis.createStream("throttled-payments", 2);
        kinesis.createStream("throttled-verdicts", 1);
        Simulation world = worldOf(500, 1);
        try (FaultyKinesis faulty = new FaultyKinesis(kinesis.endpoint(), 1)) {
            long resent = feed(
                    world, faulty.endpoint(), "throttled-payments", "throttled-verdicts", Double.POSITIVE_INFINITY);

            assertThat(faulty.refusedRecords())
                    .as("faults, or this test shows nothing")
                    .isGreaterThan(100);
            assertThat(faulty.refusedRequests()).isGreaterThan(3);
            assertThat(resent).isGreaterThanOrEqualTo(faulty.refusedRecords());
        }
        assertArrived(world, "throttled-payments", "throttled-verdicts");
        assertTogether("throttled-payments", "throttled-verdicts");
    }

    @ParameterizedTest
    @CsvSource({"1, 120, Infinity", "20, 30, Infinity", "500, 8, Infinity", "20, 10, 500", "500, 1, 2000"})
    void noRecordArrivesMoreThanAnHourBehindAnEarlierOne(int customers, int days, double rate) throws IOException {
        String payments = "together-payments-" + customers + "-" + rate;
        String verdicts = "together-verdicts-" + customers + "-" + rate;
        kinesis.createStream(payments, 2);
        kinesis.createStream(verdicts, 1);
        Simulation world = worldOf(customers, days);

        feed(world, kinesis.endpoint(), payments, verdicts, rate);

        assertArrived(world, payments, verdicts);
        assertTogether(payments, verdicts);
    }

    @Test
    void aRateHoldsTheFeedBack() {
        kinesis.createStream("slow-payments", 1);
        kinesis.createStream("slow-verdicts", 1);
        long events = 0;
        for (SimulatedEvents all = SIMULATION.events(); all.hasNext(); all.next()) {
            events++;
        }
        double rate = 4_000;

        long start = System.nanoTime();
        feed(kinesis.endpoint(), "slow-payments", "slow-verdicts", rate);

        // The last request may go as soon as all records before it are due.
        assertThat((System.nanoTime() - start) / 1e9).isGreaterThan((events - 2 * rate / 20) / rate);
    }

    @Test
    void aStreamThatDoesNotExistIsNamed_withTheCommandThatMakesIt() {
        assertThatThrownBy(() -> feed(kinesis.endpoint(), "nowhere", "verdicts", Double.POSITIVE_INFINITY))
                .isInstanceOf(BadInputException.class)
                .hasMessage("There is no Kinesis stream nowhere.")
                .satisfies(e ->
                        assertThat(((BadInputException) e).remedy()).contains("create-stream --stream-name nowhere"));
    }

    @Test
    void aServerThatDoesNotAnswerIsReported() {
        assertThatThrownBy(() -> feed(URI.create("http://127.0.0.1:1"), "payments", "verdicts", 1))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("Kinesis cannot be reached: ")
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("--endpoint-url"));
    }

    @Test
    void patienceWithAServerThatAcceptsNothingEnds() {
        kinesis.createStream("ending", 1);
        try (var client = KinesaliteServer.client(URI.create("http://127.0.0.1:1"))) {
            OrderedStreamWriter writer =
                    new OrderedStreamWriter(client, "ending", 500, new Pace(Double.POSITIVE_INFINITY), 1);
            writer.add(0, "1", new byte[] {'x'});

            assertThatThrownBy(() -> writer.flush(0))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageStartingWith("Kinesis has accepted no record for the stream ending");
        }
    }

    /** One whose verdicts are many and come at any time within two days. */
    private static Simulation worldOf(int customers, int days) {
        return Simulation.of(Profile.reference()
                .customers(customers)
                .terminals(100)
                .radius(30)
                .days(days)
                .labelDelay(LabelDelay.parse("uniform:0d,2d"))
                .genuineLabelShare(0.3)
                .build());
    }

    private static long feed(URI endpoint, String payments, String verdicts, double rate) {
        return feed(SIMULATION, endpoint, payments, verdicts, rate);
    }

    private static long feed(Simulation world, URI endpoint, String payments, String verdicts, double rate) {
        try (KinesisFeed feed = new KinesisFeed(KinesaliteServer.client(endpoint), payments, verdicts, rate)) {
            world.events().forEachRemaining(feed::accept);
            feed.complete();
            return feed.resent();
        }
    }

    /** Compares what the server holds with the simulation, key by key. */
    private static void assertArrived(String payments, String verdicts) throws IOException {
        assertArrived(SIMULATION, payments, verdicts);
    }

    private static void assertArrived(Simulation world, String payments, String verdicts) throws IOException {
        Map<String, List<Long>> sentPayments = new HashMap<>();
        Map<String, List<Long>> sentVerdicts = new HashMap<>();
        world.events().forEachRemaining(event -> {
            if (event.isLabel()) {
                append(sentVerdicts, "" + event.label.terminalId, event.label.transactionId);
            } else {
                append(sentPayments, "" + event.transaction.customerId, event.transaction.transactionId);
            }
        });
        assertThat(sentVerdicts).isNotEmpty();
        assertThat(arrived(payments)).isEqualTo(sentPayments);
        assertThat(arrived(verdicts)).isEqualTo(sentVerdicts);
    }

    /**
     * Compares each record of both streams with those that arrived before it. Which of one millisecond arrived first is
     * not known; they are compared with earlier ones only.
     */
    private static void assertTogether(String payments, String verdicts) throws IOException {
        SortedMap<Instant, List<LocalDateTime>> arrivals = new TreeMap<>();
        addArrivals(payments, "TX_DATETIME", arrivals);
        addArrivals(verdicts, "LABEL_DATETIME", arrivals);
        assertThat(arrivals).hasSizeGreaterThan(10);
        LocalDateTime newest = LocalDateTime.MIN;
        for (List<LocalDateTime> together : arrivals.values()) {
            assertThat(Collections.min(together).plusHours(1)).isAfterOrEqualTo(newest);
            newest = Collections.max(List.of(newest, Collections.max(together)));
        }
    }

    private static void addArrivals(String stream, String timeKey, Map<Instant, List<LocalDateTime>> arrivals)
            throws IOException {
        for (Record record : kinesis.records(stream)) {
            String time =
                    JSON.readTree(record.data().asByteArray()).get(timeKey).asText();
            arrivals.computeIfAbsent(record.approximateArrivalTimestamp(), arrival -> new ArrayList<>())
                    .add(LocalDateTime.parse(time.replace(' ', 'T')));
        }
    }

    private static Map<String, List<Long>> arrived(String stream) throws IOException {
        Map<String, List<Long>> arrived = new HashMap<>();
        for (Record record : kinesis.records(stream)) {
            append(
                    arrived,
                    record.partitionKey(),
                    JSON.readTree(record.data().asByteArray())
                            .get("TRANSACTION_ID")
                            .asLong());
        }
        return arrived;
    }

    private static void append(Map<String, List<Long>> ids, String key, long id) {
        ids.computeIfAbsent(key, k -> new ArrayList<>()).add(id);
    }
}
