package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.datagen.KinesisFeed;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code generate --stream} sends, read by the job as it ships: as a backlog, where the job's own alignment decides,
 * and while it is being sent, where only the feed keeps event time together.
 */
@Timeout(600)
class SimulatedWorldIT {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 120, true", "20, 60, true", "500, 12, false"})
    void everyPaymentIsScored_howeverFewTheCustomersAre(int customers, int days, boolean live) throws Exception {
        List<SimulatedEvent> world = worldOf(customers, days);
        try (JobOnKinesis kinesis = new JobOnKinesis(2, 1)) {
            if (!live) {
                feed(world, kinesis);
            }
            JobClient job = kinesis.start(Restarts.none(directory, Duration.ofMillis(500)));
            if (live) {
                feed(world, kinesis);
            }
            kinesis.awaitAll(job, world.size());
            job.cancel().get();

            kinesis.assertDeadLetters();
            assertThat(kinesis.predictions())
                    .isEqualTo(world.stream().filter(event -> !event.isLabel()).count());
        }
    }

    /** As far as it is known on the last day, as {@code generate} sends it. */
    private static List<SimulatedEvent> worldOf(int customers, int days) {
        Profile profile = Profile.reference()
                .customers(customers)
                .terminals(100)
                .radius(30)
                .days(days)
                .labelDelay(LabelDelay.parse("uniform:0d,2d"))
                .genuineLabelShare(0.1)
                .build();
        List<SimulatedEvent> events = new ArrayList<>();
        Simulation.of(profile).events().forEachRemaining(event -> {
            if (event.epochSecond() < profile.endEpochSecond()) {
                events.add(event);
            }
        });
        return events;
    }

    private static void feed(List<SimulatedEvent> world, JobOnKinesis kinesis) {
        try (KinesisFeed feed = new KinesisFeed(
                KinesaliteServer.client(kinesis.kinesis().endpoint()),
                JobOnKinesis.PAYMENTS,
                JobOnKinesis.VERDICTS,
                Double.POSITIVE_INFINITY)) {
            world.forEach(feed::accept);
            feed.complete();
        }
    }
}
