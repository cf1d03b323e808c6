package io.cardwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.streaming.connectors.kinesis.proxy.KinesisProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application's role on the managed service against the calls of AWS that the code makes: no more, no less. */
@AnalyzeClasses(packages = "io.cardwatch", importOptions = ImportOption.DoNotIncludeTests.class)
class ApplicationRoleTest {
    /** The SDK calls of the job, and what each needs. A new one belongs here, into foundation.yaml and into role.tf. */
    private static final Map<String, String> CALLS = Map.of(
            "io.cardwatch.kinesis.KinesisStreams: KinesisClient.describeStreamSummary", "kinesis:DescribeStreamSummary",
            "io.cardwatch.config.AwsSecret: SecretsManagerClient.getSecretValue", "secretsmanager:GetSecretValue");

    /** Calls that the templates allow where there is a stream of predictions. */
    private static final Map<String, String> CALLS_FOR_PREDICTIONS =
            Map.of("io.cardwatch.delivery.KinesisTarget: KinesisClient.putRecords", "kinesis:PutRecords");

    /** Calls for Firehose, which the templates do not set up: they archive into the bucket. */
    private static final Set<String> CALLS_FOR_FIREHOSE =
            Set.of("io.cardwatch.delivery.FirehoseTarget: FirehoseClient.putRecordBatch");

    /** Calls for alerts to a topic, which the templates do not set up. */
    private static final Set<String> CALLS_FOR_ALERTS = Set.of("io.cardwatch.alerts.SnsTarget: SnsClient.publishBatch");

    /** Calls for logins by IAM, which the templates do not set up: they take a password from Secrets Manager. */
    private static final Set<String> CALLS_FOR_IAM = Set.of(
            "io.cardwatch.config.RedshiftCredentials: RedshiftClient.getClusterCredentials",
            "io.cardwatch.config.RedshiftCredentials: RedshiftServerlessClient.getCredentials");

    /** Calls of commands, which run elsewhere with the rights of whoever starts them, and of which the role has none. */
    private static final Set<String> CALLS_OF_COMMANDS = Set.of(
            "io.cardwatch.cli.ServeCommand: KinesisClient.putRecord",
            "io.cardwatch.datagen.KinesisFeed: KinesisClient.listShards",
            "io.cardwatch.datagen.OrderedStreamWriter: KinesisClient.putRecords");

    /** The calls of the connector's consumer when it polls. Enhanced fan-out, which needs others, is not used. */
    private static final Map<String, String> CALLS_OF_THE_CONSUMER = Map.of(
            "describeStream", "kinesis:DescribeStream",
            "getRecords", "kinesis:GetRecords",
            "getShardIterator", "kinesis:GetShardIterator",
            "listShards", "kinesis:ListShards");

    private static final Set<String> CALLS_OF_NO_SERVICE = Set.of("builder", "create", "close");

    private static Stream<JavaMethodCall> calls(JavaClasses classes, String owner) {
        return classes.stream()
                .flatMap(each -> each.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().getFullName().matches(owner));
    }

    /** A lambda's own class counts as the one that it stands in. */
    private static String nameOf(JavaMethodCall call) {
        JavaClass caller = call.getOriginOwner();
        return caller.getFullName().replaceAll("\\$.*", "") + ": "
                + call.getTargetOwner().getSimpleName() + "." + call.getName();
    }

    @ArchTest
    static void theListOfCallsIsThatOfTheCode(JavaClasses main) {
        assertThat(calls(main, "software\\.amazon\\.awssdk\\.services\\..*Client")
                        .filter(call -> !CALLS_OF_NO_SERVICE.contains(call.getName()))
                        .map(ApplicationRoleTest::nameOf)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                CALLS.keySet(),
                                CALLS_FOR_PREDICTIONS.keySet(),
                                CALLS_FOR_FIREHOSE,
                                CALLS_FOR_ALERTS,
                                CALLS_FOR_IAM,
                                CALLS_OF_COMMANDS)
                        .flatMap(Set::stream)
                        .collect(Collectors.toList()));
    }

    @Test
    void theListOfTheConsumersCallsIsThatOfTheConnector() {
        assertThat(calls(new ClassFileImporter().importClasses(KinesisProxy.class), ".*\\.AmazonKinesis(Client)?")
                        .map(JavaMethodCall::getName)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(CALLS_OF_THE_CONSUMER.keySet());
    }

    @ParameterizedTest
    @EnumSource
    void theRoleMayDoWhatIsCalledAndNothingElse(World world) {
        Map<String, Statement> statements = policy(world);
        Set<String> called = new TreeSet<>(CALLS.values());
        called.addAll(CALLS_OF_THE_CONSUMER.values());
        if (world == World.MOST) {
            called.addAll(CALLS_FOR_PREDICTIONS.values());
        }

        assertThat(statements.values().stream()
                        .flatMap(statement -> statement.actions().stream())
                        .filter(action -> action.matches("(kinesis|secretsmanager):.*"))
                        .collect(Collectors.toSet()))
                .isEqualTo(called);
        assertThat(statements.get("ReadStreams").actions())
                .containsAll(CALLS_OF_THE_CONSUMER.values())
                .contains("kinesis:DescribeStreamSummary");
    }

    @ParameterizedTest
    @EnumSource
    void theRoleNamesEachActionAndWhatItIsFor(World world) {
        Map<String, Statement> statements = policy(world);

        assertThat(statements.values()).allSatisfy(statement -> {
            assertThat(statement.effect()).isEqualTo("Allow");
            assertThat(statement.actions()).noneMatch(action -> action.contains("*"));
        });
        statements.forEach((sid, statement) -> {
            if (sid.equals("LookAtVpc")) {
                // IAM has no resources for these.
                assertThat(statement.resources()).containsExactly("*");
                assertThat(statement.actions()).allMatch(action -> action.startsWith("ec2:Describe"));
            } else {
                // Of this account, and of one region; a bucket's ARN names neither, but its name both.
                assertThat(statement.resources())
                        .isNotEmpty()
                        .allMatch(arn -> arn.contains(Templates.ACCOUNT) && arn.contains(Templates.REGION));
            }
        });
        assertThat(statements.get("ReadPasswords").resources()).hasSize(world == World.LEAST ? 1 : 2);
        assertThat(statements.containsKey("WriteArchive")).isEqualTo(world == World.MOST);
        assertThat(statements.containsKey("WritePredictions")).isEqualTo(world == World.MOST);
    }

    @ParameterizedTest
    @EnumSource
    void theRoleIsForTheApplicationAlone(World world) {
        Map<String, Statement> trust = Statement.ofCloudFormation(
                world.foundation.resource("AWS::IAM::Role").get("AssumeRolePolicyDocument"));
        String name = world == World.LEAST ? "cardwatch" : "fraud";

        assertThat(trust)
                .containsExactlyEntriesOf(Map.of(
                        "TheApplicationAlone",
                        new Statement(
                                "Allow",
                                Set.of("sts:AssumeRole"),
                                Set.of(),
                                Map.of(
                                        "StringEquals aws:SourceAccount", Set.of("123456789012"),
                                        "ArnEquals aws:SourceArn",
                                                Set.of("arn:aws:kinesisanalytics:us-east-1:123456789012:application/"
                                                        + name)),
                                Set.of("Service kinesisanalytics.amazonaws.com"))));
    }

    private static Map<String, Statement> policy(World world) {
        return Statement.ofCloudFormation(
                world.foundation.resource("AWS::IAM::Policy").get("PolicyDocument"));
    }
}
