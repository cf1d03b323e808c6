package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Postgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The graph of the job as a cluster gets it. */
class CardwatchJobTest {
    private static StreamGraph job;
    private static StreamGraph jobWithoutContacts;
    private static StreamGraph extendedJob;

    @BeforeAll
    static void buildJobs() throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        String database = Postgres.freshDatabase();
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream("payments", 1);
            kinesis.createStream("verdicts", 1);
            job = graph(kinesis.endpoint(), database, true, FeatureSet.REFERENCE);
            jobWithoutContacts = graph(kinesis.endpoint(), database, false, FeatureSet.REFERENCE);
            extendedJob = graph(kinesis.endpoint(), database, true, FeatureSet.EXTENDED);
        }
    }

    @AfterAll
    static void clearCredentials() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private static StreamGraph graph(URI endpoint, String database, boolean contacts, FeatureSet set) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        new CardwatchJob(Settings.fromArguments(List.of(
                        "--source.endpoint-url=" + endpoint,
                        "--source.stream=payments",
                        "--labels.stream=verdicts",
                        "--enrichment.contact-columns=" + contacts,
                        "--features.set=" + set.lowerCaseName(),
                        "--control.model-root=/models",
                        "--warehouse.url=" + database,
                        "--warehouse.user=" + Postgres.USER)))
                .fromKinesis(env);
        return env.getStreamGraph();
    }

    @Test
    void everyOperatorHasAUid_andNoneOfThemEverChanges() throws IOException {
        assertThat(uids(job)).containsExactlyInAnyOrderElementsOf(frozenUids());
        assertThat(uids(extendedJob)).containsExactlyInAnyOrderElementsOf(frozenUids());
    }

    @Test
    void withoutContactsTheOtherUidsStay() throws IOException {
        List<String> others = new ArrayList<>(frozenUids());
        others.removeAll(List.of("contacts", "customer-info-source"));
        assertThat(uids(jobWithoutContacts)).containsExactlyInAnyOrderElementsOf(others);
    }

    @Test
    void everyOperatorHasANameOfItsOwn() {
        assertThat(job.getStreamNodes())
                .extracting(StreamNode::getOperatorName)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name)
                        .doesNotContain("Unnamed", "Custom Source")
                        .doesNotMatch("(Keyed|Co-)?(Process|Map|Flat Map|Filter)"));
    }

    @Test
    void keyGroupsAreFixed() {
        assertThat(job.getJobGraph().getVertices())
                .extracting(JobVertex::getMaxParallelism)
                .containsOnly(720);
    }

    @Test
    void onlyOurOwnSerializersWorkBetweenOperators() {
        assertThat(job.getStreamNodes()).allSatisfy(node -> assertThat(serializers(node))
                .extracting(serializer -> serializer.getClass().getPackageName())
                .isSubsetOf(
                        "io.cardwatch.codec",
                        "org.apache.flink.api.common.typeutils.base",
                        // What leaves a sink's writer: nothing, since there is no committer.
                        "org.apache.flink.streaming.api.connector.sink2"));
    }

    @Test
    void aTypeThatNeedsKryoFailsTheJob() {
        assertThat(job.getExecutionConfig().getSerializerConfig().hasGenericTypesDisabled())
                .isTrue();
    }

    private static Stream<TypeSerializer<?>> serializers(StreamNode node) {
        Stream<TypeSerializer<?>> inputs = Arrays.stream(node.getTypeSerializersIn());
        return Stream.concat(inputs, Stream.of(node.getTypeSerializerOut()));
    }

    private static List<String> uids(StreamGraph graph) {
        return graph.getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .toList();
    }

    private static List<String> frozenUids() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/operator-uids.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }
}
